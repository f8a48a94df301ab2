import { z } from 'zod';
import { chart, chartQuery, minor, PeriodQuery, period } from './analytics.ts';
import { CalendarDate } from './common.ts';

export const PayeesQuery = PeriodQuery.extend({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .default(10)
    .meta({ description: 'How many payees; the rest is summed up' }),
  chart: chartQuery,
});

const share = z.number().meta({ description: 'Part of the spending, 0…1; 0 where refunds outweigh' });

export const PayeeBreakdown = z
  .object({
    ...period,
    total: minor.meta({ description: 'All that was spent' }),
    months: z
      .array(CalendarDate)
      .meta({ description: 'First days of the months of the trends; the first is cut to the period' }),
    payees: z
      .array(
        z.object({
          payee: z.string().meta({ description: 'As spelled most often; empty: entries without one' }),
          spent: minor,
          income: minor,
          count: z.int(),
          share,
          trend: z.array(minor).meta({ description: 'Spent in each of `months`' }),
        }),
      )
      .meta({ description: 'By spending, largest first' }),
    others: z
      .object({ payees: z.int(), spent: minor, income: minor, count: z.int(), share })
      .meta({ description: 'All the other payees together' }),
    chart,
  })
  .meta({
    id: 'PayeeBreakdown',
    examples: [
      {
        from: '2026-10-01',
        to: '2026-11-30',
        currency: 'EUR',
        total: 20_000,
        months: ['2026-10-01', '2026-11-01'],
        payees: [{ payee: 'Corner shop', spent: 15_000, income: 0, count: 9, share: 0.75, trend: [7_000, 8_000] }],
        others: { payees: 3, spent: 5_000, income: 0, count: 4, share: 0.25 },
      },
    ],
  });
export type PayeeBreakdown = z.infer<typeof PayeeBreakdown>;
