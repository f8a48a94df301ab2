import { z } from 'zod';
import { CalendarDate, Id } from './common.ts';
import { Currency } from './money.ts';

const fields = {
  currency: Currency.meta({ description: 'Currency of what is converted', examples: ['ARS'] }),
  in: Currency.meta({ description: 'Currency that the rate is given in', examples: ['EUR'] }),
  rate: z
    .string()
    .regex(/^\d{1,9}(\.\d{1,12})?$/, 'must be a decimal like 1.0825')
    .refine((rate) => /[1-9]/.test(rate), 'must be more than 0')
    .meta({ description: 'What one unit of `currency` costs in `in`; a decimal as text', examples: ['0.00061'] }),
  from: CalendarDate.meta({ description: 'First day that it holds for' }),
  to: CalendarDate.nullable().meta({ description: 'Last day that it holds for; null: until a later one begins' }),
};

/** A rate by hand: for currencies that the central bank does not publish, or for what the bureau de change really took. */
export const NewExchangeRate = z
  .strictObject({ ...fields, to: fields.to.default(null) })
  .refine((rate) => rate.currency !== rate.in, { path: ['in'], error: 'must be another currency' })
  .refine(({ from, to }) => to === null || from <= to, { path: ['to'], error: 'must not lie before `from`' })
  .meta({ id: 'NewExchangeRate' });
export type NewExchangeRate = z.infer<typeof NewExchangeRate>;

export const ExchangeRate = z.object({ id: Id, ...fields }).meta({ id: 'ExchangeRate' });
export type ExchangeRate = z.infer<typeof ExchangeRate>;

export const ExchangeRateList = z.object({ items: z.array(ExchangeRate) }).meta({ id: 'ExchangeRateList' });

/** What is left out of a converted figure: how many entries of which currency, and when. */
const MissingRates = z.object({ currency: Currency, count: z.int(), from: CalendarDate, to: CalendarDate });
export const Conversion = z.object({
  converted: z.array(Currency).meta({ description: 'Currencies of entries that were converted' }),
  missing: z.array(MissingRates).meta({
    description: 'Entries that the figure leaves out for want of a rate: how many, and on which days',
  }),
});
export type Conversion = z.infer<typeof Conversion>;
