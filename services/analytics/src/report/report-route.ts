import type { FiguresQuery } from '@outlay/contracts/internal.ts';
import { Report, ReportQuery, SavedReport } from '@outlay/contracts/report.ts';
import type { z } from 'zod';
import type { AskFigures } from '../figures/ask-figures.ts';
import { amount, type Table } from '../figures/csv.ts';
import { figureRoute } from '../figures/figure-route.ts';
import type { ExpenseSource } from '../figures/figure-source.ts';
import { type Period, readPeriod, refuse } from '../period/period.ts';
import { ReportNotFound } from '../problems.ts';
import { bucketsFor } from '../trend/series.ts';
import { axisOf, intervalOf } from './axis.ts';
import { columnsMax, pivot, type ReportForm } from './pivot.ts';

/** A year of days: more rows of time are no report. */
const timesMax = 500;

type Query = z.output<typeof ReportQuery>;

export const reportRoute = (ask: AskFigures, source: ExpenseSource) =>
  figureRoute(ask, {
    name: 'report',
    summary: 'A table of your own',
    description:
      'Rows, columns and what is added up are chosen by the caller, or by a report saved under a name; what the request says goes before what was saved. An entry with two tags counts under both. At most 500 rows of time, and 100 columns.',
    query: ReportQuery,
    answer: Report,
    problems: [ReportNotFound],
    async complete(query, { params, user, ctx }): Promise<Query> {
      if (query.report === undefined) return query;
      const path = `/internal/v1/ledgers/${params.ledger}/report`;
      const call = { path, query: { name: query.report }, user, ctx };
      const saved = await source(async (answer) => SavedReport.parse(await answer.json()), call);
      const { rows, columns, measure, filters } = saved;
      // Who names a currency does not want what was saved converted, and the other way round.
      const { currency, convert, ...others } = filters;
      const money = query.currency || query.convert ? {} : { currency, convert };
      const said = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));
      return { rows, ...(columns && { columns }), measure, ...others, ...money, ...said } as Query;
    },
    figure: async (query, ask) => {
      const form: ReportForm = {
        rows: query.rows ?? 'category',
        columns: query.columns ?? null,
        measure: query.measure ?? 'spent',
      };
      if (form.rows === form.columns) throw refuse('columns', 'must not be what the rows are');
      const told = [form.rows, form.columns];
      const figures = await ask({
        by: byOf(form),
        categories: told.includes('category'),
        payees: told.includes('payee'),
        tags: told.includes('tag'),
        ranges: (today) => [checked(readPeriod(query, today), form)],
      });
      const { from, to, buckets } = figures.ranges[0]!;
      const { currency, categories } = figures;
      return { from, to, currency, ...form, ...pivot(form, { from, to }, categories, buckets, query.limit) };
    },
    table: reportTable,
  });

/** The coarsest sums that a report can be made of. */
function byOf({ rows, columns }: ReportForm): FiguresQuery['by'] {
  const intervals = [rows, columns].flatMap((dimension) => (dimension && intervalOf[dimension]) ?? []);
  const found = intervals.map((interval) => bucketsFor[interval]);
  return found.includes('day') ? 'day' : (found[0] ?? 'total');
}

/** @throws {ValidationFailed} where a side of the report would be too long */
function checked(period: Period, { rows, columns }: ReportForm): Period {
  for (const [side, dimension, max] of [
    ['rows', rows, timesMax],
    ['columns', columns, columnsMax],
  ] as const)
    if (dimension && intervalOf[dimension] && axisOf(dimension, period, []).fixed.length > max)
      throw refuse(side, `must be of longer times for this period: at most ${max} are given`);
  return period;
}

function reportTable({ currency, rows, measure, header, items }: Report): Table {
  const cell = (value: number) => (measure === 'count' ? value : amount(value, currency));
  return {
    columns: [rows, 'name', 'currency', 'measure', 'total', ...header.map(({ name }) => name)],
    rows: items.map(({ key, name, values, total }) => [
      key,
      name,
      currency,
      measure,
      cell(total),
      ...values.map((value) => cell(value)),
    ]),
  };
}
