import type { Calendar } from '@outlay/contracts/analytics.ts';
import { addDays, addMonths, daysBetween } from '@outlay/contracts/calendar.ts';
import type { Figures } from '@outlay/contracts/internal.ts';
import { sumCells, totalsOf } from '../figures/cells.ts';
import { type Period, type PeriodWish, refuse } from '../period/period.ts';
import { series } from '../trend/series.ts';

/** A year and what a page shows around it. */
const daysMax = 400;

/**
 * A year where nothing else is said; of a period whose one end is missing, a year too.
 * @throws {ValidationFailed} naming the parameter where it ends before it begins or is too long
 */
export function daysAsked({ year, from, to }: PeriodWish & { year?: number | undefined }, today: string): Period {
  if (from === undefined && to === undefined) {
    const asked = year ?? today.slice(0, 4);
    return { from: `${asked}-01-01`, to: `${asked}-12-31` };
  }
  if (year !== undefined) throw refuse('year', 'goes without `from` and `to`');
  const first = from ?? addDays(addMonths(to!, -12), 1);
  const last = to ?? addDays(addMonths(first, 12), -1);
  if (first > last) throw refuse('to', 'must not lie before `from`');
  if (daysBetween(first, last) > daysMax) throw refuse('to', `must leave ${daysMax} days at most`);
  return { from: first, to: last };
}

/** The year that a period is, from New Year's Day to New Year's Eve. */
export const yearOf = ({ from, to }: Period): number | null =>
  from.endsWith('-01-01') && to === `${from.slice(0, 4)}-12-31` ? Number(from.slice(0, 4)) : null;

/**
 * Every day of a period, also those without an entry.
 * @param buckets by day, all inside of the period
 * @throws {SumTooLarge} where a sum would no longer be exact
 */
export const calendarDays = (
  period: Period,
  buckets: Figures['ranges'][number]['buckets'],
): Pick<Calendar, 'totals' | 'days'> => ({
  totals: totalsOf(sumCells(buckets.map(({ cell }) => cell))),
  days: series(period, 'day', buckets).map(({ start, totals: { spent, income, count } }) => ({
    date: start,
    spent,
    income,
    count,
  })),
});
