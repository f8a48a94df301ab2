import type { Category, CategoryPatch, NewCategory } from '@outlay/contracts/ledger.ts';
import { type ClientSession, type Connection, type mongo, Schema, Types } from 'mongoose';

export interface StoredCategory {
  _id: Types.ObjectId;
  ledger: Types.ObjectId;
  parent: Types.ObjectId | null;
  name: string;
  /** The name, case aside: unique under a parent. */
  nameKey: string;
  color: string;
  icon: string;
  /** Place among its siblings as first made; people's own come after. */
  order: number;
  /**
   * Counts how often something was put under it. Nobody reads the number: the write makes filing an expense and deleting the
   * category at the same moment conflict, where two reads would let both through and leave the expense under nothing.
   */
  filings: number;
}

const schema = new Schema<StoredCategory>(
  {
    ledger: { type: Schema.Types.ObjectId, required: true },
    parent: { type: Schema.Types.ObjectId, default: null },
    name: { type: String, required: true },
    nameKey: { type: String, required: true },
    color: { type: String, required: true },
    icon: { type: String, required: true },
    order: { type: Number, required: true },
    filings: { type: Number, required: true },
  },
  { collection: 'categories', autoCreate: false, autoIndex: false, versionKey: false },
);
schema.index({ ledger: 1, parent: 1, nameKey: 1 }, { name: 'siblings', unique: true });

export type CategoryStore = ReturnType<typeof createCategoryStore>;

export function createCategoryStore(connection: Connection) {
  const model = connection.model<StoredCategory>('Category', schema);
  // A query of mongoose's costs more than these few documents.
  const collection = model.collection as unknown as mongo.Collection<StoredCategory>;
  const projection = { ledger: 0, nameKey: 0, filings: 0 } satisfies Partial<Record<keyof StoredCategory, 0>>;

  return {
    model,

    /** All of a ledger's, parents first, each level in the order of its making. Bounded by the rules. */
    async list(ledger: string, session?: ClientSession): Promise<Category[]> {
      const stored = await collection
        .find({ ledger: new Types.ObjectId(ledger) }, { hint: 'siblings', projection, ...(session && { session }) })
        .toArray();
      return stored
        .sort((a, b) => Number(a.parent !== null) - Number(b.parent !== null) || a.order - b.order)
        .map(toCategory);
    },

    async insert(session: ClientSession, categories: readonly StoredCategory[]): Promise<void> {
      await model.collection.insertMany([...categories], { session });
    },

    async update(session: ClientSession, id: string, patch: CategoryPatch): Promise<void> {
      const changes = { ...patch, ...(patch.name !== undefined && { nameKey: nameKey(patch.name) }) };
      await model.updateOne({ _id: id }, { $set: changes }, { session });
    },

    async remove(session: ClientSession, id: string): Promise<void> {
      await model.deleteOne({ _id: id }, { session });
    },

    /**
     * Holds a category in place for a transaction that puts something under it.
     * @returns false where it is none of this ledger's
     */
    async hold(session: ClientSession, ledger: string, id: string): Promise<boolean> {
      const { matchedCount } = await model.updateOne({ _id: id, ledger }, { $inc: { filings: 1 } }, { session });
      return matchedCount === 1;
    },
  };
}

/** Case aside, as two people would say that a name is taken. */
const nameKey = (name: string): string => name.normalize('NFKC').toLowerCase();

/** What is stored for a new category. @param order its place, from 0 */
export const toStoredCategory = (
  ledger: string,
  { name, parent, color, icon }: NewCategory,
  order: number,
): StoredCategory => ({
  _id: new Types.ObjectId(),
  ledger: new Types.ObjectId(ledger),
  parent: parent === null ? null : new Types.ObjectId(parent),
  name,
  nameKey: nameKey(name),
  color,
  icon,
  order,
  filings: 0,
});

export const toCategory = ({ _id, name, parent, color, icon }: StoredCategory): Category => ({
  id: _id.toHexString(),
  name,
  parent: parent?.toHexString() ?? null,
  color,
  icon,
});
