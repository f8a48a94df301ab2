import { CategoriesQuery, CategoryBreakdown } from '@outlay/contracts/analytics.ts';
import type { AskFigures } from '../figures/ask-figures.ts';
import { type ChartOption, height } from '../figures/chart.ts';
import { amount, type Table } from '../figures/csv.ts';
import { figureRoute } from '../figures/figure-route.ts';
import { readPeriod } from '../period/period.ts';
import { breakDown } from './break-down.ts';

export const categoriesRoute = (ask: AskFigures) =>
  figureRoute(ask, {
    name: 'categories',
    summary: 'Where the money went',
    description:
      'The tree of categories with entries in the period, each with its share of the spending; entries without a category stand under `category: null`. A refund lowers its category’s spending; transfers count nowhere.',
    query: CategoriesQuery,
    answer: CategoryBreakdown,
    figure: async (query, ask) => {
      const figures = await ask({
        by: 'total',
        categories: true,
        ranges: (today) => [readPeriod(query, today, 1, query.interval)],
      });
      const { from, to, buckets } = figures.ranges[0]!;
      return { from, to, currency: figures.currency, ...breakDown(figures.categories, buckets) };
    },
    table: categoriesTable,
    chart: categoriesChart,
  });

/** Children stand behind their parent and name it; its figures include theirs. */
function categoriesTable({ currency, categories }: CategoryBreakdown): Table {
  type Share = CategoryBreakdown['categories'][number]['children'][number];
  const row = ({ category, name, spent, income, count, share }: Share, parent: string | null) => [
    category,
    parent,
    name,
    currency,
    amount(spent, currency),
    amount(income, currency),
    count,
    share,
  ];
  return {
    columns: ['category', 'parent', 'name', 'currency', 'spent', 'income', 'count', 'share'],
    rows: categories.flatMap((top) => [row(top, null), ...top.children.map((child) => row(child, top.category))]),
  };
}

/** A ring of the top level: what refunds outweigh has no part in it. */
const categoriesChart = ({ currency, categories }: CategoryBreakdown): ChartOption => ({
  tooltip: { trigger: 'item' },
  series: [
    {
      type: 'pie',
      name: currency,
      radius: ['45%', '75%'],
      data: categories
        .filter(({ spent }) => spent > 0)
        .map(({ name, color, spent }) => ({ name, value: height(spent, currency), itemStyle: { color } })),
    },
  ],
});
