import { type ClientSession, type Connection, type mongo, Schema, Types } from 'mongoose';
import type { StoredExpense } from './expense-document.ts';

/** As it was, and when it is gone for good. */
interface DeletedExpense extends StoredExpense {
  expiresAt: Date;
}

/** How long a deletion can be undone. */
export const keptDays = 30;

const schema = new Schema<DeletedExpense>(
  { expiresAt: { type: Date, required: true } },
  // Never cast: what the driver read of `expenses` is written as it was.
  { collection: 'deleted_expenses', autoCreate: false, autoIndex: false, versionKey: false, strict: false },
);
schema.index({ expiresAt: 1 }, { name: 'expiry', expireAfterSeconds: 0 });

export type DeletedExpenses = ReturnType<typeof createDeletedExpenses>;

/** Apart from those that are there, so that no list, filter or sum has to know of them. */
export function createDeletedExpenses(connection: Connection) {
  const model = connection.model<DeletedExpense>('DeletedExpense', schema);
  const collection = model.collection as unknown as mongo.Collection<DeletedExpense>;

  return {
    model,

    async keep(session: ClientSession, expense: StoredExpense, now: Date): Promise<void> {
      const expiresAt = new Date(now.getTime() + keptDays * 24 * 3_600_000);
      await collection.insertOne({ ...expense, expiresAt }, { session });
    },

    /** Takes one out again. @returns null where there is none, or its time is over */
    async take(session: ClientSession, ledger: string, id: string, now: Date): Promise<StoredExpense | null> {
      const found = await collection.findOneAndDelete(
        { _id: new Types.ObjectId(id), ledger: new Types.ObjectId(ledger), expiresAt: { $gt: now } },
        { session },
      );
      if (!found) return null;
      const { expiresAt: _, ...expense } = found;
      return expense;
    },

    async forget(session: ClientSession, ids: readonly string[]): Promise<void> {
      const objectIds = ids.map((id) => new Types.ObjectId(id));
      if (objectIds.length > 0) await collection.deleteMany({ _id: { $in: objectIds } }, { session });
    },
  };
}
