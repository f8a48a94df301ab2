import type { User } from '@outlay/contracts/auth.ts';
import { isDuplicateKey } from '@outlay/service-kit/mongo.ts';
import { type ClientSession, type Connection, Schema, Types } from 'mongoose';
import { EmailTaken } from '../problems.ts';

interface UserDocument {
  _id: Types.ObjectId;
  /** In lower case. */
  email: string;
  name: string;
  passwordHash: string;
  /** Counts password changes; a session of an older version has ended. */
  passwordVersion: number;
  createdAt: Date;
}

const schema = new Schema<UserDocument>(
  {
    email: { type: String, required: true },
    name: { type: String, required: true },
    passwordHash: { type: String, required: true },
    passwordVersion: { type: Number, required: true },
    createdAt: { type: Date, required: true },
  },
  { collection: 'users', versionKey: false },
);
schema.index({ email: 1 }, { unique: true });

/** A user with what must not leave this service. */
export interface Account {
  readonly user: User;
  readonly passwordHash: string;
  readonly passwordVersion: number;
}

export type UserStore = ReturnType<typeof createUserStore>;

export function createUserStore(connection: Connection) {
  const users = connection.model('User', schema);
  return {
    model: users,

    /** @throws {EmailTaken} */
    async add(
      { email, name, passwordHash, createdAt }: { email: string; name: string; passwordHash: string; createdAt: Date },
      session: ClientSession,
    ): Promise<Account> {
      const document = {
        _id: new Types.ObjectId(),
        email: email.toLowerCase(),
        name,
        passwordHash,
        passwordVersion: 1,
        createdAt,
      };
      try {
        await users.insertOne(document, { session });
      } catch (error) {
        // Without the cause, which names the address.
        throw isDuplicateKey(error) ? new EmailTaken() : error;
      }
      return toAccount(document);
    },

    async findByEmail(email: string): Promise<Account | undefined> {
      return toAccountOrNone(await users.findOne({ email: email.toLowerCase() }).lean());
    },

    async findById(id: string): Promise<Account | undefined> {
      return toAccountOrNone(await users.findById(id).lean());
    },

    /**
     * @param expectedVersion of the password that was verified
     * @returns undefined where there is no such user, or the password has changed since
     */
    async change(
      id: string,
      { name, password }: { name?: string | undefined; password?: { hash: string; expectedVersion: number } },
      session?: ClientSession,
    ): Promise<Account | undefined> {
      const changed = await users
        .findOneAndUpdate(
          { _id: id, ...(password && { passwordVersion: password.expectedVersion }) },
          {
            $set: { ...(name !== undefined && { name }), ...(password && { passwordHash: password.hash }) },
            ...(password && { $inc: { passwordVersion: 1 } }),
          },
          { returnDocument: 'after', ...(session && { session }) },
        )
        .lean();
      return toAccountOrNone(changed);
    },
  };
}

const toAccountOrNone = (document: UserDocument | null): Account | undefined =>
  document ? toAccount(document) : undefined;

const toAccount = ({ _id, email, name, createdAt, passwordHash, passwordVersion }: UserDocument): Account => ({
  user: { id: _id.toHexString(), email, name, createdAt: createdAt.toISOString() },
  passwordHash,
  passwordVersion,
});
