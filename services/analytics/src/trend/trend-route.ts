import { Trend, TrendQuery } from '@outlay/contracts/analytics.ts';
import { LedgerRef } from '@outlay/contracts/ledger.ts';
import { reply, route } from '@outlay/service-kit/route.ts';
import { z } from 'zod';
import type { AskFigures } from '../figures/ask-figures.ts';
import { readPeriod } from '../period/period.ts';
import { LedgerNotFound, SumTooLarge } from '../problems.ts';
import { bucketsFor, checkPoints, series } from './series.ts';

export const trendRoute = (ask: AskFigures) =>
  route({
    method: 'get',
    path: '/api/v1/ledgers/{ledger}/analytics/trend',
    summary: 'Totals over time',
    description:
      'One point per day, week (from Monday), month or year, without gaps; the first and last are cut to the period. At most 3,660 points.',
    tag: 'Analytics',
    params: z.strictObject({ ledger: LedgerRef }),
    query: TrendQuery,
    success: { 200: Trend },
    problems: [LedgerNotFound, SumTooLarge],
    handle: async ({ params, query, user, ctx }) => {
      const { interval } = query;
      const figures = await ask(
        {
          ledger: params.ledger,
          currency: query.currency,
          by: bucketsFor[interval],
          ranges: (today) => {
            const period = readPeriod(query, today, 12);
            checkPoints(period, interval);
            return [period];
          },
        },
        { user, ctx },
      );
      const { from, to, buckets } = figures.ranges[0]!;
      const points = series({ from, to }, interval, buckets);
      return reply(200, { from, to, currency: figures.currency, interval, points } satisfies Trend);
    },
  });
