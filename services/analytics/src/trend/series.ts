import type { Trend } from '@outlay/contracts/analytics.ts';
import { addDays, daysBetween, type Interval, nextStart, startOf } from '@outlay/contracts/calendar.ts';
import { type Cell, emptyCell, type Figures, type FiguresQuery } from '@outlay/contracts/internal.ts';
import { addCells, totalsOf } from '../figures/cells.ts';
import { type Period, refuse } from '../period/period.ts';

/** Ten years of days: more is no picture, only load. */
const pointsMax = 3_660;

/** The coarsest sums that each interval can be put together from. */
export const bucketsFor: Readonly<Record<Interval, FiguresQuery['by']>> = {
  day: 'day',
  week: 'day',
  month: 'month',
  year: 'month',
};

/** @throws {ValidationFailed} where the series would have more than {@link pointsMax} points */
export function checkPoints({ from, to }: Period, interval: Interval): void {
  // All the months of the three centuries that an entry can lie in are 3,612.
  if (interval === 'month' || interval === 'year') return;
  const points = Math.ceil(daysBetween(startOf(interval, from), to) / (interval === 'week' ? 7 : 1));
  if (points > pointsMax)
    throw refuse(
      'interval',
      `must be longer for this period: it makes ${points} points, at most ${pointsMax} are given`,
    );
}

/**
 * One point per interval, without gaps, the first and last cut to the period. Weeks start on Monday.
 * @param buckets by day, or by month where the interval is made of months
 * @throws {SumTooLarge} where a sum would no longer be exact
 */
export function series(
  { from, to }: Period,
  interval: Interval,
  buckets: Figures['ranges'][number]['buckets'],
): Trend['points'] {
  const cells = new Map<string, Cell>();
  for (const { start, cell } of buckets) {
    const key = startOf(interval, start);
    cells.set(key, addCells(cells.get(key) ?? emptyCell(), cell));
  }
  const points: Trend['points'] = [];
  for (let start = startOf(interval, from); start <= to; ) {
    const next = nextStart(interval, start);
    const last = addDays(next, -1);
    points.push({
      start: start < from ? from : start,
      end: last > to ? to : last,
      totals: totalsOf(cells.get(start) ?? emptyCell()),
    });
    start = next;
  }
  return points;
}
