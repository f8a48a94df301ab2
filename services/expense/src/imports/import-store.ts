import type { CsvMapping, ImportCommit } from '@outlay/contracts/import.ts';
import type { ClientSession, Connection } from 'mongoose';
import mongoose, { Schema } from 'mongoose';
import type { Chunk, Counts, ImportRecord, RememberedRow } from './import-documents.ts';

const { ObjectId } = mongoose.Types;
const { Mixed, ObjectId: ObjectIdType } = Schema.Types;

/** The rows outlive their preview a little, so that a commit in its last second finds them all. */
const chunkGraceMs = 3_600_000;

const ImportSchema = new Schema(
  {
    ledger: { type: ObjectIdType, required: true },
    status: { type: String, required: true },
    fileName: { type: String, default: null },
    format: { type: String, required: true },
    encoding: { type: String, required: true },
    mapping: { type: Mixed, default: null },
    mappingKey: { type: String, default: null },
    columns: { type: [String], default: null },
    counts: { type: Mixed, required: true },
    choice: { type: Mixed, default: null },
    createdAt: { type: Date, required: true },
    expiresAt: { type: Date, default: null },
  },
  { collection: 'imports', versionKey: false, minimize: false },
);
ImportSchema.index({ ledger: 1, _id: -1 });
ImportSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

/** Rows are kept 500 to a document: 200 writes for 100,000 rows, and a commit that goes on document by document. */
const ChunkSchema = new Schema(
  {
    import: { type: ObjectIdType, required: true },
    first: { type: Number, required: true },
    rows: { type: Mixed, required: true },
    isCommitted: { type: Boolean, required: true },
    expiresAt: { type: Date, default: null },
  },
  { collection: 'import_chunks', versionKey: false },
);
ChunkSchema.index({ import: 1, first: 1 }, { unique: true });
ChunkSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

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

export type ImportStore = ReturnType<typeof createImportStore>;

