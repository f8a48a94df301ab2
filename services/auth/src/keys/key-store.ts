import type { signatureAlgorithms } from '@outlay/identity/verify-jwt.ts';
import { isDuplicateKey } from '@outlay/service-kit/mongo.ts';
import { type Connection, Schema } from 'mongoose';

export type SignatureAlgorithm = (typeof signatureAlgorithms)[number];

export interface SealedKey {
  /** 1, 2, 3 …: each key's successor has the next number, and only one replica can take it. */
  readonly generation: number;
  readonly kid: string;
  readonly algorithm: SignatureAlgorithm;
  /** See `sealKey`. */
  readonly sealed: string;
  readonly signsFrom: Date;
}

interface KeyDocument extends Omit<SealedKey, 'generation'> {
  _id: number;
}

const schema = new Schema<KeyDocument>(
  {
    _id: { type: Number, required: true },
    kid: { type: String, required: true },
    algorithm: { type: String, required: true },
    sealed: { type: String, required: true },
    signsFrom: { type: Date, required: true },
  },
  { collection: 'signing_keys', versionKey: false },
);

export type KeyStore = ReturnType<typeof createKeyStore>;

export function createKeyStore(connection: Connection) {
  const keys = connection.model('SigningKey', schema);
  return {
    model: keys,

    /** Every key, oldest first. */
    async all(): Promise<SealedKey[]> {
      const found = await keys.find().sort({ _id: 1 }).lean();
      return found.map(({ _id, ...key }) => ({ ...key, generation: _id }));
    },

    /** @returns false where another replica was first; its key is as good */
    async add({ generation, ...key }: SealedKey): Promise<boolean> {
      try {
        await keys.insertOne({ _id: generation, ...key });
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },

    async remove(kids: readonly string[]): Promise<void> {
      await keys.deleteMany({ kid: { $in: kids } });
    },

    async removeBefore(generation: number): Promise<void> {
      await keys.deleteMany({ _id: { $lt: generation } });
    },
  };
}
