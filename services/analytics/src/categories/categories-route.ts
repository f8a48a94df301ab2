import { CategoryBreakdown, PeriodQuery } from '@outlay/contracts/analytics.ts';
import { LedgerRef } from '@outlay/contracts/ledger.ts';
import { reply, route } from '@outlay/service-kit/route.ts';
import { z } from 'zod';
import type { AskFigures } from '../figures/ask-figures.ts';
import { readPeriod } from '../period/period.ts';
import { LedgerNotFound, SumTooLarge } from '../problems.ts';
import { breakDown } from './break-down.ts';

export const categoriesRoute = (ask: AskFigures) =>
  route({
    method: 'get',
    path: '/api/v1/ledgers/{ledger}/analytics/categories',
    summary: 'Where the money went',
    description:
      'The tree of categories with entries in the period, each with its share of the spending; entries without a category stand under `category: null`. A refund lowers its category’s spending; transfers count nowhere.',
    tag: 'Analytics',
    params: z.strictObject({ ledger: LedgerRef }),
    query: PeriodQuery,
    success: { 200: CategoryBreakdown },
    problems: [LedgerNotFound, SumTooLarge],
    handle: async ({ params, query, user, ctx }) => {
      const figures = await ask(
        {
          ledger: params.ledger,
          currency: query.currency,
          by: 'total',
          categories: true,
          ranges: (today) => [readPeriod(query, today)],
        },
        { user, ctx },
      );
      const { from, to, buckets } = figures.ranges[0]!;
      const breakdown = breakDown(figures.categories, buckets);
      return reply(200, { from, to, currency: figures.currency, ...breakdown } satisfies CategoryBreakdown);
    },
  });
