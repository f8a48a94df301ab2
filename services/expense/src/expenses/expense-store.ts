import type { Expense } from '@outlay/contracts/expense.ts';
import { type ClientSession, type Connection, type mongo, Types } from 'mongoose';
import type { Entry } from '../rollups/fold-sums.ts';
import { expenseSchema, indexes, type StoredExpense } from './expense-document.ts';
import { foldCase } from './search-words.ts';

/** What of an expense shows whether a booking repeats it. */
export type Alike = Pick<Expense, 'id' | 'date' | 'amount' | 'currency' | 'kind' | 'payee' | 'note'>;

/** Of a payee's expenses, so many are looked at for one with a category. */
const latestOfPayee = 10;
const queriesAtOnce = 8;

export type ExpenseStore = ReturnType<typeof createExpenseStore>;

/**
 * The documents of expenses. Writes go through `bookkeeping.ts`, which keeps rollups and categories in step: nothing else
 * may call `insert`, `replace`, `refile`, `remove` or `removeMany`.
 */
export function createExpenseStore(connection: Connection) {
  const model = connection.model<StoredExpense>('Expense', expenseSchema);
  // Writes go straight to the driver: zod has checked them, and hydrating a document costs more than inserting it.
  const collection = model.collection as unknown as mongo.Collection<StoredExpense>;

  return {
    model,

    async find(ledger: string, id: string, session?: ClientSession): Promise<StoredExpense | null> {
      return model.findOne({ _id: id, ledger }, null, session ? { session } : {}).lean<StoredExpense>();
    },

    async insert(session: ClientSession, expenses: readonly StoredExpense[]): Promise<void> {
      await collection.insertMany([...expenses], { session, ordered: true });
    },

    /** @returns false where the stored version is another one by now */
    async replace(session: ClientSession, expense: StoredExpense, version: number): Promise<boolean> {
      const { matchedCount } = await collection.replaceOne({ _id: expense._id, version }, expense, { session });
      return matchedCount === 1;
    },

    async remove(session: ClientSession, id: Types.ObjectId): Promise<void> {
      await collection.deleteOne({ _id: id }, { session });
    },

    async findMany(session: ClientSession, ledger: string, ids: readonly string[]): Promise<StoredExpense[]> {
      const filter = { _id: { $in: ids.map((id) => new Types.ObjectId(id)) }, ledger: new Types.ObjectId(ledger) };
      return collection.find(filter, { session }).toArray();
    },

    async removeMany(session: ClientSession, ids: readonly Types.ObjectId[]): Promise<void> {
      if (ids.length > 0) await collection.deleteMany({ _id: { $in: [...ids] } }, { session });
    },

    /** How many of these expenses were changed since they were written. */
    async countChanged(ledger: string, ids: readonly string[]): Promise<number> {
      if (ids.length === 0) return 0;
      return collection.countDocuments({
        _id: { $in: ids.map((id) => new Types.ObjectId(id)) },
        ledger: new Types.ObjectId(ledger),
        version: { $gt: 1 },
      });
    },

    /** Up to `limit` expenses of a category; for moving them elsewhere. */
    async inCategory(
      session: ClientSession,
      ledger: string,
      category: string,
      limit: number,
    ): Promise<StoredExpense[]> {
      return model.find({ ledger, category }, null, { session, limit }).hint('category').lean<StoredExpense[]>();
    },

    async refile(session: ClientSession, ids: readonly Types.ObjectId[], category: string | null, now: Date) {
      await collection.updateMany(
        { _id: { $in: [...ids] } },
        {
          $set: { category: category === null ? null : new Types.ObjectId(category), updatedAt: now },
          $inc: { version: 1 },
        },
        { session },
      );
    },

    /** Which of these expenses there are. */
    async findExisting(ledger: string, ids: readonly string[], session?: ClientSession): Promise<Set<string>> {
      const found = await collection
        .find(
          { _id: { $in: ids.map((id) => new Types.ObjectId(id)) }, ledger: new Types.ObjectId(ledger) },
          { projection: { _id: 1 }, ...(session && { session }) },
        )
        .toArray();
      return new Set(found.map(({ _id }) => _id.toHexString()));
    },

    /**
     * Expenses of these amounts between two days, both included, leaving out those of one import.
     * @param where.amounts at most 1,000; @param where.limit at most so many, the smallest amounts first
     */
    async findAlike(
      ledger: string,
      where: { from: string; to: string; amounts: readonly number[]; exceptImport?: string; limit: number },
      session?: ClientSession,
    ): Promise<Alike[]> {
      const found = await collection
        .find(
          {
            ledger: new Types.ObjectId(ledger),
            amount: { $in: [...where.amounts] },
            date: { $gte: where.from, $lte: where.to },
            ...(where.exceptImport !== undefined && { importId: { $ne: new Types.ObjectId(where.exceptImport) } }),
          },
          {
            projection: { date: 1, amount: 1, currency: 1, kind: 1, payee: 1, note: 1 },
            hint: 'amount',
            limit: where.limit,
            ...(session && { session }),
          },
        )
        .toArray();
      return found.map(({ _id, date, amount, currency, kind, payee, note }) => ({
        id: _id.toHexString(),
        date,
        amount,
        currency,
        kind,
        payee,
        note,
      }));
    },

    /** The first month after this one ("2026-11") that has an expense. */
    async monthAfter(ledger: string, month: string): Promise<string | undefined> {
      const first = await collection.findOne(
        { ledger: new Types.ObjectId(ledger), date: { $gt: `${month}-31` } },
        { projection: { date: 1 }, hint: 'date', sort: { date: 1, _id: 1 } },
      );
      return first?.date.slice(0, 7);
    },

    /**
     * A month's expenses added up, transfers aside, by day and category and then by payee: what its rollups have to say. The first
     * sums are there to be worked on while MongoDB makes the second.
     */
    async *sumsOfMonth(session: ClientSession, ledger: string, month: string): AsyncGenerator<Entry[]> {
      const $match = {
        ledger: new Types.ObjectId(ledger),
        date: { $gte: `${month}-01`, $lte: `${month}-31` },
        kind: { $ne: 'transfer' },
      };
      const sumsBy = <Sum extends object>(key: Record<string, string>) =>
        collection
          .aggregate<Sum>(
            [
              { $match },
              {
                $group: {
                  _id: { currency: '$currency', kind: '$kind', ...key },
                  sum: { $sum: '$amount' },
                  count: { $sum: 1 },
                },
              },
              { $replaceWith: { $mergeObjects: ['$_id', { sum: '$sum', count: '$count' }] } },
            ],
            { session, hint: 'date' },
          )
          .toArray();
      // One after the other: a transaction is no place for two commands at a time.
      const byCategory = await sumsBy<Omit<Entry, 'category'> & { category: Types.ObjectId | null }>({
        date: '$date',
        category: '$category',
      });
      const byPayee = sumsBy<Entry>({ payee: '$payee' });
      byPayee.catch(() => undefined); // met below
      await new Promise(setImmediate); // only now it is on its way
      // Here and not there: once a sum instead of once an expense.
      yield byCategory.map((sum) => ({ ...sum, category: sum.category?.toHexString() ?? null }));
      yield (await byPayee).map((sum) => ({ ...sum, date: `${month}-01` }));
    },

    /** The category last given to each of these payees (case aside), by payee as asked; without those that have none. */
    async categoriesOfPayees(ledger: string, payees: readonly string[]): Promise<Map<string, string>> {
      const ofLedger = { ledger: new Types.ObjectId(ledger) };
      const keys = [...new Set(payees.map(foldCase))].filter(Boolean);
      if (keys.length === 0) return new Map();
      // In the index's own order MongoDB leaps from payee to payee (DISTINCT_SCAN): one look for each, however many expenses.
      const latest = await collection
        .aggregate<{ _id: string; category: Types.ObjectId | null }>(
          [
            { $match: { ...ofLedger, payeeKey: { $in: keys } } },
            { $sort: indexes.payee },
            { $group: { _id: '$payeeKey', category: { $first: '$category' } } },
          ],
          { hint: 'payee' },
        )
        .toArray();
      const byKey = new Map(latest.map(({ _id, category }) => [_id, category]));
      // The latest expense of these has no category (yet): the ones before it may have.
      const open = [...byKey].flatMap(([key, category]) => (category === null ? key : []));
      const look = async () => {
        for (let key = open.pop(); key !== undefined; key = open.pop()) {
          const before = await collection
            .find(
              { ...ofLedger, payeeKey: key },
              { projection: { category: 1 }, hint: 'payee', sort: { date: -1, _id: -1 }, limit: latestOfPayee },
            )
            .toArray();
          byKey.set(key, before.find(({ category }) => category !== null)?.category ?? null);
        }
      };
      await Promise.all(Array.from({ length: queriesAtOnce }, look));
      const categories = new Map<string, string>();
      for (const payee of payees) {
        const category = byKey.get(foldCase(payee));
        if (category) categories.set(payee, category.toHexString());
      }
      return categories;
    },
  };
}
