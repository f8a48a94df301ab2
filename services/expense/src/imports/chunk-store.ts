import type { ClientSession, Connection } from 'mongoose';
import mongoose, { Schema } from 'mongoose';
import type { Chunk } from './import-documents.ts';

const { ObjectId } = mongoose.Types;

/** The rows outlive their preview a little, so that a commit in its last second finds them all. */
const graceMs = 3_600_000;

/**
 * Rows are kept 500 to a document: 200 writes for 100,000 rows, and work that goes on document by document. They stand there
 * as JSON, which nobody asks MongoDB about: as BSON they take five times as long to be read.
 */
const ChunkSchema = new Schema(
  {
    import: { type: Schema.Types.ObjectId, required: true },
    first: { type: Number, required: true },
    rows: { type: String, required: true },
    hasAlike: { type: Boolean, required: true },
    written: { type: [String], default: undefined },
    expiresAt: { type: Date, default: null },
  },
  { collection: 'import_chunks', versionKey: false },
);
ChunkSchema.index({ import: 1, first: 1 }, { unique: true });
ChunkSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

interface StoredChunk extends Omit<Chunk, 'rows'> {
  /** Whether the ledger had expenses that new rows of these may repeat, when they were read. */
  hasAlike: boolean;
  import: mongoose.Types.ObjectId;
  /** A list in what was kept before they were JSON; it may yet be taken back. */
  rows: string | Chunk['rows'];
  expiresAt: Date | null;
}

export type ChunkStore = ReturnType<typeof createChunkStore>;

/** The rows of imports. */
export function createChunkStore(connection: Connection) {
  const model = connection.model('ImportChunk', ChunkSchema);
  const collection = model.collection as unknown as mongoose.mongo.Collection<StoredChunk>;
  const of = (id: string) => ({ import: new ObjectId(id) });

  async function* inOrder(filter: mongoose.mongo.Filter<StoredChunk>): AsyncGenerator<Chunk> {
    for await (const chunk of collection.find(filter, { sort: { first: 1 }, batchSize: 4 })) yield toChunk(chunk);
  }

  return {
    model,

    /** @param hasAlike whether the ledger has expenses that new rows of these may repeat */
    async add(id: string, { first, rows }: Chunk, hasAlike: boolean, expiresAt: Date): Promise<void> {
      const outlives = new Date(expiresAt.getTime() + graceMs);
      await collection.insertOne({ ...of(id), first, rows: JSON.stringify(rows), hasAlike, expiresAt: outlives });
    },

    async change(
      id: string,
      first: number,
      { rows, ...changes }: Partial<Pick<Chunk, 'rows' | 'written'>>,
      session?: ClientSession,
    ): Promise<void> {
      const $set = { ...changes, ...(rows && { rows: JSON.stringify(rows) }) };
      await collection.updateOne({ ...of(id), first }, { $set }, session && { session });
    },

    async find(id: string, first: number, session?: ClientSession): Promise<Chunk | undefined> {
      const found = await collection.findOne({ ...of(id), first }, session && { session });
      return found ? toChunk(found) : undefined;
    },

    /** One after the other, in the order of the file. */
    each: (id: string): AsyncGenerator<Chunk> => inOrder(of(id)),

    /** Those with rows that may repeat an expense, from a row on. */
    eachAlike: (id: string, from: number): AsyncGenerator<Chunk> =>
      inOrder({ ...of(id), hasAlike: true, first: { $gte: from } }),

    /** The expenses that the rows became, chunk by chunk. */
    async *eachWritten(id: string): AsyncGenerator<string[]> {
      const found = collection.find(of(id), { sort: { first: 1 }, projection: { written: 1 } });
      for await (const { written = [] } of found) yield written.filter((expense) => expense !== null);
    },

    /** Makes the rows permanent. */
    async keep(id: string): Promise<void> {
      await collection.updateMany({ ...of(id), expiresAt: { $ne: null } }, { $set: { expiresAt: null } });
    },

    async delete(id: string): Promise<void> {
      await collection.deleteMany(of(id));
    },
  };
}

const toChunk = ({ first, rows, written }: StoredChunk): Chunk => ({
  first,
  rows: typeof rows === 'string' ? JSON.parse(rows) : rows,
  ...(written && { written }),
});
