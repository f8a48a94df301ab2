import type { Connection } from 'mongoose';
import mongoose, { Schema } from 'mongoose';

const { Binary, ObjectId } = mongoose.mongo;

/** As GridFS has it: small enough to stream, large enough that 20 MiB are 80 documents. */
const pieceBytes = 255 * 1024;

/** A file as it was sent, in pieces, until it is read. */
const UploadSchema = new Schema(
  {
    import: { type: Schema.Types.ObjectId, required: true },
    piece: { type: Number, required: true },
    bytes: { type: Buffer, required: true },
    expiresAt: { type: Date, required: true },
  },
  { collection: 'import_uploads', versionKey: false },
);
UploadSchema.index({ import: 1, piece: 1 }, { unique: true });
UploadSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

interface StoredPiece {
  import: mongoose.mongo.ObjectId;
  piece: number;
  bytes: mongoose.mongo.Binary;
  expiresAt: Date;
}

export type UploadStore = ReturnType<typeof createUploadStore>;

/** Files that wait to be read, or are being read. */
export function createUploadStore(connection: Connection) {
  const model = connection.model('ImportUpload', UploadSchema);
  const collection = model.collection as unknown as mongoose.mongo.Collection<StoredPiece>;

  return {
    model,

    /** Keeps a file as it arrives; one piece of it is held at a time. @returns its size */
    async receive(id: string, file: AsyncIterable<Uint8Array>, expiresAt: Date): Promise<number> {
      const owner = new ObjectId(id);
      let held: Uint8Array[] = [];
      let heldBytes = 0;
      let bytes = 0;
      let piece = 0;
      const write = async () => {
        const whole = Buffer.concat(held);
        held = [];
        heldBytes = 0;
        await collection.insertOne({ import: owner, piece: piece++, bytes: new Binary(whole), expiresAt });
      };
      for await (const chunk of file) {
        held.push(chunk);
        heldBytes += chunk.length;
        bytes += chunk.length;
        if (heldBytes >= pieceBytes) await write();
      }
      if (heldBytes > 0) await write();
      return bytes;
    },

    async *read(id: string): AsyncGenerator<Uint8Array> {
      const pieces = collection.find({ import: new ObjectId(id) }, { sort: { piece: 1 }, batchSize: 4 });
      for await (const { bytes } of pieces) yield bytes.buffer;
    },

    async delete(id: string): Promise<void> {
      await collection.deleteMany({ import: new ObjectId(id) });
    },
  };
}
