import type { Forecast } from '@outlay/contracts/forecast.ts';
import type { Bucket, Cell } from '@outlay/contracts/internal.ts';
import { countOf, exact, spentOf } from '../figures/cells.ts';

/** What a forecast is made of: whole months, oldest first, beginning with the first that has an entry. */
export interface History {
  /** First days; those behind the whole ones are the present month and nothing else. */
  readonly months: readonly string[];
  /** By month. */
  readonly totals: readonly number[];
  /** By payee and month. */
  readonly payees: ReadonlyMap<string, PayeeHistory>;
}
export interface PayeeHistory {
  readonly values: readonly number[];
  readonly counts: readonly number[];
}

export const measured = (measure: Forecast['measure'], cell: Cell): number =>
  measure === 'income' ? cell.income : measure === 'spent' ? spentOf(cell) : exact(cell.income - spentOf(cell));

/**
 * @param months first days without gaps, oldest first
 * @param buckets by payee and month
 * @throws {SumTooLarge} where a sum would no longer be exact
 */
export function historyOf(
  months: readonly string[],
  measure: Forecast['measure'],
  buckets: readonly Bucket[],
): History {
  const first = buckets.reduce((min, { start }) => (start < min ? start : min), months.at(-1)!);
  const kept = months.filter((month) => month >= first);
  const column = new Map(kept.map((month, index) => [month, index]));
  const totals = kept.map(() => 0);
  const payees = new Map<string, { values: number[]; counts: number[] }>();
  for (const { start, payee = '', cell } of buckets) {
    const index = column.get(start)!;
    const value = measured(measure, cell);
    totals[index] = exact(totals[index]! + value);
    let history = payees.get(payee);
    if (!history) {
      history = { values: kept.map(() => 0), counts: kept.map(() => 0) };
      payees.set(payee, history);
    }
    history.values[index]! += value;
    if (value !== 0) history.counts[index]! += countOf(cell);
  }
  return { months: kept, totals, payees };
}
