import type { CalendarYear } from '@outlay/contracts/analytics.ts';
import type { Figures } from '@outlay/contracts/internal.ts';
import { sumCells, totalsOf } from '../figures/cells.ts';
import type { Period } from '../period/period.ts';
import { series } from '../trend/series.ts';

/** From New Year's Day to New Year's Eve. */
export const daysOfYear = (year: number): Period => ({ from: `${year}-01-01`, to: `${year}-12-31` });

/**
 * Every day of a year, also those without an entry.
 * @param buckets by day, all inside of the year
 * @throws {SumTooLarge} where a sum would no longer be exact
 */
export const calendarYear = (
  year: number,
  buckets: Figures['ranges'][number]['buckets'],
): Pick<CalendarYear, 'totals' | 'days'> => ({
  totals: totalsOf(sumCells(buckets.map(({ cell }) => cell))),
  days: series(daysOfYear(year), 'day', buckets).map(({ start, totals: { spent, income, count } }) => ({
    date: start,
    spent,
    income,
    count,
  })),
});
