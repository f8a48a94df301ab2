import { Trend, TrendQuery } from '@outlay/contracts/analytics.ts';
import type { AskFigures } from '../figures/ask-figures.ts';
import { type ChartOption, colors, height, overTime } from '../figures/chart.ts';
import type { Table } from '../figures/csv.ts';
import { figureRoute } from '../figures/figure-route.ts';
import { totalsCells, totalsColumns } from '../figures/totals-columns.ts';
import { readSeries } from './read-series.ts';

export const trendRoute = (ask: AskFigures) =>
  figureRoute(ask, {
    name: 'trend',
    summary: 'Totals over time',
    description:
      'One point per day, week (from Monday), month or year, without gaps; the first and last are cut to the period. At most 3,660 points.',
    query: TrendQuery,
    answer: Trend,
    figure: readSeries,
    table: trendTable,
    chart: trendChart,
  });

const trendTable = ({ currency, points }: Trend): Table => ({
  columns: ['start', 'end', ...totalsColumns],
  rows: points.map(({ start, end, totals }) => [start, end, ...totalsCells(totals, currency)]),
});

const trendChart = ({ currency, points }: Trend): ChartOption =>
  overTime(
    points.map(({ start }) => start),
    currency,
    (['spent', 'income'] as const).map((sum) => ({
      type: 'bar',
      name: sum === 'spent' ? 'Spent' : 'Income',
      color: colors[sum],
      data: points.map(({ totals }) => height(totals[sum], currency)),
    })),
  );
