import type { CashFlow, Trend } from '@outlay/contracts/analytics.ts';
import { exact } from '../figures/cells.ts';

/**
 * What came in, what went out and what is left of it so far. A ledger knows no opening balance: it starts at 0.
 * @param points of a series, oldest first
 * @throws {SumTooLarge} where the balance would no longer be exact
 */
export function cashFlow(points: Trend['points']): CashFlow['points'] {
  let balance = 0;
  return points.map(({ start, end, totals: { income, spent, net } }) => {
    balance = exact(balance + net);
    return { start, end, income, spent, net, balance };
  });
}
