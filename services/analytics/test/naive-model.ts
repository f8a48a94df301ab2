import { dateOfDay, dayNumber } from '@outlay/contracts/calendar.ts';
import type { Kind } from '@outlay/contracts/expense.ts';
import { type Cell, emptyCell, type Figures } from '@outlay/contracts/internal.ts';
import fc from 'fast-check';

/** An entry as a person sees it: what every figure must agree with. */
export interface Entry {
  date: string;
  amount: number;
  kind: Kind;
  category: string | null;
  payee?: string;
}

export const dateBetween = (first: string, last: string): fc.Arbitrary<string> =>
  fc.integer({ min: dayNumber(first), max: dayNumber(last) }).map(dateOfDay);

export const entriesIn = (dates: fc.Arbitrary<string>, categories: readonly (string | null)[]): fc.Arbitrary<Entry[]> =>
  fc.array(
    fc.record<Entry>({
      date: dates,
      amount: fc.integer({ min: 1, max: 99_999_999_999 }),
      kind: fc.constantFrom('expense', 'income', 'refund', 'transfer'),
      category: fc.constantFrom(...categories),
      payee: fc.constantFrom('', 'Shop', 'Bakery', 'Landlord'),
    }),
    { maxLength: 60 },
  );

/** Adds up what a kind came to, by looking at every entry. */
export const sumOf = (entries: readonly Entry[], kind: Kind): number =>
  entries.filter((entry) => entry.kind === kind).reduce((sum, { amount }) => sum + amount, 0);

/** The buckets that expense would give for the entries: by the first day of the month, by day, or one for all. */
export function bucketsOf(
  entries: readonly Entry[],
  {
    from,
    by,
    categories = false,
    payees = false,
  }: { from: string; by: 'total' | 'day' | 'month'; categories?: boolean; payees?: boolean },
): Figures['ranges'][number]['buckets'] {
  const cells = new Map<string, Cell>();
  for (const { date, amount, kind, category, payee = '' } of entries) {
    if (kind === 'transfer') continue;
    const month = `${date.slice(0, 7)}-01`;
    const start = by === 'total' ? from : by === 'day' ? date : month < from ? from : month;
    const key = `${start} ${categories ? (category ?? 'none') : ''} ${payees ? payee : ''}`;
    const cell = cells.get(key) ?? emptyCell();
    cell[kind] += amount;
    cell[`${kind}Count`] += 1;
    cells.set(key, cell);
  }
  return [...cells].map(([key, cell]) => {
    const [start, category, payee] = key.split(' ');
    return { start: start!, category: category || null, ...(payees && { payee: payee! }), cell };
  });
}
