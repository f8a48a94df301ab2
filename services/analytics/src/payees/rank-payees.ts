import { addMonths, startOf } from '@outlay/contracts/calendar.ts';
import type { Bucket } from '@outlay/contracts/internal.ts';
import type { PayeeBreakdown } from '@outlay/contracts/payees.ts';
import { countOf, exact, spentOf, sumCells } from '../figures/cells.ts';
import type { Period } from '../period/period.ts';
import { byName, cellsByPayee } from './cells-by-payee.ts';

/**
 * The payees on whom most was spent, each with its months; the others together, so that all add up to the whole.
 * @param buckets by payee and month
 * @throws {SumTooLarge} where a sum would no longer be exact
 */
export function rankPayees(
  period: Period,
  buckets: readonly Bucket[],
  limit: number,
): Pick<PayeeBreakdown, 'total' | 'months' | 'payees' | 'others'> {
  const months = monthsOf(period);
  const column = new Map(months.map((month, index) => [month, index]));
  const cells = cellsByPayee(buckets);
  const whole = [...cells.values()].reduce((sum, cell) => exact(sum + Math.max(0, spentOf(cell))), 0);
  const share = (spent: number) => (spent > 0 ? spent / whole : 0);
  const ranked = [...cells]
    .map(([payee, cell]) => ({ payee, cell, spent: spentOf(cell) }))
    .sort((a, b) => b.spent - a.spent || b.cell.income - a.cell.income || byName(a, b));

  const trends = new Map(ranked.slice(0, limit).map(({ payee }) => [payee, months.map(() => 0)]));
  for (const { payee = '', start, cell } of buckets) {
    const trend = trends.get(payee);
    if (trend) trend[column.get(start)!] = exact(trend[column.get(start)!]! + spentOf(cell));
  }
  const rest = ranked.slice(limit);
  const restCell = sumCells(rest.map(({ cell }) => cell));
  return {
    total: spentOf(sumCells(cells.values())),
    months,
    payees: ranked.slice(0, limit).map(({ payee, cell, spent }) => ({
      payee,
      spent,
      income: cell.income,
      count: countOf(cell),
      share: share(spent),
      trend: trends.get(payee)!,
    })),
    others: {
      payees: rest.length,
      spent: spentOf(restCell),
      income: restCell.income,
      count: countOf(restCell),
      share: rest.reduce((sum, { spent }) => sum + share(spent), 0),
    },
  };
}

/** First days of the months of a period, the first cut to it. */
export function monthsOf({ from, to }: Period): string[] {
  const months = [from];
  for (let next = addMonths(startOf('month', from), 1); next <= to; next = addMonths(next, 1)) months.push(next);
  return months;
}
