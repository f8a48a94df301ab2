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

export const CompareQuery = PeriodQuery.extend({
  chart: chartQuery,
  withFrom: CalendarDate.optional().meta({
    description: 'First day of the period to compare with, included; default: the period before. Goes with `withTo`',
  }),
  withTo: CalendarDate.optional().meta({ description: 'Last day of the period to compare with, included' }),
});

/** What one category adds to a change: its own entries, without those of its children. */
const categoryChange = z.object({
  category: Id.nullable(),
  parent: Id.nullable(),
  name: z.string(),
  color: z.string(),
  icon: z.string(),
  spent: minor,
  spentBefore: minor,
  change: minor.meta({ description: 'Minor units more than before' }),
  weight: z.number().meta({
    description: 'Part of all that changed, up or down, 0…1, adding up to 1',
  }),
});
const comparedPeriod = { from: CalendarDate, to: CalendarDate, days: z.int(), totals: Totals };

export const Comparison = z
  .object({
    ...comparedPeriod,
    currency: Currency,
    with: z.object(comparedPeriod),
    change: z.object({
      spent: minor.meta({ description: 'Minor units more than in `with`; the sum of the categories’ changes' }),
      spentRatio: z.number().nullable().meta({ description: '0.1 = 10 % more; null where it would say nothing' }),
    }),
    categories: z
      .array(categoryChange)
      .meta({ description: 'Those whose spending changed, each without its children, largest change first' }),
    otherCurrencies: z.array(Currency).meta({ description: 'Currencies that this answer leaves out' }),
    chart,
  })
  .meta({
    id: 'Comparison',
    examples: [
      {
        from: '2026-11-01',
        to: '2026-11-30',
        days: 30,
        totals: { expense: 98_000, income: 250_000, refund: 0, spent: 98_000, net: 152_000, count: 3 },
        currency: 'EUR',
        with: {
          from: '2026-10-01',
          to: '2026-10-31',
          days: 31,
          totals: { expense: 90_000, income: 250_000, refund: 0, spent: 90_000, net: 160_000, count: 3 },
        },
        change: { spent: 8_000, spentRatio: 8 / 90 },
        categories: [
          {
            category: '6742c0ffee00c0ffee00beef',
            parent: null,
            name: 'Food',
            color: '#2f9e44',
            icon: 'tag',
            spent: 13_000,
            spentBefore: 3_000,
            change: 10_000,
            weight: 10 / 12,
          },
          {
            category: null,
            parent: null,
            name: 'Uncategorised',
            color: '#868e96',
            icon: 'tag',
            spent: 0,
            spentBefore: 2_000,
            change: -2_000,
            weight: 2 / 12,
          },
        ],
        otherCurrencies: [],
      },
    ],
  });
export type Comparison = z.infer<typeof Comparison>;
