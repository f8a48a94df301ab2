import { z } from 'zod';
import { minor, PeriodQuery, period } from './analytics.ts';
import { CalendarDate, Id } from './common.ts';
import { Currency } from './money.ts';

export const AnomaliesQuery = PeriodQuery;

const anomalyTypes = ['payee', 'category', 'subscription', 'doubled'] as const;
const Anomaly = z.object({
  type: z.enum(anomalyTypes).meta({
    description:
      '`payee`, `category`: a month far above what is usual; `subscription`: a steady monthly payment that rose; `doubled`: the same amount paid twice within three days',
  }),
  payee: z.string().nullable(),
  category: Id.nullable(),
  name: z.string().meta({ description: 'Of the payee or the category' }),
  start: CalendarDate.meta({ description: 'First day of the month; of a doubled payment, the day of the second' }),
  currency: Currency,
  amount: minor.meta({ description: 'What was spent; of a doubled payment, one of the two' }),
  usual: minor.meta({
    description: 'The median of the months before; of a subscription, what it was; of a doubled payment, 0',
  }),
  score: z.number().nullable().meta({
    description: 'Robust z-score, (amount − median) / (1.4826 × MAD), of `payee` and `category`; 3.5 and more is named',
  }),
  entries: z.array(Id).meta({ description: 'The entries of a doubled payment' }),
  reason: z.string().meta({ description: 'In English' }),
});
export type Anomaly = z.infer<typeof Anomaly>;

export const Anomalies = z
  .object({
    ...period,
    items: z.array(Anomaly).meta({ description: 'By what they exceed the usual, largest first; 50 at most' }),
  })
  .meta({
    id: 'Anomalies',
    examples: [
      {
        from: '2026-11-01',
        to: '2026-11-30',
        currency: 'EUR',
        items: [
          {
            type: 'payee',
            payee: 'Corner shop',
            category: null,
            name: 'Corner shop',
            start: '2026-11-01',
            currency: 'EUR',
            amount: 41_230,
            usual: 9_500,
            score: 21.4,
            entries: [],
            reason: 'Corner shop: 412.30 EUR in November 2026, usually 95.00 EUR a month.',
          },
        ],
      },
    ],
  });
export type Anomalies = z.infer<typeof Anomalies>;
