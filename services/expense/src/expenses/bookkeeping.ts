import type { Expense, ExpensePatch, NewExpense } from '@outlay/contracts/expense.ts';
import { ValidationFailed } from '@outlay/service-kit/problem.ts';
import type { ClientSession } from 'mongoose';
import type { CategoryStore } from '../categories/category-store.ts';
import type { CategoryTrees } from '../categories/category-trees.ts';
import type { PreparedWrites } from '../ledger-transactions.ts';
import type { LedgerStore } from '../ledgers/ledger-store.ts';
import { ChangedMeanwhile, ExpenseNotFound } from '../problems.ts';
import { coming, going } from '../rollups/fold-sums.ts';
import type { RollupStore } from '../rollups/rollup-store.ts';
import type { DeletedExpenses } from './deleted-expenses.ts';
import { type NewBooking, type StoredExpense, toBooking, toChanged, toExpense, toStored } from './expense-document.ts';
import type { ExpenseStore } from './expense-store.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Rows of one transaction: it must end well within the time a conflict may take to be retried. */
export const batchMax = 500;

export interface BookkeepingParts {
  expenses: ExpenseStore;
  deleted: DeletedExpenses;
  categories: CategoryStore;
  categoryTrees: CategoryTrees;
  ledgers: LedgerStore;
  rollups: RollupStore;
  vocabulary: Vocabulary;
  now: () => Date;
}

/** Bookings of an import, ready to be written with their sums, which are folded into few writes a month and one a day. */
export interface Batch extends PreparedWrites {
  /** Of the expenses that they will be, in order. */
  readonly ids: readonly string[];
}

export type Bookkeeping = ReturnType<typeof createBookkeeping>;

/**
 * Every write to expenses. Each function works inside of the caller's transaction (`inLedger`) and brings rollups and
 * categories along, so that what is true of the expenses is true of the figures at every moment.
 */
