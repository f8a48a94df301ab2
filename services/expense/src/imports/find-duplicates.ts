import { addDays, today } from '@outlay/contracts/calendar.ts';
import type { Ledger } from '@outlay/contracts/ledger.ts';
import type { Alike } from '../expenses/expense-store.ts';
import type { ExpenseBook } from './expense-book.ts';
import { importedBefore, similarTo } from './explain-duplicate.ts';
import type { StoredRow } from './import-documents.ts';
import { daysApartMax, type KnownExpense, matchSimilar } from './match-duplicates.ts';
import type { RowMemory } from './row-memory.ts';

/** What of a row changes when it turns out to be a duplicate. */
export type Verdict = Pick<StoredRow, 'reason' | 'duplicateOf'>;
export type Verdicts = Map<number, Verdict>;

/**
 * Expenses of the same amounts looked at for 500 rows. It bounds time and memory where a ledger holds thousands of equal
 * ones within days; even then the same file again adds nothing, because its rows are known by their fingerprints.
 */
const candidatesMax = 5_000;

export type DuplicateFinder = ReturnType<typeof createDuplicateFinder>;

/** Finds out, 500 rows at a time, which of them the ledger has already. */
export function createDuplicateFinder(memory: RowMemory, book: ExpenseBook) {
  return {
    /** Rows that were imported before, by their fingerprint: certain, whatever became of the expense. */
    async imported(ledger: Ledger, rows: readonly StoredRow[]): Promise<Verdicts> {
      const keys = rows.flatMap(({ source }) => source?.key ?? []);
      const remembered = await memory.find(ledger.id, keys);
      if (remembered.size === 0) return new Map();
      const expenses = [...remembered.values()].map(({ expense }) => expense);
      const existing = await book.findExisting(ledger.id, expenses);
      const dayOf = calendarDays(ledger.timeZone);
      return new Map(
        rows.flatMap(({ row, source }): [number, Verdict][] => {
          const before = source && remembered.get(source.key);
          if (!before) return [];
          const isDeleted = !existing.has(before.expense);
          const reason = importedBefore({ bankId: source.bankId, day: dayOf(before.importedAt), isDeleted });
          return [[row, { reason, duplicateOf: { expense: isDeleted ? null : before.expense, row: null } }]];
        }),
      );
    },

    /** Expenses that rows may repeat, noted by hand or imported from another file: of their amounts, and near their days. */
    async alike(ledger: Ledger, importId: string, rows: readonly StoredRow[]): Promise<Alike[]> {
      const sources = rows.flatMap(({ source }) => source ?? []);
      if (sources.length === 0) return [];
      const dates = sources.map(({ date }) => date).sort();
      return book.findAlike(ledger.id, {
        from: addDays(dates[0]!, -daysApartMax),
        to: addDays(dates.at(-1)!, daysApartMax),
        amounts: [...new Set(sources.map(({ amount }) => amount))],
        exceptImport: importId,
        limit: candidatesMax,
      });
    },

    /**
     * Rows that repeat one of the expenses that look {@link alike}.
     * @param used expenses that explain other rows of this file
     */
    async similar(rows: readonly StoredRow[], alike: readonly Alike[], used: ReadonlySet<string>): Promise<Verdicts> {
      const bookings = rows.flatMap(({ row, source }) => (source ? [{ row, booking: source }] : []));
      const origins = await memory.findOrigins(alike.flatMap(({ id }) => (used.has(id) ? [] : id)));
      const known = alike.map((expense): KnownExpense => ({ ...expense, origin: origins.get(expense.id) ?? null }));
      return new Map(
        [...matchSimilar(bookings, known, used)].map(([row, match]) => [
          row,
          { reason: similarTo(match), duplicateOf: { expense: match.expense.id, row: null } },
        ]),
      );
    },
  };
}

/** Rows of one import share their instant: a time zone's calendar costs 50 µs and some memory outside of the heap to ask. */
function calendarDays(timeZone: string): (instant: Date) => string {
  const days = new Map<number, string>();
  return (instant) => {
    const day = days.get(instant.getTime()) ?? today(timeZone, instant);
    days.set(instant.getTime(), day);
    return day;
  };
}

/** The rows with their verdicts: a new row that has one is a duplicate. */
export const withVerdicts = (rows: readonly StoredRow[], verdicts: Verdicts): StoredRow[] =>
  rows.map((row) => {
    const verdict = row.status === 'new' ? verdicts.get(row.row) : undefined;
    return verdict ? { ...row, ...verdict, status: 'duplicate' } : row;
  });

/** The expenses that explain rows. */
export const explainedBy = (rows: Iterable<Pick<StoredRow, 'duplicateOf'>>): string[] =>
  [...rows].flatMap(({ duplicateOf }) => duplicateOf?.expense ?? []);
