import { CompareQuery, Comparison } from '@outlay/contracts/compare.ts';
import type { z } from 'zod';
import type { AskFigures } from '../figures/ask-figures.ts';
import { type ChartOption, colors, height } from '../figures/chart.ts';
import { amount, type Table } from '../figures/csv.ts';
import { figureRoute } from '../figures/figure-route.ts';
import { type Period, periodBefore, readPeriod, refuse } from '../period/period.ts';
import { compare, comparePayees } from './compare.ts';

export const compareRoute = (ask: AskFigures) =>
  figureRoute(ask, {
    name: 'compare',
    summary: 'What explains a change',
    description:
      'Compares the spending of any two periods, by default with the period before, and names the categories, or by `by=payee` the payees, that explain the difference, each by its own entries and the weightiest first. Their changes add up to the whole. The periods may be of different length; nothing is scaled.',
    query: CompareQuery,
    answer: Comparison,
    figure: async (query, ask) => {
      const figures = await ask({
        by: 'total',
        ...(query.by === 'payee' ? { payees: true } : { categories: true }),
        ranges: (today) => {
          const period = readPeriod(query, today);
          return [period, comparedWith(query, period)];
        },
      });
      const [period, before] = figures.ranges;
      if (query.by === 'payee') return comparePayees(figures.currency, period!, before!);
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

function comparisonTable({ currency, categories, payees, otherPayees = 0 }: Comparison): Table {
  const sums = ({
    spent,
    spentBefore,
    change,
  }: Pick<Comparison['categories'][number], 'spent' | 'spentBefore' | 'change'>) =>
    [spent, spentBefore, change].map((minor) => amount(minor, currency));
  const columns = ['currency', 'spent', 'spent_before', 'change', 'weight'];
  if (payees)
    return {
      columns: ['payee', 'others', ...columns],
      rows: [
        ...payees.map((each) => [each.payee, 0, currency, ...sums(each), each.weight]),
        ...(otherPayees ? [['', 1, currency, null, null, amount(otherPayees, currency), null]] : []),
      ],
    };
  return {
    columns: ['category', 'parent', 'name', ...columns],
    rows: categories.map((each) => [each.category, each.parent, each.name, currency, ...sums(each), each.weight]),
  };
}

/** So many bars can still be read; the weights tell how much they explain. */
const barsMax = 20;

const comparisonChart = ({ currency, categories, payees }: Comparison): ChartOption => {
  const shown = (payees ?? categories)
    .slice(0, barsMax)
    .map((each) =>
      'payee' in each ? { name: each.payee || '(none)', color: colors.spent, change: each.change } : each,
    );
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
