import type { ClientSession, Connection } from 'mongoose';
import mongoose, { Schema } from 'mongoose';
import type { Chunk, StoredRow } from './import-documents.ts';

const { ObjectId } = mongoose.Types;

/** The rows outlive their preview a little, so that a commit in its last second finds them all. */
const graceMs = 3_600_000;

/** Rows are kept 500 to a document: 200 writes for 100,000 rows, and work that goes on document by document. */
const ChunkSchema = new Schema(
  {
    import: { type: Schema.Types.ObjectId, required: true },
    first: { type: Number, required: true },
    rows: { type: Schema.Types.Mixed, required: true },
    expiresAt: { type: Date, default: null },
  },
  { collection: 'import_chunks', versionKey: false },
);
ChunkSchema.index({ import: 1, first: 1 }, { unique: true });
ChunkSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

type StoredChunk = Chunk & { import: mongoose.Types.ObjectId; expiresAt: Date | null };

export type ChunkStore = ReturnType<typeof createChunkStore>;

/** The rows of imports. */
export function createChunkStore(connection: Connection) {
  const model = connection.model('ImportChunk', ChunkSchema);
  const collection = model.collection as unknown as mongoose.mongo.Collection<StoredChunk>;
  const of = (id: string) => ({ import: new ObjectId(id) });

  return {
    model,

    async add(id: string, chunk: Chunk, expiresAt: Date): Promise<void> {
      const outlives = new Date(expiresAt.getTime() + graceMs);
      await collection.insertOne({ ...chunk, ...of(id), expiresAt: outlives });
    },

    async change(id: string, first: number, changes: Partial<Omit<Chunk, 'first'>>, session?: ClientSession) {
      await collection.updateOne({ ...of(id), first }, { $set: changes }, session && { session });
    },

    async find(id: string, first: number, session?: ClientSession): Promise<Chunk | undefined> {
      const found = await collection.findOne({ ...of(id), first }, session && { session });
      return found ? toChunk(found) : undefined;
    },

    /** One after the other, in the order of the file. @param fields that are wanted; default: all */
    async *each(
      id: string,
      fields: readonly ('written' | `rows.${keyof StoredRow | 'source.key'}`)[] = [],
    ): AsyncGenerator<Chunk> {
      const projection = Object.fromEntries(['first', ...fields].map((path) => [path, 1]));
      const found = collection.find(of(id), {
        sort: { first: 1 },
        batchSize: 4,
        ...(fields.length > 0 && { projection }),
      });
      for await (const chunk of found) yield toChunk(chunk);
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

const toChunk = ({ first, rows = [], written }: StoredChunk): Chunk => ({ first, rows, ...(written && { written }) });
