import { median } from '../anomalies/robust.ts';
import type { PayeeHistory } from './history.ts';

export interface Repeating {
  readonly every: 'month' | 'quarter' | 'year';
  readonly amount: number;
  /** Index of the month of its latest payment. */
  readonly last: number;
}

/** An electricity bill varies; a shop that is gone to at will varies more, or in how often. */
const spreadMax = 0.35;
const oftenMax = 2;
export const monthsOf = { month: 1, quarter: 3, year: 12 } as const;
/** So many payments make a repetition; before a month that is not over, the latest may lie one month further back. */
const needed = { month: 3, quarter: 3, year: 2 } as const;

/**
 * The rhythm in which a payee is paid, if there is one: once (or twice) a month, a quarter or a year, in between never, each time
 * much the same amount.
 * @param known how many months, from the first, may be looked at
 */
export function findRepeating({ values, counts }: PayeeHistory, known: number): Repeating | undefined {
  let last = known - 1;
  while (last >= 0 && counts[last] === 0) last--;
  for (const every of ['month', 'quarter', 'year'] as const) {
    const step = monthsOf[every];
    // Overdue: it has ended.
    if (last < 0 || known - 1 - last >= step) continue;
    const paid = Array.from({ length: needed[every] }, (_, index) => last - index * step);
    if (paid.at(-1)! < 0 || paid.some((index) => counts[index] !== counts[last])) continue;
    if (counts[last]! > oftenMax || !isSilentBetween(counts, paid)) continue;
    const amounts = paid.map((index) => values[index]!);
    const middle = median(amounts);
    if (amounts.every((amount) => Math.abs(amount - middle) <= Math.abs(middle) * spreadMax))
      return { every, amount: Math.round(every === 'month' ? middle : amounts[0]!), last };
  }
  return undefined;
}

function isSilentBetween(counts: readonly number[], paid: readonly number[]): boolean {
  const dates = new Set(paid);
  for (let index = paid.at(-1)!; index < paid[0]!; index++) if (!dates.has(index) && counts[index] !== 0) return false;
  return true;
}

/** Whether it comes in a month. @param index behind the months that are known */
export const isDue = ({ every, last }: Repeating, index: number): boolean => (index - last) % monthsOf[every] === 0;
