import { CashFlow, TrendQuery } from '@outlay/contracts/analytics.ts';
import type { AskFigures } from '../figures/ask-figures.ts';
import { type ChartOption, colors, height, overTime } from '../figures/chart.ts';
import { amount, type Table } from '../figures/csv.ts';
import { figureRoute } from '../figures/figure-route.ts';
import { readSeries } from '../trend/read-series.ts';
import { cashFlow } from './cash-flow.ts';

export const cashFlowRoute = (ask: AskFigures) =>
  figureRoute(ask, {
    name: 'cash-flow',
    summary: 'What came in, what went out, and what is left',
    description:
      'Income, spending, net and running balance per day, week (from Monday), month or year, without gaps; the first and last are cut to the period. A ledger knows no opening balance, so the balance starts at 0 with the period. Transfers count nowhere. At most 3,660 points.',
    query: TrendQuery,
    answer: CashFlow,
    figure: async (query, ask) => {
      const { points, ...period } = await readSeries(query, ask);
      return { ...period, points: cashFlow(points) };
    },
    table: cashFlowTable,
    chart: cashFlowChart,
  });

const cashFlowTable = ({ currency, points }: CashFlow): Table => ({
  columns: ['start', 'end', 'currency', 'income', 'spent', 'net', 'balance'],
  rows: points.map(({ start, end, income, spent, net, balance }) => [
    start,
    end,
    currency,
    ...[income, spent, net, balance].map((minor) => amount(minor, currency)),
  ]),
});

const cashFlowChart = ({ currency, points }: CashFlow): ChartOption => {
  const series = (type: string, name: string, color: string, minor: (point: CashFlow['points'][number]) => number) => ({
    type,
    name,
    color,
    data: points.map((point) => height(minor(point), currency)),
  });
  return overTime(
    points.map(({ start }) => start),
    currency,
    [
      series('bar', 'Income', colors.income, ({ income }) => income),
      series('bar', 'Spent', colors.spent, ({ spent }) => spent),
      series('line', 'Balance', colors.net, ({ balance }) => balance),
    ],
  );
};
