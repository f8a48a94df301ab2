import type { Conversion } from '@outlay/contracts/exchange-rate.ts';
import { LedgerRef } from '@outlay/contracts/ledger.ts';
import type { ProblemClass } from '@outlay/service-kit/problem.ts';
import { type Route, reply, route } from '@outlay/service-kit/route.ts';
import { z } from 'zod';
import { FigureTooLarge, LedgerNotFound, NotAcceptable, RatesMissing, SumTooLarge } from '../problems.ts';
import { acceptedForm } from './accepted-form.ts';
import { type Asker, type AskFigures, type FigureQuestion, filtersOf } from './ask-figures.ts';
import type { ChartOption } from './chart.ts';
import { csvType, type Table, toCsv } from './csv.ts';

/** What every figure can be asked by. */
type FigureQuery = Parameters<typeof filtersOf>[0] & {
  convert?: string | undefined;
  chart?: 'echarts' | undefined;
};

/** Asks for the ledger, the currency and the person of a request. */
export type Ask = (question: Omit<FigureQuestion, 'ledger' | 'filters' | 'convert'>) => ReturnType<AskFigures>;

/** One figure: what it is asked by, how it comes to be of expense's sums, and the forms in which it is given. */
export interface FigureSpec<Q extends z.ZodType<FigureQuery>, F extends object> {
  /** Last part of the path. */
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  readonly query: Q;
  readonly answer: z.ZodType<F>;
  readonly problems?: readonly ProblemClass[];
  /** Fills up what the request leaves open. */
  complete?(query: z.output<Q>, asker: Asker & { params: { ledger: string } }): Promise<z.output<Q>>;
  figure(query: z.output<Q>, ask: Ask): Promise<F>;
  table(figure: F): Table;
  chart?(figure: F): ChartOption;
}

export const figureRoute = <Q extends z.ZodType<FigureQuery>, F extends object>(
  askFigures: AskFigures,
  spec: FigureSpec<Q, F>,
): Route =>
  route({
    method: 'get',
    path: `/api/v1/ledgers/{ledger}/analytics/${spec.name}`,
    summary: spec.summary,
    description: `${spec.description} As CSV by \`Accept: text/csv\`, amounts then as decimals.`,
    tag: 'Analytics',
    params: z.strictObject({ ledger: LedgerRef }),
    query: spec.query,
    success: { 200: spec.answer },
    alsoAs: ['text/csv'],
    problems: [LedgerNotFound, SumTooLarge, FigureTooLarge, RatesMissing, NotAcceptable, ...(spec.problems ?? [])],
    handle: async ({ params, query: asked, user, ctx }) => {
      const form = acceptedForm(ctx);
      const query = spec.complete ? await spec.complete(asked as z.output<Q>, { params, user, ctx }) : asked;
      const { chart, convert, ...filters } = query as FigureQuery;
      let conversion: Conversion | undefined;
      const found = await spec.figure(query as z.output<Q>, async (question) => {
        const figures = await askFigures(
          { ...params, filters: filtersOf(filters), convert, ...question },
          { user, ctx },
        );
        conversion = figures.conversion;
        return figures;
      });
      const figure = { ...found, ...(conversion && { conversion }) };
      if (form === 'csv') {
        // A table has no place to say that something is left out of its sums.
        if (conversion?.missing.length) throw new RatesMissing(conversion.missing);
        return reply(200, toCsv(spec.table(figure)), { 'content-type': csvType });
      }
      return reply(200, chart && spec.chart ? { ...figure, chart: spec.chart(figure) } : figure);
    },
  });
