import { z } from 'zod';
import { intervals } from './calendar.ts';
import { CalendarDate, Id } from './common.ts';
import { Conversion } from './exchange-rate.ts';
import { convertQuery, figureFilters } from './figure-filters.ts';
import { Currency } from './money.ts';

export const PeriodQuery = z.strictObject({
  from: CalendarDate.optional().meta({ description: 'First day, included; default: the first of `to`’s month' }),
  to: CalendarDate.optional().meta({
    description: 'Last day, included; default: the end of this month in the ledger’s time zone',
  }),
  ...figureFilters,
  convert: convertQuery,
});

/** A figure of one period, which may be given by its unit alone: the week that is now. */
const unitQuery = z.enum(intervals).default('month').meta({
  description: 'The day, week, month or year that a missing `from` or `to` is filled up to: alone, the present one',
});
export const SummaryQuery = PeriodQuery.extend({ interval: unitQuery });

export const chartQuery = z
  .literal('echarts')
  .optional()
  .meta({ description: 'Adds a picture of the figure under `chart`; in JSON only' });
export const chart = z
  .record(z.string(), z.unknown())
  .optional()
  .meta({ description: 'An ECharts option, by `chart=echarts`. Heights are major units, for drawing only' });

export const CategoriesQuery = SummaryQuery.extend({ chart: chartQuery });
export const TrendQuery = PeriodQuery.extend({
  chart: chartQuery,
  interval: z.enum(intervals).default('month'),
  from: CalendarDate.optional().meta({
    description: 'First day, included; default: twelve months up to `to`, its own among them',
  }),
});

export const minor = z.int().meta({ description: 'Minor units of `currency`' });
/** Sums by kind. `spent` = expense − refund, `net` = income − spent. */
export const Totals = z
  .object({ expense: minor, income: minor, refund: minor, spent: minor, net: minor, count: z.int() })
  .meta({
    id: 'Totals',
    examples: [{ expense: 98_000, income: 250_000, refund: 500, spent: 97_500, net: 152_500, count: 4 }],
  });
export type Totals = z.infer<typeof Totals>;

/** Where a figure was converted. */
export const conversion = Conversion.optional().meta({
  description: 'By `convert`: what was converted, and what could not be',
});
export const period = { from: CalendarDate, to: CalendarDate, currency: Currency, conversion };

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
  .meta({
    id: 'Summary',
    examples: [
      {
        from: '2026-11-01',
        to: '2026-11-30',
        currency: 'EUR',
        days: 30,
        totals: { expense: 26_250, income: 90_000, refund: 2_500, spent: 23_750, net: 66_250, count: 4 },
        perDay: { spent: 792, income: 3_000 },
        previous: {
          from: '2026-10-01',
          to: '2026-10-31',
          totals: { expense: 20_000, income: 100_000, refund: 0, spent: 20_000, net: 80_000, count: 2 },
        },
        change: { spent: 3_750, spentRatio: 0.1875, income: -10_000, incomeRatio: -0.1 },
        otherCurrencies: ['USD'],
      },
    ],
  });
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
  .meta({
    id: 'Trend',
    examples: [
      {
        from: '2026-11-01',
        to: '2026-11-30',
        currency: 'EUR',
        interval: 'month',
        points: [
          {
            start: '2026-11-01',
            end: '2026-11-30',
            totals: { expense: 26_250, income: 90_000, refund: 2_500, spent: 23_750, net: 66_250, count: 4 },
          },
        ],
      },
    ],
  });
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
  .meta({
    id: 'CategoryBreakdown',
    examples: [
      {
        from: '2026-11-01',
        to: '2026-11-30',
        currency: 'EUR',
        total: 10_000,
        categories: [
          {
            category: '6742c0ffee00c0ffee00beef',
            name: 'Food',
            color: '#2f9e44',
            icon: 'tag',
            spent: 10_000,
            income: 0,
            count: 3,
            share: 1,
            children: [
              {
                category: '6742c0ffee00c0ffee00cafe',
                name: 'Eating out',
                color: '#2f9e44',
                icon: 'tag',
                spent: 4_000,
                income: 0,
                count: 1,
                share: 0.4,
              },
            ],
          },
        ],
      },
    ],
  });
export type CategoryBreakdown = z.infer<typeof CategoryBreakdown>;

export const CashFlow = z
  .object({
    ...period,
    interval: z.enum(intervals),
    points: z
      .array(
        z.object({
          start: CalendarDate,
          end: CalendarDate,
          income: minor,
          spent: minor,
          net: minor.meta({ description: 'income − spent' }),
          balance: minor.meta({ description: 'Net of all points up to this one: 0 before the period' }),
        }),
      )
      .meta({ description: 'Without gaps; the first and last are cut to the period' }),
    chart,
  })
  .meta({
    id: 'CashFlow',
    examples: [
      {
        from: '2026-10-01',
        to: '2026-11-30',
        currency: 'EUR',
        interval: 'month',
        points: [
          {
            start: '2026-10-01',
            end: '2026-10-31',
            income: 250_000,
            spent: 90_000,
            net: 160_000,
            balance: 160_000,
          },
          { start: '2026-11-01', end: '2026-11-30', income: 0, spent: 98_000, net: -98_000, balance: 62_000 },
        ],
      },
    ],
  });
export type CashFlow = z.infer<typeof CashFlow>;

export const CalendarQuery = z.strictObject({
  year: z.coerce
    .number()
    .int()
    .min(1900)
    .max(2200)
    .optional()
    .meta({
      description: 'Instead of `from` and `to`; default: this year in the ledger’s time zone',
      examples: [2026],
    }),
  from: CalendarDate.optional().meta({ description: 'First day, included; default: a year up to `to`' }),
  to: CalendarDate.optional().meta({ description: 'Last day, included, 400 days later at most; default: a year on' }),
  ...figureFilters,
  convert: convertQuery,
  chart: chartQuery,
});

export const Calendar = z
  .object({
    ...period,
    year: z.int().nullable().meta({ description: 'The year that the days are; null where they are others' }),
    totals: Totals,
    days: z
      .array(z.object({ date: CalendarDate, spent: minor, income: minor, count: z.int() }))
      .meta({ description: 'Every day, without gaps' }),
    chart,
  })
  .meta({
    id: 'Calendar',
    examples: [
      {
        from: '2026-01-01',
        to: '2026-12-31',
        year: 2026,
        currency: 'EUR',
        totals: { expense: 1_250, income: 0, refund: 0, spent: 1_250, net: -1_250, count: 1 },
        days: [
          { date: '2026-01-01', spent: 1_250, income: 0, count: 1 },
          { date: '2026-01-02', spent: 0, income: 0, count: 0 },
        ],
      },
    ],
  });
export type Calendar = z.infer<typeof Calendar>;
