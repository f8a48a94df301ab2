import { expect } from 'chai';
import fc from 'fast-check';
import { SumTooLarge } from '../problems.ts';
import { convertMinor, inverse, toRatio } from './ratio.ts';

describe('an amount in another currency', () => {
  for (const [minor, from, to, rate, expected, why] of [
    [100_00, 'EUR', 'USD', '1.1172', 111_72, 'as it is'],
    [1, 'EUR', 'USD', '1.5', 2, 'a half goes away from zero'],
    [-1, 'EUR', 'USD', '1.5', -2, 'also below it'],
    [1, 'EUR', 'USD', '1.4999', 1, 'less than a half goes to zero'],
    [10_00, 'EUR', 'JPY', '175.68', 1_757, 'yen have no minor unit'],
    [1_757, 'JPY', 'EUR', '0.0057', 10_01, 'nor on the way back'],
    [1_000, 'KWD', 'EUR', '3', 3_00, 'dinars have three digits'],
    [1, 'ARS', 'EUR', '0.00061', 0, 'what is worth nothing is nothing'],
    [-1, 'ARS', 'EUR', '0.00061', 0, 'and has no sign'],
    [99_999_999_999, 'EUR', 'USD', '1.000000000001', 99_999_999_999, 'a double would be off here'],
  ] as const)
    it(`${minor} ${from} at ${rate} is ${expected} ${to}: ${why}`, () => {
      expect(convertMinor(minor, from, to, toRatio(rate))).to.equal(expected);
    });

  it('is refused where a double cannot hold it', () => {
    expect(() => convertMinor(99_999_999_999, 'EUR', 'VND', toRatio('999999999'))).to.throw(SumTooLarge);
  });

  it('is within half a minor unit of the exact quotient, whatever the rate', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -99_999_999_999, max: 99_999_999_999 }),
        fc.bigInt({ min: 1n, max: 10n ** 10n }),
        fc.bigInt({ min: 10n ** 6n, max: 10n ** 12n }),
        (minor, num, den) => {
          const got = BigInt(convertMinor(minor, 'EUR', 'USD', { num, den }));
          const error = 2n * (got * den - BigInt(minor) * num);
          expect(error <= den && error >= -den).to.equal(true);
        },
      ),
    );
  });

  it('is the same as before by a rate and its inverse where nothing was rounded', () => {
    const rate = toRatio('2.5');
    expect(convertMinor(convertMinor(1_000, 'EUR', 'USD', rate), 'USD', 'EUR', inverse(rate))).to.equal(1_000);
  });
});
