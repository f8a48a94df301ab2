import { CalendarDate } from '@outlay/contracts/common.ts';
import { Figures, FiguresQuery, figureLinesType } from '@outlay/contracts/internal.ts';
import { LedgerRef } from '@outlay/contracts/ledger.ts';
import { ValidationFailed } from '@outlay/service-kit/problem.ts';
import { type Route, route } from '@outlay/service-kit/route.ts';
import { z } from 'zod';
import type { Ledgers } from '../ledgers/open-ledger.ts';
import { FigureTooLarge, LedgerNotFound } from '../problems.ts';
import type { DateRange } from '../rollups/figure-pieces.ts';
import type { FigureReader } from './read-figures.ts';
import { tellFigure } from './tell-figure.ts';

/** What analytics asks us: sums out of rollups, so that the cost does not grow with the number of expenses. */
export const figuresRoute = ({
  ledgers,
  figures,
  tellMs,
}: {
  ledgers: Ledgers;
  figures: FigureReader;
  tellMs: number;
}): Route =>
  route({
    method: 'get',
    path: '/internal/v1/ledgers/{ledger}/figures',
    summary: 'Sums of a ledger over up to four ranges of dates',
    tag: 'Internal',
    params: z.strictObject({ ledger: LedgerRef }),
    query: FiguresQuery,
    success: { 200: Figures },
    alsoAs: [figureLinesType],
    problems: [LedgerNotFound, FigureTooLarge],
    async handle({ user, params, query, ctx }) {
      const ranges = readRanges(query.ranges);
      return tellFigure(await figures(await ledgers.open(user, params.ledger), { ...query, ranges }), ctx, tellMs);
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
