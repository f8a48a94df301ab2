import { z } from 'zod';
import { intervals } from './calendar.ts';
import { CalendarDate, Id } from './common.ts';
import { Currency } from './money.ts';

export const PeriodQuery = z.strictObject({
  from: CalendarDate.optional().meta({ description: 'First day, included; default: the first of `to`’s month' }),
  to: CalendarDate.optional().meta({
    description: 'Last day, included; default: the end of this month in the ledger’s time zone',
  }),
  currency: Currency.optional().meta({ description: 'Default: the ledger’s' }),
});

const chartQuery = z
  .literal('echarts')
  .optional()
  .meta({ description: 'Adds a picture of the figure under `chart`; in JSON only' });
const chart = z
  .record(z.string(), z.unknown())
  .optional()
  .meta({ description: 'An ECharts option, by `chart=echarts`. Heights are major units, for drawing only' });

export const CategoriesQuery = PeriodQuery.extend({ chart: chartQuery });
export const TrendQuery = PeriodQuery.extend({
  chart: chartQuery,
  interval: z.enum(intervals).default('month'),
  from: CalendarDate.optional().meta({
    description: 'First day, included; default: twelve months up to `to`, its own among them',
  }),
});

const minor = z.int().meta({ description: 'Minor units of `currency`' });
/** Sums by kind. `spent` = expense − refund, `net` = income − spent. */
export const Totals = z
  .object({ expense: minor, income: minor, refund: minor, spent: minor, net: minor, count: z.int() })
  .meta({ id: 'Totals' });
export type Totals = z.infer<typeof Totals>;

const period = { from: CalendarDate, to: CalendarDate, currency: Currency };

export const Summary = z
  .object({
    ...period,
    days: z.int(),
    totals: Totals,
    perDay: z
      .object({ spent: minor, income: minor })
      .meta({ description: 'Average per calendar day, rounded half away from zero' }),
    previous: z.object({ from: CalendarDate, to: CalendarDate, totals: Totals }).meta({
      description: 'The period before: as many whole months where it is made of whole months, else as many days',
    }),
    change: z.object({
      spent: minor.meta({ description: 'Minor units more than before' }),
      spentRatio: z
        .number()
        .nullable()
        .meta({ description: '0.1 = 10 % more; null where nothing was spent before, or refunds outweighed' }),
      income: minor,
      incomeRatio: z.number().nullable(),
    }),
    otherCurrencies: z.array(Currency).meta({ description: 'Currencies that this answer leaves out' }),
  })
  .meta({ id: 'Summary' });
export type Summary = z.infer<typeof Summary>;

export const Trend = z
  .object({
    ...period,
    interval: z.enum(intervals),
    points: z
      .array(z.object({ start: CalendarDate, end: CalendarDate, totals: Totals }))
      .meta({ description: 'Without gaps; the first and last are cut to the period' }),
    chart,
  })
  .meta({ id: 'Trend' });
export type Trend = z.infer<typeof Trend>;

const categoryShare = {
  category: Id.nullable(),
  name: z.string(),
  color: z.string(),
  icon: z.string(),
  spent: minor,
  income: minor,
  count: z.int(),
  share: z.number().meta({
    description: 'Part of the spending, 0…1, adding up to 1 over the top level; 0 where refunds outweigh',
  }),
};
export const CategoryBreakdown = z
  .object({
    ...period,
    total: minor.meta({ description: 'All that was spent' }),
    categories: z
      .array(z.object({ ...categoryShare, children: z.array(z.object(categoryShare)) }))
      .meta({ description: 'Those with entries, by spending, largest first; a parent’s figures include its children' }),
    chart,
  })
  .meta({ id: 'CategoryBreakdown' });
export type CategoryBreakdown = z.infer<typeof CategoryBreakdown>;
