import { CompareQuery, Comparison } from '@outlay/contracts/analytics.ts';
import type { z } from 'zod';
import type { AskFigures } from '../figures/ask-figures.ts';
import { type ChartOption, height } from '../figures/chart.ts';
import { amount, type Table } from '../figures/csv.ts';
import { figureRoute } from '../figures/figure-route.ts';
import { type Period, periodBefore, readPeriod, refuse } from '../period/period.ts';
import { compare } from './compare.ts';

export const compareRoute = (ask: AskFigures) =>
  figureRoute(ask, {
    name: 'compare',
    summary: 'What explains a change',
    description:
      'Compares the spending of any two periods, by default with the period before, and names the categories that explain the difference, each by its own entries and the weightiest first. Their changes add up to the whole. The periods may be of different length; nothing is scaled.',
    query: CompareQuery,
    answer: Comparison,
    figure: async (query, ask) => {
      const figures = await ask({
        by: 'total',
        categories: true,
        ranges: (today) => {
          const period = readPeriod(query, today);
          return [period, comparedWith(query, period)];
        },
      });
      const [period, before] = figures.ranges;
      return compare(figures.currency, figures.categories, period!, before!);
    },
    table: comparisonTable,
    chart: comparisonChart,
  });

/** @throws {ValidationFailed} where one end of the other period is missing or it ends before it starts */
function comparedWith({ withFrom, withTo }: z.output<typeof CompareQuery>, period: Period): Period {
  if (withFrom === undefined && withTo === undefined) return periodBefore(period);
  if (withFrom === undefined) throw refuse('withFrom', 'must be given where `withTo` is');
  if (withTo === undefined) throw refuse('withTo', 'must be given where `withFrom` is');
  if (withFrom > withTo) throw refuse('withTo', 'must not lie before `withFrom`');
  return { from: withFrom, to: withTo };
}

const comparisonTable = ({ currency, categories }: Comparison): Table => ({
  columns: ['category', 'parent', 'name', 'currency', 'spent', 'spent_before', 'change', 'weight'],
  rows: categories.map(({ category, parent, name, spent, spentBefore, change, weight }) => [
    category,
    parent,
    name,
    currency,
    amount(spent, currency),
    amount(spentBefore, currency),
    amount(change, currency),
    weight,
  ]),
});

/** So many bars can still be read; the weights tell how much they explain. */
const barsMax = 20;

const comparisonChart = ({ currency, categories }: Comparison): ChartOption => {
  const shown = categories.slice(0, barsMax);
  return {
    tooltip: { trigger: 'axis', axisPointer: { type: 'shadow' } },
    xAxis: { type: 'value', name: currency },
    yAxis: { type: 'category', inverse: true, data: shown.map(({ name }) => name) },
    series: [
      {
        type: 'bar',
        data: shown.map(({ change, color }) => ({ value: height(change, currency), itemStyle: { color } })),
      },
    ],
  };
};
