import type { CsvMapping } from '@outlay/contracts/import.ts';
import type { ClientSession, Connection } from 'mongoose';
import mongoose, { Schema } from 'mongoose';
import type { PreparedWrites } from '../ledger-transactions.ts';
import type { RememberedRow } from './import-documents.ts';

const { ObjectId } = mongoose.Types;
const { Mixed, ObjectId: ObjectIdType } = Schema.Types;

/** `_id` is ledger and fingerprint: the unique index that lets one of two racing commits of a row win. */
const RememberedSchema = new Schema(
  {
    _id: { type: String, required: true },
    ledger: { type: ObjectIdType, required: true },
    expense: { type: ObjectIdType, required: true },
    import: { type: ObjectIdType, required: true },
    account: { type: String, default: null },
    hasBankId: { type: Boolean, required: true },
    payeeKey: { type: String, default: '' },
    importedAt: { type: Date, required: true },
  },
  { collection: 'imported_rows', versionKey: false },
);
RememberedSchema.index({ expense: 1 });
const latestOfPayee = { ledger: 1, payeeKey: 1, importedAt: -1 } as const;
RememberedSchema.index(latestOfPayee);

const MappingSchema = new Schema(
  { _id: { type: String, required: true }, mapping: { type: Mixed, required: true }, usedAt: { type: Date } },
  { collection: 'import_mappings', versionKey: false },
);

export type RowMemory = ReturnType<typeof createRowMemory>;

/** What outlives an import: which rows became which expenses, and how CSV files of a layout are to be read. */
export function createRowMemory(connection: Connection) {
  const remembered = connection.model('ImportedRow', RememberedSchema);
  const mappings = connection.model('ImportMapping', MappingSchema);
  // The plain driver: casting 500 documents that we built ourselves costs more than writing them.
  type StoredRow = mongoose.InferSchemaType<typeof RememberedSchema>;
  const collection = remembered.collection as unknown as mongoose.mongo.Collection<StoredRow>;
  const idOf = (ledger: string, key: string) => `${ledger}:${key}`;

  return {
    models: [remembered, mappings] as unknown as readonly mongoose.Model<never>[],

    /** By fingerprint. */
    async find(ledger: string, keys: readonly string[]): Promise<Map<string, RememberedRow>> {
      if (keys.length === 0) return new Map();
      const ids = keys.map((key) => idOf(ledger, key));
      const found = await collection.find({ _id: { $in: ids } }).toArray();
      return new Map(found.map(toRemembered).map((row) => [row.key, row]));
    },

    /** By the id of the expense that a row became. */
    async findOrigins(expenses: readonly string[]): Promise<Map<string, RememberedRow>> {
      if (expenses.length === 0) return new Map();
      const ids = expenses.map((id) => new ObjectId(id));
      const found = await collection.find({ expense: { $in: ids } }).toArray();
      return new Map(found.map(toRemembered).map((row) => [row.expense, row]));
    },

    /**
     * The expense that each payee's row became last, so that what a person called "Groceries" is still known as what the
     * bank calls "REWE SAGT DANKE 4711". One look into the index for each payee (DISTINCT_SCAN).
     * @param payeeKeys by `payeeKey`
     */
    async findLatestOfPayees(ledger: string, payeeKeys: readonly string[]): Promise<Map<string, string>> {
      if (payeeKeys.length === 0) return new Map();
      const latest = await collection
        .aggregate<{ _id: string; expense: mongoose.Types.ObjectId }>([
          { $match: { ledger: new ObjectId(ledger), payeeKey: { $in: [...payeeKeys] } } },
          { $sort: latestOfPayee },
          { $group: { _id: '$payeeKey', expense: { $first: '$expense' } } },
        ])
        .toArray();
      return new Map(latest.map(({ _id, expense }) => [_id, expense.toHexString()]));
    },

    /**
     * Makes rows ready to be remembered. One that is taken again although it was imported before (its key is among `again`) is
     * remembered with its newest expense. To write them throws a duplicate key where another import has remembered one meanwhile.
     */
    prepare(ledger: string, rows: readonly RememberedRow[], again: ReadonlySet<string>): PreparedWrites {
      const documents = rows.map(({ key, expense, import: importId, ...fields }) => ({
        ...fields,
        _id: idOf(ledger, key),
        ledger: new ObjectId(ledger),
        expense: new ObjectId(expense),
        import: new ObjectId(importId),
      }));
      const isAgain = (index: number) => again.has(rows[index]?.key ?? '');
      const first = documents.filter((_, index) => !isAgain(index));
      const others = documents.filter((_, index) => isAgain(index));
      return {
        async write(session) {
          if (first.length > 0) await collection.insertMany(first, { session, ordered: true });
          for (const { _id, ...fields } of others)
            await collection.replaceOne({ _id }, fields, { session, upsert: true });
        },
      };
    },

    /** Forgets rows of an import; what another import has brought again since stays. */
    async forget(ledger: string, importId: string, keys: readonly string[], session: ClientSession): Promise<void> {
      if (keys.length === 0) return;
      const ids = keys.map((key) => idOf(ledger, key));
      await collection.deleteMany({ _id: { $in: ids }, import: new ObjectId(importId) }, { session });
    },

    async findMapping(ledger: string, mappingKey: string): Promise<CsvMapping | undefined> {
      const found = await mappings.findById(idOf(ledger, mappingKey)).lean();
      return found?.mapping as CsvMapping | undefined;
    },

    async rememberMapping(ledger: string, mappingKey: string, mapping: CsvMapping): Promise<void> {
      const fields = { mapping, usedAt: new Date() };
      await mappings.updateOne({ _id: idOf(ledger, mappingKey) }, { $set: fields }, { upsert: true });
    },
  };
}

const toRemembered = ({
  _id,
  expense,
  import: importId,
  ...fields
}: mongoose.InferSchemaType<typeof RememberedSchema>): RememberedRow => ({
  key: _id.slice(_id.indexOf(':') + 1),
  expense: expense.toHexString(),
  import: importId.toHexString(),
  account: fields.account ?? null,
  hasBankId: fields.hasBankId,
  payeeKey: fields.payeeKey,
  importedAt: fields.importedAt,
});
