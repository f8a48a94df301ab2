import { Anomalies, AnomaliesQuery } from '@outlay/contracts/anomalies.ts';
import { addMonths, startOf } from '@outlay/contracts/calendar.ts';
import type { AskFigures } from '../figures/ask-figures.ts';
import { amount, type Table } from '../figures/csv.ts';
import { figureRoute } from '../figures/figure-route.ts';
import { monthsOf } from '../payees/rank-payees.ts';
import { readPeriod, refuse } from '../period/period.ts';
import { findAnomalies, monthsBefore } from './find-anomalies.ts';

/** Each is compared with a year of its own. */
const monthsMax = 12;
const earliest = '1901-01-01';

export const anomaliesRoute = (ask: AskFigures) =>
  figureRoute(ask, {
    name: 'anomalies',
    summary: 'What stands out',
    description:
      'Payees and categories with a month far above their usual one (robust z-score of 3.5 or more against the year before, six months of it at least), steady monthly payments that rose, and payments that may have been made twice; each with its reason in words. Whole months are looked at, twelve at most: those that the period touches, up to its end.',
    query: AnomaliesQuery,
    answer: Anomalies,
    figure: async (query, ask) => {
      const asked = (today: string) => {
        const { from, to } = readPeriod(query, today);
        const first = startOf('month', from);
        if (monthsOf({ from: first, to }).length > monthsMax)
          throw refuse('from', `must leave ${monthsMax} months at most`);
        if (first < earliest)
          throw refuse('from', `must not lie before ${earliest}, with a year before it to compare with`);
        return { from: first, to };
      };
      const figures = await ask({
        by: 'month',
        categories: true,
        payees: true,
        apart: true,
        doublesFrom: (today) => asked(today).from,
        ranges: (today) => {
          const { from, to } = asked(today);
          return [{ from: addMonths(from, -monthsBefore), to }];
        },
      });
      const { currency, categories, ranges, doubles = [] } = figures;
      const { to, buckets } = ranges[0]!;
      const from = addMonths(ranges[0]!.from, monthsBefore);
      const within = doubles.filter(({ entries }) => entries.at(-1)!.date >= from && entries.at(-1)!.date <= to);
      return {
        from,
        to,
        currency,
        items: findAnomalies(currency, monthsOf({ from, to }), categories, buckets, within),
      };
    },
    table: anomaliesTable,
  });

const anomaliesTable = ({ items }: Anomalies): Table => ({
  columns: ['type', 'start', 'payee', 'category', 'name', 'currency', 'amount', 'usual', 'score', 'reason'],
  rows: items.map((item) => [
    item.type,
    item.start,
    item.payee,
    item.category,
    item.name,
    item.currency,
    amount(item.amount, item.currency),
    amount(item.usual, item.currency),
    item.score,
    item.reason,
  ]),
});
