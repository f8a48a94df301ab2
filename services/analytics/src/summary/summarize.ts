import type { Summary } from '@outlay/contracts/analytics.ts';
import { daysBetween } from '@outlay/contracts/calendar.ts';
import type { Figures } from '@outlay/contracts/internal.ts';
import { sumCells, totalsOf } from '../figures/cells.ts';

type Range = Figures['ranges'][number];

/**
 * What a period came to, and how that compares with the one before.
 * @throws {SumTooLarge} where a sum would no longer be exact
 */
export function summarize(currency: string, period: Range, before: Range): Summary {
  const days = daysBetween(period.from, period.to);
  const totals = totalsOf(sumCells(period.buckets.map(({ cell }) => cell)));
  const previous = totalsOf(sumCells(before.buckets.map(({ cell }) => cell)));
  return {
    from: period.from,
    to: period.to,
    currency,
    days,
    totals,
    perDay: { spent: divideRounded(totals.spent, days), income: divideRounded(totals.income, days) },
    previous: { from: before.from, to: before.to, totals: previous },
    change: {
      spent: totals.spent - previous.spent,
      spentRatio: ratio(totals.spent, previous.spent),
      income: totals.income - previous.income,
      incomeRatio: ratio(totals.income, previous.income),
    },
    otherCurrencies: otherCurrencies(currency, [period, before]),
  };
}

/** Currencies with entries in any of the ranges that a figure in this one leaves out. */
export const otherCurrencies = (currency: string, ranges: readonly Range[]): string[] =>
  [...new Set(ranges.flatMap(({ currencies }) => currencies))].filter((code) => code !== currency).sort();

/** Against nothing, or against a period that gave more back than it took, no ratio says anything. */
export const ratio = (now: number, before: number): number | null => (before > 0 ? (now - before) / before : null);

/**
 * Divides to an integer, halves away from zero, without a float between: 2/5 → 0, 5/2 → 3, −5/2 → −3.
 * @param divisor a positive integer
 */
export function divideRounded(amount: number, divisor: number): number {
  const size = Math.abs(amount);
  const rest = size % divisor;
  const quotient = (size - rest) / divisor + (2 * rest >= divisor ? 1 : 0);
  return amount < 0 && quotient > 0 ? -quotient : quotient;
}
