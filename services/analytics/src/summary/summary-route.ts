import { Summary, SummaryQuery, type Totals } from '@outlay/contracts/analytics.ts';
import type { AskFigures } from '../figures/ask-figures.ts';
import type { Table } from '../figures/csv.ts';
import { figureRoute } from '../figures/figure-route.ts';
import { totalsCells, totalsColumns } from '../figures/totals-columns.ts';
import { periodBefore, readPeriod } from '../period/period.ts';
import { summarize } from './summarize.ts';

export const summaryRoute = (ask: AskFigures) =>
  figureRoute(ask, {
    name: 'summary',
    summary: 'Totals of a period',
    description:
      'Totals by kind, the average per day, and the change against the period before: as many whole months where the period is made of whole months, else as many days. Transfers count nowhere.',
    query: SummaryQuery,
    answer: Summary,
    figure: async (query, ask) => {
      const figures = await ask({
        by: 'total',
        ranges: (today) => {
          const period = readPeriod(query, today, 1, query.interval);
          return [period, periodBefore(period)];
        },
      });
      const [period, before] = figures.ranges;
      return summarize(figures.currency, period!, before!);
    },
    table: summaryTable,
  });

function summaryTable({ from, to, currency, totals, previous }: Summary): Table {
  const row = (name: string, period: { from: string; to: string }, sums: Totals) => [
    name,
    period.from,
    period.to,
    ...totalsCells(sums, currency),
  ];
  return {
    columns: ['period', 'from', 'to', ...totalsColumns],
    rows: [row('current', { from, to }, totals), row('previous', previous, previous.totals)],
  };
}