export function createBookkeeping({
  expenses,
  deleted,
  categories,
  categoryTrees,
  ledgers,
  rollups,
  vocabulary,
  now,
}: BookkeepingParts) {
  /** @throws {ValidationFailed} where it is none of this ledger's */
  async function holdCategory(session: ClientSession, ledger: string, category: string | null, pointer = '#/category') {
    if (category !== null && !(await categories.hold(session, ledger, category))) throw unknownCategories([pointer]);
  }

  /** @throws {ValidationFailed} pointing at each category that is none of this ledger's */
  async function holdCategories(session: ClientSession, ledger: string, asked: readonly (string | null)[]) {
    const tree = await categoryTrees.of(ledger, await ledgers.holdCategories(session, ledger), session);
    const known = new Set(tree.map(({ id }) => id));
    const unknown = asked.flatMap((id, index) => (id !== null && !known.has(id) ? `#/${index}/category` : []));
    if (unknown.length > 0) throw unknownCategories(unknown);
  }

  /** The stored expense; @throws {ExpenseNotFound | ChangedMeanwhile} */
  async function current(
    session: ClientSession,
    ledger: string,
    id: string,
    fits: VersionCheck,
  ): Promise<StoredExpense> {
    const stored = await expenses.find(ledger, id, session);
    if (!stored) throw new ExpenseNotFound();
    if (!fits(stored.version)) throw new ChangedMeanwhile(stored.version);
    return stored;
  }

  return {
    /** Writes one expense. @throws {ValidationFailed} where its category is none of this ledger's */
    async record(session: ClientSession, ledger: string, booking: NewExpense): Promise<Expense> {
      const stored = toStored(ledger, booking, now());
      await vocabulary.learn(ledger, stored.words);
      await holdCategory(session, ledger, booking.category);
      await expenses.insert(session, [stored]);
      await rollups.apply(session, ledger, [coming(booking)]);
      return toExpense(stored);
    },

    /**
     * Works out all that a batch of an import writes, so that what is left for the transaction is to write it. Whether a row
     * repeats an expense is for the caller to judge. To write it throws ValidationFailed where a category is none of this
     * ledger's (by now; pointer `#/3/category`).
     * @param bookings at most {@link batchMax}
     */
    async prepareMany(ledger: string, bookings: readonly NewBooking[]): Promise<Batch> {
      if (bookings.length > batchMax) throw new RangeError(`at most ${batchMax} bookings a batch`);
      const at = now();
      const stored = bookings.map((booking) => toStored(ledger, booking, at));
      const sums = rollups.prepare(ledger, bookings.map(coming));
      const asked = bookings.map(({ category }) => category);
      await vocabulary.learn(
        ledger,
        stored.flatMap(({ words }) => words),
      );
      return {
        ids: stored.map(({ _id }) => _id.toHexString()),
        async write(session) {
          if (stored.length === 0) return;
          await holdCategories(session, ledger, asked);
          await expenses.insert(session, stored);
          await sums.write(session);
        },
      };
    },

    /**
     * Changes what the patch names, if `fits` accepts the stored version.
     * @throws {ExpenseNotFound | ChangedMeanwhile | ValidationFailed}
     */
    async change(
      session: ClientSession,
      ledger: string,
      id: string,
      patch: ExpensePatch,
      fits: VersionCheck,
    ): Promise<Expense> {
      const before = await current(session, ledger, id, fits);
      if (patch.category !== undefined && patch.category !== (before.category?.toHexString() ?? null))
        await holdCategory(session, ledger, patch.category);
      const after = toChanged(before, patch, now());
      await vocabulary.learn(ledger, after.words);
      if (!(await expenses.replace(session, after, before.version))) throw new ChangedMeanwhile(before.version);
      await rollups.apply(session, ledger, [going(toBooking(before)), coming(toBooking(after))]);
      return toExpense(after);
    },

    /** Deletes one so that it can be restored. @returns it; @throws {ExpenseNotFound | ChangedMeanwhile} */
    async remove(session: ClientSession, ledger: string, id: string, fits: VersionCheck): Promise<Expense> {
      const before = await current(session, ledger, id, fits);
      await expenses.remove(session, before._id);
      await deleted.keep(session, before, now());
      await rollups.apply(session, ledger, [going(toBooking(before))]);
      return toExpense(before);
    },

    /**
     * Brings a deleted expense back, without its category where that is gone; one that is there stays as it is.
     * @throws {ExpenseNotFound} where it never was, or was deleted too long ago
     */
    async restore(
      session: ClientSession,
      ledger: string,
      id: string,
    ): Promise<{ expense: Expense; isRestored: boolean }> {
      const present = await expenses.find(ledger, id, session);
      if (present) return { expense: toExpense(present), isRestored: false };
      const before = await deleted.take(session, ledger, id, now());
      if (!before) throw new ExpenseNotFound();
      const category = before.category?.toHexString();
      const isGone = category !== undefined && !(await categories.hold(session, ledger, category));
      const after = toChanged(before, isGone ? { category: null } : {}, now());
      await expenses.insert(session, [after]);
      await rollups.apply(session, ledger, [coming(toBooking(after))]);
      return { expense: toExpense(after), isRestored: true };
    },

    /**
     * Takes back what an import wrote: what is there of these expenses goes, with its sums, and what was deleted since cannot
     * be restored any more.
     * @param ids at most {@link batchMax}; @param isChangedKept whether those that were changed since stay
     */
    async takeBack(
      session: ClientSession,
      ledger: string,
      ids: readonly string[],
      isChangedKept: boolean,
    ): Promise<{ removed: number; kept: Set<string> }> {
      const found = await expenses.findMany(session, ledger, ids);
      const kept = isChangedKept ? found.filter(isChanged) : [];
      const taken = isChangedKept ? found.filter((each) => !isChanged(each)) : found;
      await expenses.removeMany(
        session,
        taken.map(({ _id }) => _id),
      );
      await deleted.forget(session, ids);
      await rollups.apply(
        session,
        ledger,
        taken.map((each) => going(toBooking(each))),
      );
      return { removed: taken.length, kept: new Set(kept.map(({ _id }) => _id.toHexString())) };
    },

    async isInUse(session: ClientSession, ledger: string, category: string): Promise<boolean> {
      return (await expenses.inCategory(session, ledger, category, 1)).length > 0;
    },

    /**
     * Moves up to {@link batchMax} expenses from one category to another, or to none. Repeat until it answers 0.
     * @returns how many were moved
     * @throws {ValidationFailed} where the target is no category of this ledger
     */
    async refile(session: ClientSession, ledger: string, from: string, to: string | null): Promise<number> {
      const moving = await expenses.inCategory(session, ledger, from, batchMax);
      if (moving.length === 0) return 0;
      await holdCategory(session, ledger, to, '#/moveTo');
      await expenses.refile(
        session,
        moving.map(({ _id }) => _id),
        to,
        now(),
      );
      await rollups.apply(
        session,
        ledger,
        moving.map(toBooking).flatMap((booking) => [going(booking), coming({ ...booking, category: to })]),
      );
      return moving.length;
    },
  };
}

const unknownCategories = (pointers: readonly string[]) =>
  new ValidationFailed('Wrong: category.', {
    errors: pointers.map((pointer) => ({ pointer, detail: 'is no category of this ledger' })),
  });

const isChanged = ({ version }: StoredExpense): boolean => version > 1;

/** Whether a version is the one that the client means to change. */
export type VersionCheck = (version: number) => boolean;