/** Previews, their rows, what is remembered of imported ones, and CSV layouts. The only file here that knows the database. */
export function createImportStore(connection: Connection) {
  const imports = connection.model('Import', ImportSchema);
  const chunks = connection.model('ImportChunk', ChunkSchema);
  const remembered = connection.model('ImportedRow', RememberedSchema);
  const mappings = connection.model('ImportMapping', MappingSchema);

  /** The TTL monitor comes round once a minute: until then the clock decides. */
  const alive = () => ({ $or: [{ expiresAt: null }, { expiresAt: { $gt: new Date() } }] });
  const ofLedger = (ledger: string, id: string) => ({ _id: new ObjectId(id), ledger: new ObjectId(ledger) });
  const rememberedId = (ledger: string, key: string) => `${ledger}:${key}`;

  return {
    /** Collections and indexes are made at the start of the service: transactions cannot. */
    models: [imports, chunks, remembered, mappings] as unknown as readonly mongoose.Model<never>[],

    newId: (): string => new ObjectId().toHexString(),

    async addImport({ id, ledger, ...fields }: ImportRecord): Promise<void> {
      await imports.collection.insertOne({ ...fields, ...ofLedger(ledger, id) });
    },

    async findImport(ledger: string, id: string): Promise<ImportRecord | undefined> {
      const found = await imports.findOne({ ...ofLedger(ledger, id), ...alive() }).lean();
      return found ? toRecord(found) : undefined;
    },

    /** @param before id of the last import of the page before */
    async listImports(ledger: string, limit: number, before?: string): Promise<ImportRecord[]> {
      const after = before === undefined ? {} : { _id: { $lt: new ObjectId(before) } };
      const filter = { ledger: new ObjectId(ledger), ...after, ...alive() };
      const found = await imports.find(filter, { choice: 0 }).sort({ _id: -1 }).limit(limit).lean();
      return found.map(toRecord);
    },

    /** Keeps a ledger's latest previews only: each may be 20 MiB. */
    async discardPreviews(ledger: string, kept: number): Promise<void> {
      const filter = { ledger: new ObjectId(ledger), status: 'preview' };
      const old = await imports.find(filter, { _id: 1 }).sort({ _id: -1 }).skip(kept).lean();
      for (const { _id } of old) await this.deletePreview(ledger, _id.toHexString());
    },

    /** Deletes a preview with its rows. @returns false where there is none (any more) */
    async deletePreview(ledger: string, id: string): Promise<boolean> {
      const { deletedCount } = await imports.deleteOne({ ...ofLedger(ledger, id), status: 'preview' });
      if (deletedCount > 0) await this.deleteChunks(id);
      return deletedCount > 0;
    },

    /** Makes a preview permanent and notes what was chosen; of racing commits the first one's choice stands. */
    async beginCommit(ledger: string, id: string, choice: ImportCommit): Promise<ImportRecord | undefined> {
      await imports.updateOne(
        { ...ofLedger(ledger, id), status: 'preview', expiresAt: { $gt: new Date() } },
        { $set: { status: 'committing', choice, expiresAt: null } },
      );
      await chunks.updateMany({ import: new ObjectId(id), expiresAt: { $ne: null } }, { $set: { expiresAt: null } });
      return this.findImport(ledger, id);
    },

    async endCommit(ledger: string, id: string, counts: Counts): Promise<void> {
      // The choice of 100,000 rows has done its work.
      const done = { $set: { status: 'committed', counts, choice: null } };
      await imports.updateOne({ ...ofLedger(ledger, id), status: 'committing' }, done);
    },

    async addChunk(id: string, chunk: Chunk, expiresAt: Date): Promise<void> {
      await chunks.collection.insertOne({
        ...chunk,
        import: new ObjectId(id),
        expiresAt: new Date(expiresAt.getTime() + chunkGraceMs),
      });
    },

    async replaceChunk(id: string, { first, rows, isCommitted }: Chunk, session?: ClientSession): Promise<void> {
      await chunks.collection.updateOne(
        { import: new ObjectId(id), first },
        { $set: { rows, isCommitted } },
        session && { session },
      );
    },

    async findChunk(id: string, first: number, session?: ClientSession): Promise<Chunk | undefined> {
      const found = await chunks.collection.findOne({ import: new ObjectId(id), first }, session && { session });
      return found ? toChunk(found) : undefined;
    },

    /** One after the other, in the order of the file. */
    async *eachChunk(id: string): AsyncGenerator<Chunk> {
      const found = chunks.collection.find({ import: new ObjectId(id) }, { sort: { first: 1 }, batchSize: 4 });
      for await (const chunk of found) yield toChunk(chunk);
    },

    async deleteChunks(id: string): Promise<void> {
      await chunks.deleteMany({ import: new ObjectId(id) });
    },

    /** By fingerprint. */
    async findRemembered(
      ledger: string,
      keys: readonly string[],
      session?: ClientSession,
    ): Promise<Map<string, RememberedRow>> {
      if (keys.length === 0) return new Map();
      const ids = keys.map((key) => rememberedId(ledger, key));
      const found = await remembered.find({ _id: { $in: ids } }, null, session && { session }).lean();
      return new Map(found.map((document) => toRemembered(document)).map((row) => [row.key, row]));
    },

    /** By the id of the expense that a row became. */
    async findOrigins(expenses: readonly string[], session?: ClientSession): Promise<Map<string, RememberedRow>> {
      if (expenses.length === 0) return new Map();
      const ids = expenses.map((id) => new ObjectId(id));
      const found = await remembered.find({ expense: { $in: ids } }, null, session && { session }).lean();
      return new Map(found.map((document) => toRemembered(document)).map((row) => [row.expense, row]));
    },

    /**
     * The expense that each payee's row became last, so that what a person called "Groceries" is still known as what the
     * bank calls "REWE SAGT DANKE 4711". One look into the index for each payee (DISTINCT_SCAN).
     * @param payeeKeys by `payeeKey`
     */
    async findLatestOfPayees(ledger: string, payeeKeys: readonly string[]): Promise<Map<string, string>> {
      if (payeeKeys.length === 0) return new Map();
      const latest = await remembered.aggregate<{ _id: string; expense: mongoose.Types.ObjectId }>([
        { $match: { ledger: new ObjectId(ledger), payeeKey: { $in: [...payeeKeys] } } },
        { $sort: latestOfPayee },
        { $group: { _id: '$payeeKey', expense: { $first: '$expense' } } },
      ]);
      return new Map(latest.map(({ _id, expense }) => [_id, expense.toHexString()]));
    },

    /** A row that is taken again although it was imported before is remembered with its newest expense. */
    async remember(ledger: string, rows: readonly RememberedRow[], again: ReadonlySet<string>, session: ClientSession) {
      const documents = rows.map(({ key, expense, import: importId, ...fields }) => ({
        ...fields,
        _id: rememberedId(ledger, key),
        ledger: new ObjectId(ledger),
        expense: new ObjectId(expense),
        import: new ObjectId(importId),
      }));
      const isAgain = (index: number) => again.has(rows[index]?.key ?? '');
      const first = documents.filter((_, index) => !isAgain(index));
      // The plain driver: casting 500 documents that we built ourselves costs more than writing them.
      const collection = remembered.collection as unknown as mongoose.mongo.Collection<{ _id: string }>;
      if (first.length > 0) await collection.insertMany(first, { session, ordered: true });
      for (const { _id, ...fields } of documents.filter((_, index) => isAgain(index)))
        await collection.replaceOne({ _id }, fields, { session, upsert: true });
    },

    async findMapping(ledger: string, mappingKey: string): Promise<CsvMapping | undefined> {
      const found = await mappings.findById(`${ledger}:${mappingKey}`).lean();
      return found?.mapping as CsvMapping | undefined;
    },

    async rememberMapping(ledger: string, mappingKey: string, mapping: CsvMapping): Promise<void> {
      const fields = { mapping, usedAt: new Date() };
      await mappings.updateOne({ _id: `${ledger}:${mappingKey}` }, { $set: fields }, { upsert: true });
    },
  };
}

type ImportDocument = mongoose.InferSchemaType<typeof ImportSchema> & { _id: mongoose.Types.ObjectId };
type RememberedDocument = mongoose.InferSchemaType<typeof RememberedSchema>;

function toRecord(document: ImportDocument): ImportRecord {
  const { _id, ledger, ...fields } = document;
  return { ...(fields as Omit<ImportRecord, 'id' | 'ledger'>), id: _id.toHexString(), ledger: ledger.toHexString() };
}

const toChunk = ({ first, rows, isCommitted }: mongoose.mongo.BSON.Document): Chunk => ({
  first,
  rows,
  isCommitted,
});

const toRemembered = ({ _id, expense, import: importId, ...fields }: RememberedDocument): RememberedRow => ({
  key: _id.slice(_id.indexOf(':') + 1),
  expense: expense.toHexString(),
  import: importId.toHexString(),
  account: fields.account ?? null,
  hasBankId: fields.hasBankId,
  payeeKey: fields.payeeKey,
  importedAt: fields.importedAt,
});
