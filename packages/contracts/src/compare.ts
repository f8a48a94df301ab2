import { z } from 'zod';
import { chart, chartQuery, conversion, minor, PeriodQuery, Totals } from './analytics.ts';
import { CalendarDate, Id } from './common.ts';
import { Currency } from './money.ts';

export const CompareQuery = PeriodQuery.extend({
  chart: chartQuery,
  by: z.enum(['category', 'payee']).default('category').meta({ description: 'What explains the change' }),
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
const payeeChange = z.object({
  payee: z
    .string()
    .meta({ description: 'As spelled most often; empty: entries without one', examples: ['Corner shop'] }),
  spent: minor,
  spentBefore: minor,
  change: minor,
  weight: categoryChange.shape.weight,
});
const comparedPeriod = { from: CalendarDate, to: CalendarDate, days: z.int(), totals: Totals };

export const Comparison = z
  .object({
    ...comparedPeriod,
    currency: Currency,
    conversion,
    with: z.object(comparedPeriod),
    change: z.object({
      spent: minor.meta({
        description: 'Minor units more than in `with`; the sum of the categories’ changes, or the payees’',
      }),
      spentRatio: z.number().nullable().meta({ description: '0.1 = 10 % more; null where it would say nothing' }),
    }),
    categories: z.array(categoryChange).meta({
      description: 'Those whose spending changed, each without its children, largest change first; none `by=payee`',
    }),
    payees: z
      .array(payeeChange)
      .optional()
      .meta({ description: '`by=payee`: the 100 payees whose spending changed most, largest change first' }),
    otherPayees: minor.optional().meta({ description: '`by=payee`: what all the others changed together' }),
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
