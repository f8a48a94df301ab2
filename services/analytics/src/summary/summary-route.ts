import { PeriodQuery, Summary } from '@outlay/contracts/analytics.ts';
import { LedgerRef } from '@outlay/contracts/ledger.ts';
import { reply, route } from '@outlay/service-kit/route.ts';
import { z } from 'zod';
import type { AskFigures } from '../figures/ask-figures.ts';
import { periodBefore, readPeriod } from '../period/period.ts';
import { LedgerNotFound, SumTooLarge } from '../problems.ts';
import { summarize } from './summarize.ts';

export const summaryRoute = (ask: AskFigures) =>
  route({
    method: 'get',
    path: '/api/v1/ledgers/{ledger}/analytics/summary',
    summary: 'Totals of a period',
    description:
      'Totals by kind, the average per day, and the change against the period before: as many whole months where the period is made of whole months, else as many days. Transfers count nowhere.',
    tag: 'Analytics',
    params: z.strictObject({ ledger: LedgerRef }),
    query: PeriodQuery,
    success: { 200: Summary },
    problems: [LedgerNotFound, SumTooLarge],
    handle: async ({ params, query, user, ctx }) => {
      const figures = await ask(
        {
          ledger: params.ledger,
          currency: query.currency,
          by: 'total',
          ranges: (today) => {
            const period = readPeriod(query, today);
            return [period, periodBefore(period)];
          },
        },
        { user, ctx },
      );
      const [period, before] = figures.ranges;
      return reply(200, summarize(figures.currency, period!, before!) satisfies Summary);
    },
  });
