import type { Kind } from '@outlay/contracts/expense.ts';
import { shelfOf, toFieldName } from './payee-field.ts';

/** What the figures need to know of an expense. */
export interface Booking {
  readonly date: string;
  readonly amount: number;
  readonly currency: string;
  readonly kind: Kind;
  readonly category: string | null;
  readonly payee: string;
}

/**
 * Bookings of one currency and kind, added up; negative where they go. Those that are added up without regard to the category
 * or the payee lack it, and count only where the other is told apart.
 */
export interface Entry extends Pick<Booking, 'date' | 'currency' | 'kind'> {
  readonly category?: string | null;
  readonly payee?: string;
  readonly sum: number;
  readonly count: number;
}

const toEntry = ({ date, currency, kind, category, payee }: Booking, sum: number, count: number): Entry => ({
  date,
  currency,
  kind,
  category,
  payee,
  sum,
  count,
});
export const coming = (booking: Booking): Entry => toEntry(booking, booking.amount, 1);
export const going = (booking: Booking): Entry => toEntry(booking, -booking.amount, -1);

export interface CellChange {
  sum: number;
  count: number;
}

/** Path of a cell inside a rollup → how it changes. */
export type CellChanges = Map<string, CellChange>;

/** Key of a year's rollup, a month's, a day's, or one of a month's by payee; the store puts the ledger before it. */
const yearKey = (date: string, currency: string) => `year:${date.slice(0, 4)}:${currency}`;
const monthKey = (date: string, currency: string) => `month:${date.slice(0, 7)}:${currency}`;
const dayKey = (date: string, currency: string) => `day:${date}:${currency}`;
const payeeKey = (date: string, currency: string, payee: string) =>
  `payee:${date.slice(0, 7)}:${currency}:${shelfOf(payee)}`;

/**
 * Adds entries up by rollup and cell, so that a batch of expenses costs few writes a month, one a day and one a year. Transfers count
 * nowhere; cells that end as they were are left out, so that a new note writes no rollup.
 * @param hasYears false where the entries are not all of their year
 */
export function foldSums(entries: Iterable<Entry>, hasYears = true): Map<string, CellChanges> {
  const rollups = new Map<string, CellChanges>();
  const add = (rollup: string, path: string, { sum, count }: Entry) => {
    let cells = rollups.get(rollup);
    if (!cells) {
      cells = new Map();
      rollups.set(rollup, cells);
    }
    const cell = cells.get(path);
    if (cell) {
      cell.sum += sum;
      cell.count += count;
    } else cells.set(path, { sum, count });
  };
  for (const entry of entries) {
    const { date, currency, kind, category, payee } = entry;
    if (kind === 'transfer') continue;
    if (category !== undefined) {
      const month = monthKey(date, currency);
      const day = dayKey(date, currency);
      const ofCategory = `${category ?? 'none'}:${kind}`;
      const byCategory = `categories.${ofCategory}`;
      if (hasYears) add(yearKey(date, currency), `yearly.${ofCategory}`, entry);
      add(month, `total.${kind}`, entry);
      add(month, byCategory, entry);
      add(month, `days.${date.slice(8)}:${kind}`, entry);
      add(day, `total.${kind}`, entry);
      add(day, byCategory, entry);
    }
    if (payee !== undefined) add(payeeKey(date, currency, payee), `payees.${toFieldName(payee)}:${kind}`, entry);
  }
  for (const [rollup, cells] of rollups) {
    for (const [path, { sum, count }] of cells) if (sum === 0 && count === 0) cells.delete(path);
    if (cells.size === 0) rollups.delete(rollup);
  }
  return rollups;
}
