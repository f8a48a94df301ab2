import { Calendar, CalendarQuery } from '@outlay/contracts/analytics.ts';
import type { AskFigures } from '../figures/ask-figures.ts';
import { type ChartOption, colors, height } from '../figures/chart.ts';
import { amount, type Table } from '../figures/csv.ts';
import { figureRoute } from '../figures/figure-route.ts';
import { calendarDays, daysAsked, yearOf } from './calendar-days.ts';

export const calendarRoute = (ask: AskFigures) =>
  figureRoute(ask, {
    name: 'calendar',
    summary: 'A year of days',
    description:
      'What was spent and what came in on every day of a year, or of a period of 400 days at most, without gaps. A day on which refunds outweigh is negative; transfers count nowhere.',
    query: CalendarQuery,
    answer: Calendar,
    figure: async (query, ask) => {
      const figures = await ask({ by: 'day', ranges: (today) => [daysAsked(query, today)] });
      const { from, to, buckets } = figures.ranges[0]!;
      return {
        from,
        to,
        year: yearOf({ from, to }),
        currency: figures.currency,
        ...calendarDays({ from, to }, buckets),
      };
    },
    table: calendarTable,
    chart: calendarChart,
  });

const calendarTable = ({ currency, days }: Calendar): Table => ({
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
const calendarChart = ({ from, to, year, currency, days }: Calendar): ChartOption => ({
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
  calendar: {
    range: year === null ? [from, to] : String(year),
    top: 80,
    left: 60,
    right: 20,
    cellSize: ['auto', 20],
    dayLabel: { firstDay: 1 },
  },
  series: [
    {
      type: 'heatmap',
      coordinateSystem: 'calendar',
      data: days.map(({ date, spent }) => [date, height(spent, currency)]),
    },
  ],
});
