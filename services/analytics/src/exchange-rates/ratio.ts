import { minorDigits } from '@outlay/contracts/minor-units.ts';
import { exact } from '../figures/cells.ts';

/** An exact quotient: rates are multiplied and divided without a float between. */
export interface Ratio {
  readonly num: bigint;
  readonly den: bigint;
}

/** "1.0825" → 10825/10000. @param decimal digits with at most one '.', more than 0 */
export function toRatio(decimal: string): Ratio {
  const [whole = '', fraction = ''] = decimal.split('.');
  return { num: BigInt(whole + fraction), den: 10n ** BigInt(fraction.length) };
}

export const times = (a: Ratio, b: Ratio): Ratio => ({ num: a.num * b.num, den: a.den * b.den });
export const inverse = ({ num, den }: Ratio): Ratio => ({ num: den, den: num });

/**
 * Minor units of one currency in those of another, rounded to the nearest, halves away from zero.
 * @param rate what one unit (not a minor one) of `from` costs in `to`
 * @throws {SumTooLarge} where the result is none that a double holds exactly
 */
export function convertMinor(minor: number, from: string, to: string, rate: Ratio): number {
  const num = BigInt(Math.abs(minor)) * rate.num * 10n ** BigInt(minorDigits(to));
  const den = rate.den * 10n ** BigInt(minorDigits(from));
  const rounded = exact(Number((2n * num + den) / (2n * den)));
  return minor < 0 && rounded > 0 ? -rounded : rounded;
}
