import { CalendarDate } from '@outlay/contracts/common.ts';
import { Figures, FiguresQuery } from '@outlay/contracts/internal.ts';
import { LedgerRef } from '@outlay/contracts/ledger.ts';
import { ValidationFailed } from '@outlay/service-kit/problem.ts';
import { type Route, reply, route } from '@outlay/service-kit/route.ts';
import { z } from 'zod';
import type { CategoryStore } from '../categories/category-store.ts';
import type { LedgerStore } from '../ledgers/ledger-store.ts';
import type { Ledgers } from '../ledgers/open-ledger.ts';
import { LedgerNotFound } from '../problems.ts';
import { bucketsOf, type DateRange, piecesOf, rollupsOf } from '../rollups/figure-buckets.ts';
import type { RollupStore } from '../rollups/rollup-store.ts';

export interface FiguresRouteParts {
  ledgers: Ledgers;
  ledgerStore: LedgerStore;
  categoryStore: CategoryStore;
  rollups: RollupStore;
}

/** What analytics asks us: sums out of rollups, so that the cost does not grow with the number of expenses. */
export const figuresRoute = ({ ledgers, ledgerStore, categoryStore, rollups }: FiguresRouteParts): Route =>
  route({
    method: 'get',
    path: '/internal/v1/ledgers/{ledger}/figures',
    summary: 'Sums of a ledger over up to four ranges of dates',
    tag: 'Internal',
    params: z.strictObject({ ledger: LedgerRef }),
    query: FiguresQuery,
    success: { 200: Figures },
    problems: [LedgerNotFound],
    async handle({ user, params, query }) {
      const ranges = readRanges(query.ranges);
      const split = { by: query.by, categories: query.categories === 'true' };
      const pieces = ranges.flatMap((range) => piecesOf(range, split));
      const id = await ledgers.open(user, params.ledger);
      const [ledger, tree, read] = await Promise.all([
        ledgerStore.find(id),
        split.categories ? categoryStore.list(id) : [],
        rollups.read(id, pieces.map(rollupsOf), [...new Set(pieces.map(({ part }) => part))]),
      ]);
      if (!ledger) throw new LedgerNotFound();
      const currency = query.currency ?? ledger.currency;
      return reply(200, {
        ledger,
        currency,
        categories: tree,
        ranges: ranges.map((range) => ({ ...range, ...bucketsOf(range, split, currency, read) })),
      } satisfies Figures);
    },
  });

/** @throws {ValidationFailed} where a date is none of the calendar's or a range ends before it begins */
function readRanges(text: string): DateRange[] {
  return text.split(',').map((range) => {
    const [from, to] = range.split('..') as [string, string];
    if (!CalendarDate.safeParse(from).success || !CalendarDate.safeParse(to).success || from > to)
      throw new ValidationFailed('Wrong: ranges.', {
        errors: [{ parameter: 'ranges', detail: 'must be "from..to" of calendar dates, the earlier one first' }],
      });
    return { from, to };
  });
}
