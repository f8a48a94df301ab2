import { z } from 'zod';
import { amountMax } from './minor-units.ts';

export { amountMax, formatDecimal, minorDigits, parseDecimal, splitAmount } from './minor-units.ts';

export const currencies: readonly string[] = Intl.supportedValuesOf('currency');
const known = new Set(currencies);

/** An ISO 4217 currency code. */
export const Currency = z
  .string()
  .regex(/^[A-Z]{3}$/, { error: 'must be an ISO 4217 code of three capital letters', abort: true })
  .refine((code) => known.has(code), 'is not an ISO 4217 currency')
  .meta({ description: 'ISO 4217 currency code', examples: ['EUR'] });

/** A positive amount in minor units of its currency: 1250 is €12.50 and ¥1,250. */
export const Amount = z
  .int()
  .min(1)
  .max(amountMax)
  .meta({ description: 'Minor units of `currency`: cents for EUR, yen for JPY', examples: [1250] });
