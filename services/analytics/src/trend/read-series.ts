import type { Trend, TrendQuery } from '@outlay/contracts/analytics.ts';
import type { z } from 'zod';
import type { Ask } from '../figures/figure-route.ts';
import { readPeriod } from '../period/period.ts';
import { bucketsFor, checkPoints, series } from './series.ts';

/**
 * The series that a request means, twelve months unless said otherwise.
 * @throws {ValidationFailed} where it would have too many points
 */
export async function readSeries(query: z.output<typeof TrendQuery>, ask: Ask): Promise<Trend> {
  const { interval } = query;
  const figures = await ask({
    by: bucketsFor[interval],
    ranges: (today) => {
      const period = readPeriod(query, today, 12);
      checkPoints(period, interval);
      return [period];
    },
  });
  const { from, to, buckets } = figures.ranges[0]!;
  return { from, to, currency: figures.currency, interval, points: series({ from, to }, interval, buckets) };
}
