import { PayeeBreakdown, PayeesQuery } from '@outlay/contracts/payees.ts';
import type { AskFigures } from '../figures/ask-figures.ts';
import { type ChartOption, height, overTime } from '../figures/chart.ts';
import { amount, type Table } from '../figures/csv.ts';
import { figureRoute } from '../figures/figure-route.ts';
import { readPeriod } from '../period/period.ts';
import { rankPayees } from './rank-payees.ts';

export const payeesRoute = (ask: AskFigures) =>
  figureRoute(ask, {
    name: 'payees',
    summary: 'Who got the money',
    description:
      'The payees on whom most was spent, each with its share and what was spent month by month; all others together. Payees that differ in case or spacing only are one. Transfers count nowhere.',
    query: PayeesQuery,
    answer: PayeeBreakdown,
    figure: async (query, ask) => {
      const figures = await ask({ by: 'month', payees: true, ranges: (today) => [readPeriod(query, today)] });
      const { from, to, buckets } = figures.ranges[0]!;
      return { from, to, currency: figures.currency, ...rankPayees({ from, to }, buckets, query.limit) };
    },
    table: payeesTable,
    chart: payeesChart,
  });

/** A column for each month; the last row stands for as many payees as `others` says. */
const payeesTable = ({ currency, months, payees, others }: PayeeBreakdown): Table => ({
  columns: [
    'payee',
    'others',
    'currency',
    'spent',
    'income',
    'count',
    'share',
    ...months.map((month) => month.slice(0, 7)),
  ],
  rows: [
    ...payees.map(({ payee, spent, income, count, share, trend }) => [
      payee,
      0,
      currency,
      amount(spent, currency),
      amount(income, currency),
      count,
      share,
      ...trend.map((minor) => amount(minor, currency)),
    ]),
    ...(others.payees
      ? [
          [
            '',
            others.payees,
            currency,
            amount(others.spent, currency),
            amount(others.income, currency),
            others.count,
            others.share,
            ...months.map(() => null),
          ],
        ]
      : []),
  ],
});

const payeesChart = ({ currency, months, payees }: PayeeBreakdown): ChartOption =>
  overTime(
    months,
    currency,
    payees.map(({ payee, trend }) => ({
      type: 'bar',
      stack: 'payees',
      name: payee || '(none)',
      data: trend.map((minor) => height(minor, currency)),
    })),
  );
