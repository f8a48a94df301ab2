import type { NewExpense } from '@outlay/contracts/expense.ts';
import type { Types } from 'mongoose';
import type { CategoryStore } from '../categories/category-store.ts';
import type { Batch, Bookkeeping } from '../expenses/bookkeeping.ts';
import type { ExpenseStore } from '../expenses/expense-store.ts';

export type ExpenseBook = ReturnType<typeof createExpenseBook>;

/** What imports read and write of a ledger's expenses and categories. */
export function createExpenseBook(parts: {
  expenses: ExpenseStore;
  categories: CategoryStore;
  bookkeeping: Bookkeeping;
}) {
  const { expenses, categories, bookkeeping } = parts;
  const { findAlike, findExisting, countChanged, categoriesOfPayees } = expenses;
  return {
    findAlike,
    findExisting,
    countChanged,
    takeBack: bookkeeping.takeBack,
    categoriesOfPayees,
    categories: categories.list,

    /** The category of each of these expenses; without those that have none, or are gone. */
    async categoriesOf(ledger: string, ids: readonly string[]): Promise<Map<string, string>> {
      if (ids.length === 0) return new Map();
      const found = await expenses.model
        .find({ _id: { $in: [...ids] }, ledger, category: { $ne: null } }, { category: 1 })
        .lean<{ _id: Types.ObjectId; category: Types.ObjectId }[]>();
      return new Map(found.map(({ _id, category }) => [_id.toHexString(), category.toHexString()]));
    },

    /** Makes expenses of an import ready to be written, with their sums. */
    prepare: (ledger: string, importId: string, bookings: readonly Omit<NewExpense, 'tags'>[]): Promise<Batch> =>
      bookkeeping.prepareMany(
        ledger,
        bookings.map((booking) => ({ ...booking, tags: [], importId })),
      ),
  };
}
