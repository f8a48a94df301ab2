import type { Ledger, LedgerPatch, NewLedger } from '@outlay/contracts/ledger.ts';
import { type ClientSession, type Connection, type mongo, Schema, Types } from 'mongoose';

export interface StoredLedger {
  _id: Types.ObjectId;
  /** User id, as in the token. */
  owner: string;
  name: string;
  currency: string;
  timeZone: string;
  isDefault: boolean;
  createdAt: Date;
  /** Another one after every change of its categories; absent in ledgers that are older than this. */
  categoriesId?: Types.ObjectId;
  /** Whether its years have rollups: from its first expense on, or by a repair. Absent in ledgers that are older than these. */
  hasYears?: true;
  /** Counts how often categories were held. Nobody reads the number. */
  filings?: number;
}

const schema = new Schema<StoredLedger>(
  {
    owner: { type: String, required: true },
    name: { type: String, required: true },
    currency: { type: String, required: true },
    timeZone: { type: String, required: true },
    isDefault: { type: Boolean, required: true },
    createdAt: { type: Date, required: true },
    categoriesId: Schema.Types.ObjectId,
    hasYears: Boolean,
    filings: Number,
  },
  { collection: 'ledgers', autoCreate: false, autoIndex: false, versionKey: false },
);
schema.index({ owner: 1, _id: 1 }, { name: 'owner' });
schema.index({ owner: 1 }, { name: 'default', unique: true, partialFilterExpression: { isDefault: true } });

export type LedgerStore = ReturnType<typeof createLedgerStore>;

export function createLedgerStore(connection: Connection) {
  const model = connection.model<StoredLedger>('Ledger', schema);
  // Every figure reads its ledger, and a query of mongoose's costs more than this one document.
  const collection = model.collection as unknown as mongo.Collection<StoredLedger>;

  /** A ledger, what tells whether its categories are still those that one knows (`CategoryTrees`), and whether its years have rollups. */
  async function read(id: string): Promise<{ ledger: Ledger; categoriesId: string | null; hasYears: boolean } | null> {
    const stored = await collection.findOne({ _id: new Types.ObjectId(id) });
    if (!stored) return null;
    const { categoriesId, hasYears = false } = stored;
    return { ledger: toLedger(stored), categoriesId: categoriesId?.toHexString() ?? null, hasYears };
  }

  return {
    model,

    /** A user's ledgers, the first one first. Bounded by the rules. */
    async list(owner: string): Promise<Ledger[]> {
      const stored = await model.find({ owner }).sort({ _id: 1 }).hint('owner').lean<StoredLedger[]>();
      return stored.map(toLedger).sort((a, b) => Number(b.isDefault) - Number(a.isDefault));
    },

    async count(session: ClientSession, owner: string): Promise<number> {
      return model.countDocuments({ owner }, { session }).hint('owner');
    },

    async find(id: string): Promise<Ledger | null> {
      return (await read(id))?.ledger ?? null;
    },

    read,

    async categoriesId(id: string): Promise<string | null> {
      const stored = await collection.findOne({ _id: new Types.ObjectId(id) }, { projection: { categoriesId: 1 } });
      return stored?.categoriesId?.toHexString() ?? null;
    },

    /** In the transaction of every change of a ledger's categories. */
    async changeCategoriesId(session: ClientSession, id: string): Promise<void> {
      const change = { $set: { categoriesId: new Types.ObjectId() } };
      await collection.updateOne({ _id: new Types.ObjectId(id) }, change, { session });
    },

    /**
     * Holds all of a ledger's categories in place for a transaction that puts much under them: whoever changes one writes the ledger
     * too ({@link changeCategoriesId}), and one of the two transactions loses. One write, where to hold each costs sixty.
     * @returns what tells whether they are still those that one knows
     */
    async holdCategories(session: ClientSession, id: string): Promise<string | null> {
      const held = await collection.findOneAndUpdate(
        { _id: new Types.ObjectId(id) },
        { $inc: { filings: 1 } },
        { session, projection: { categoriesId: 1 } },
      );
      return held?.categoriesId?.toHexString() ?? null;
    },

    /** Once its years have rollups that are right. */
    async noteYears(id: string): Promise<void> {
      await collection.updateOne({ _id: new Types.ObjectId(id) }, { $set: { hasYears: true } });
    },

    async isOwnedBy(id: string, owner: string): Promise<boolean> {
      return (await model.exists({ _id: id, owner })) !== null;
    },

    async findDefault(owner: string): Promise<string | null> {
      const stored = await model.findOne({ owner, isDefault: true }, { _id: 1 }).hint('default').lean<StoredLedger>();
      return stored?._id.toHexString() ?? null;
    },

    /** Rejects with a duplicate key where the owner has a default ledger already and this would be another. */
    async insert(session: ClientSession, ledger: StoredLedger): Promise<Ledger> {
      await model.collection.insertOne(ledger, { session });
      return toLedger(ledger);
    },

    async update(id: string, patch: LedgerPatch): Promise<Ledger | null> {
      const stored = await model
        .findByIdAndUpdate(id, { $set: patch }, { returnDocument: 'after' })
        .lean<StoredLedger>();
      return stored && toLedger(stored);
    },

    /** The ledger after this one in the order of ids, beginning again after the last; for checks that go round. */
    async next(after: string | undefined): Promise<string | undefined> {
      const first = (filter: object) => model.findOne(filter, { _id: 1 }).sort({ _id: 1 }).lean<StoredLedger>();
      const found = (after && (await first({ _id: { $gt: after } }))) || (await first({}));
      return found?._id.toHexString();
    },
  };
}

export const toStoredLedger = (
  owner: string,
  { name, currency, timeZone }: NewLedger,
  isDefault: boolean,
  now: Date,
): StoredLedger => ({
  _id: new Types.ObjectId(),
  owner,
  name,
  currency,
  timeZone,
  isDefault,
  createdAt: now,
  categoriesId: new Types.ObjectId(),
  hasYears: true,
});

const toLedger = ({ _id, name, currency, timeZone, isDefault, createdAt }: StoredLedger): Ledger => ({
  id: _id.toHexString(),
  name,
  currency,
  timeZone,
  isDefault,
  createdAt: createdAt.toISOString(),
});
