import { CalendarQuery, CalendarYear } from '@outlay/contracts/analytics.ts';
import type { AskFigures } from '../figures/ask-figures.ts';
import { type ChartOption, colors, height } from '../figures/chart.ts';
import { amount, type Table } from '../figures/csv.ts';
import { figureRoute } from '../figures/figure-route.ts';
import { calendarYear, daysOfYear } from './calendar-year.ts';

export const calendarRoute = (ask: AskFigures) =>
  figureRoute(ask, {
    name: 'calendar',
    summary: 'A year of days',
    description:
      'What was spent and what came in on every day of a year, without gaps. A day on which refunds outweigh is negative; transfers count nowhere.',
    query: CalendarQuery,
    answer: CalendarYear,
    figure: async (query, ask) => {
      const figures = await ask({
        by: 'day',
        ranges: (today) => [daysOfYear(query.year ?? Number(today.slice(0, 4)))],
      });
      const { from, buckets } = figures.ranges[0]!;
      const year = Number(from.slice(0, 4));
      return { year, currency: figures.currency, ...calendarYear(year, buckets) };
    },
    table: calendarTable,
    chart: calendarChart,
  });

const calendarTable = ({ currency, days }: CalendarYear): Table => ({
  columns: ['date', 'currency', 'spent', 'income', 'count'],
  rows: days.map(({ date, spent, income, count }) => [
    date,
    currency,
    amount(spent, currency),
    amount(income, currency),
    count,
  ]),
});

/** The darker, the more was spent. */
const calendarChart = ({ year, currency, days }: CalendarYear): ChartOption => ({
  tooltip: {},
  visualMap: {
    min: 0,
    max: height(Math.max(1, ...days.map(({ spent }) => spent)), currency),
    calculable: true,
    orient: 'horizontal',
    left: 'center',
    text: [currency, ''],
    inRange: { color: ['#eef3f0', colors.spent] },
  },
  // As wide as its place, weeks from Monday as everywhere.
  calendar: { range: String(year), top: 80, left: 60, right: 20, cellSize: ['auto', 20], dayLabel: { firstDay: 1 } },
  series: [
    {
      type: 'heatmap',
      coordinateSystem: 'calendar',
      data: days.map(({ date, spent }) => [date, height(spent, currency)]),
    },
  ],
});
