import { addDays, addMonths, startOf } from '@outlay/contracts/calendar.ts';
import { Forecast, ForecastQuery } from '@outlay/contracts/forecast.ts';
import type { AskFigures } from '../figures/ask-figures.ts';
import { type ChartOption, colors, height, overTime } from '../figures/chart.ts';
import { amount, type Table } from '../figures/csv.ts';
import { figureRoute } from '../figures/figure-route.ts';
import { monthsOf } from '../payees/rank-payees.ts';
import { type Period, type PeriodWish, refuse } from '../period/period.ts';
import { foretell } from './foretell.ts';
import { historyOf } from './history.ts';

/** Three years: enough to see what a December is like. */
const historyMonths = 36;
const historyMonthsMax = 120;
const earliest = '1903-01-01';

/** The months that are learnt from where today is `today`, and what may be known of the present one. @throws {ValidationFailed} */
function rangesAsked({ from, to }: PeriodWish, today: string): [past: Period, present: Period] {
  if (today < earliest) throw refuse('asOf', `must not lie before ${earliest}`);
  if (from && to && from > to) throw refuse('to', 'must not lie before `from`');
  const month = startOf('month', today);
  // Of a month that is cut nothing can be learnt.
  const first = from ? addMonths(startOf('month', addDays(from, -1)), 1) : addMonths(month, -historyMonths);
  if (first >= month) throw refuse('from', 'must leave a whole month before that of today');
  if (first < addMonths(month, -historyMonthsMax)) throw refuse('from', 'must not lie more than ten years back');
  // Apart, so that only the days of this month differ where we do not know which day it is.
  return [
    { from: first, to: addDays(month, -1) },
    { from: month, to: today },
  ];
}

export const forecastRoute = (ask: AskFigures) =>
  figureRoute(ask, {
    name: 'forecast',
    summary: 'How the month will end, and the next twelve',
    description:
      'Made of the repeating payments that are found in the past, three years of it unless `from` and `to` say otherwise (monthly, quarterly, yearly) and, for the rest, the median month of the past year times the season’s part in the years before. The interval holds four of five months if the future is like the past year; `backtest` says how wrong the same rule would have been in it. `asOf` makes the forecast of an earlier day.',
    query: ForecastQuery,
    answer: Forecast,
    figure: async (query, ask) => {
      const { measure } = query;
      const figures = await ask({
        by: 'month',
        payees: true,
        ranges: (today) => rangesAsked(query, today),
      });
      const [past, present] = figures.ranges;
      const months = monthsOf({ from: past!.from, to: present!.to });
      const history = historyOf(months, measure, [...past!.buckets, ...present!.buckets]);
      const told = foretell(history, present!.to, measure, query.to);
      return { asOf: present!.to, currency: figures.currency, measure, ...told };
    },
    table: forecastTable,
    chart: forecastChart,
  });

const monthsIn = ({ month, months }: Forecast) => [...(month ? [month] : []), ...months];

const forecastTable = (forecast: Forecast): Table => ({
  columns: ['start', 'end', 'currency', 'measure', 'expected', 'low', 'high', 'repeating'],
  rows: monthsIn(forecast).map(({ start, end, ...sums }) => [
    start,
    end,
    forecast.currency,
    forecast.measure,
    ...[sums.expected, sums.low, sums.high, sums.repeating].map((minor) => amount(minor, forecast.currency)),
  ]),
});

/** The interval as a band: a line below that is not drawn, and on it what lies between. */
const forecastChart = (forecast: Forecast): ChartOption => {
  const months = monthsIn(forecast);
  const heights = (of: (month: (typeof months)[number]) => number) =>
    months.map((month) => height(of(month), forecast.currency));
  const band = { type: 'line', stack: 'interval', symbol: 'none', lineStyle: { opacity: 0 }, silent: true };
  return overTime(
    months.map(({ start }) => start),
    forecast.currency,
    [
      { type: 'line', name: 'Expected', color: colors.spent, data: heights(({ expected }) => expected) },
      { ...band, name: 'Low', data: heights(({ low }) => low) },
      {
        ...band,
        name: 'High',
        areaStyle: { color: colors.spent, opacity: 0.15 },
        data: heights(({ low, high }) => high - low),
      },
    ],
  );
};
