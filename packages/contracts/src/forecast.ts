import { z } from 'zod';
import { chart, chartQuery, conversion, minor } from './analytics.ts';
import { CalendarDate } from './common.ts';
import { convertQuery, figureFilters } from './figure-filters.ts';
import { Currency } from './money.ts';

const forecastMeasures = ['spent', 'income', 'net'] as const;

export const ForecastQuery = z.strictObject({
  measure: z.enum(forecastMeasures).default('spent').meta({ description: 'What is foretold; net = income − spent' }),
  from: CalendarDate.optional().meta({
    description: 'First day of the past that is learnt from, ten years ago at most; default: three years ago',
  }),
  to: CalendarDate.optional().meta({
    description: 'Last day of the past that is learnt from, by whole months; default: the end of last month',
  }),
  ...figureFilters,
  convert: convertQuery,
  chart: chartQuery,
});

const expected = {
  start: CalendarDate,
  end: CalendarDate,
  expected: minor.meta({
    description: '`repeating` and the rest together; of the present month with what has come so far',
  }),
  low: minor.meta({ description: 'With `high` an interval that holds the truth in four of five months' }),
  high: minor,
  repeating: minor.meta({ description: 'Known repeating payments in it that are yet to come' }),
};
const month = z.object(expected);

export const Forecast = z
  .object({
    asOf: CalendarDate.meta({ description: 'The day it is made for; entries dated after it are left out' }),
    currency: Currency,
    conversion,
    measure: z.enum(forecastMeasures),
    history: z.int().meta({ description: 'Whole months that it is made of; with fewer than 3 nothing is foretold' }),
    month: month
      .extend({ sofar: minor.meta({ description: 'Up to `asOf`' }) })
      .nullable()
      .meta({
        description: 'How the present month will end',
      }),
    months: z.array(month).meta({ description: 'The twelve months after it' }),
    repeating: z
      .array(
        z.object({
          payee: z.string(),
          every: z.enum(['month', 'quarter', 'year']),
          amount: minor,
          last: CalendarDate.meta({ description: 'First day of the month of its latest payment' }),
          next: CalendarDate.meta({ description: 'First day of the month in which it comes next' }),
        }),
      )
      .meta({ description: 'Repeating payments found in the past, largest first; the 100 largest' }),
    backtest: z
      .object({
        months: z
          .int()
          .meta({ description: 'Months of the past year that were foretold from what was known before them' }),
        meanError: minor.meta({ description: 'Mean of the absolute errors' }),
        relativeError: z
          .number()
          .nullable()
          .meta({ description: 'Sum of the errors by the sum of the truth; null by 0' }),
        inside: z.int().meta({ description: 'Months whose truth lay in the interval that the other months give' }),
      })
      .nullable()
      .meta({ description: 'How wrong it would have been over the past year; null with too little of a past' }),
    chart,
  })
  .meta({
    id: 'Forecast',
    examples: [
      {
        asOf: '2026-11-23',
        currency: 'EUR',
        measure: 'spent',
        history: 24,
        month: {
          start: '2026-11-01',
          end: '2026-11-30',
          sofar: 130_000,
          expected: 152_000,
          low: 141_000,
          high: 163_000,
          repeating: 1_299,
        },
        months: [
          {
            start: '2026-12-01',
            end: '2026-12-31',
            expected: 171_000,
            low: 140_000,
            high: 202_000,
            repeating: 96_299,
          },
        ],
        repeating: [{ payee: 'Landlord', every: 'month', amount: 95_000, last: '2026-11-01', next: '2026-12-01' }],
        backtest: { months: 12, meanError: 14_200, relativeError: 0.09, inside: 10 },
      },
    ],
  });
export type Forecast = z.infer<typeof Forecast>;
