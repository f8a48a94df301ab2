import { expect } from 'chai';
import fc from 'fast-check';
import {
  Amount,
  amountMax,
  Currency,
  currencies,
  formatDecimal,
  minorDigits,
  parseDecimal,
  splitAmount,
} from './money.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
const amount = fc.integer({ min: -amountMax, max: amountMax });
const currency = fc.constantFrom(...currencies);
const weights = fc
  .array(fc.oneof(fc.nat(1_000), fc.double({ min: 0, max: 1_000, noNaN: true })), { minLength: 1, maxLength: 50 })
  .filter((all) => all.some((weight) => weight > 0));
const sum = (parts: readonly number[]) => parts.reduce((total, part) => total + part, 0);

describe(`money (FC_SEED=${seed})`, () => {
  const digits: [currency: string, digits: number][] = [
    ['EUR', 2],
    ['JPY', 0],
    ['KWD', 3],
    ['ISK', 0],
    ['HUF', 2],
    ['CLP', 0],
    ['TND', 3],
    ['IDR', 2],
  ];
  for (const [code, expected] of digits)
    it(`has ${expected} digits behind the point in ${code}`, () => expect(minorDigits(code)).to.equal(expected));

  const texts: [text: string, currency: string, minor: number | undefined][] = [
    ['12.50', 'EUR', 1250],
    ['12.5', 'EUR', 1250],
    ['12', 'EUR', 1200],
    ['.5', 'EUR', 50],
    ['-0.01', 'EUR', -1],
    ['+7', 'EUR', 700],
    ['-0', 'EUR', 0],
    ['12.500', 'EUR', 1250],
    ['12.505', 'EUR', undefined],
    ['1250', 'JPY', 1250],
    ['1250.0', 'JPY', 1250],
    ['0.5', 'JPY', undefined],
    ['1.234', 'KWD', 1234],
    ['0.1', 'EUR', 10],
    ['1.005', 'KWD', 1005],
    ['', 'EUR', undefined],
    ['.', 'EUR', undefined],
    ['1,50', 'EUR', undefined],
    ['1e3', 'EUR', undefined],
    ['1 000', 'EUR', undefined],
    ['NaN', 'EUR', undefined],
    ['99999999999999999999', 'EUR', undefined],
  ];
  for (const [text, code, minor] of texts)
    it(`reads "${text}" ${code} as ${minor === undefined ? 'no amount' : minor}`, () =>
      expect(parseDecimal(text, code)).to.equal(minor));

  it('writes an amount so that it reads as the same, in every currency', () => {
    fc.assert(
      fc.property(amount, currency, (minor, code) => {
        expect(parseDecimal(formatDecimal(minor, code), code)).to.equal(minor === 0 ? 0 : minor);
      }),
      { seed },
    );
  });

  const formatted: [minor: number, currency: string, text: string][] = [
    [123450, 'EUR', '1234.50'],
    [5, 'EUR', '0.05'],
    [-5, 'EUR', '-0.05'],
    [0, 'EUR', '0.00'],
    [1250, 'JPY', '1250'],
    [1, 'KWD', '0.001'],
  ];
  for (const [minor, code, text] of formatted)
    it(`writes ${minor} ${code} as ${text}`, () => expect(formatDecimal(minor, code)).to.equal(text));

  const splits: [amount: number, weights: number[], parts: number[]][] = [
    [100, [1, 1, 1], [34, 33, 33]],
    [-100, [1, 1, 1], [-34, -33, -33]],
    [1, [1, 1], [1, 0]],
    [0, [3, 7], [0, 0]],
    [10, [0, 1, 0], [0, 10, 0]],
    [1000, [70, 30], [700, 300]],
    [5, [0.1, 0.2, 0.7], [1, 1, 3]],
    [99_999_999_999, [1, 2], [33_333_333_333, 66_666_666_666]],
  ];
  for (const [whole, by, parts] of splits)
    it(`splits ${whole} by ${by.join(':')} into ${parts.join(', ')}`, () =>
      expect(splitAmount(whole, by)).to.deep.equal(parts));

  it('loses no cent in a split, gives no part the other sign, and none more than a cent beside its share', () => {
    fc.assert(
      fc.property(amount, weights, (whole, by) => {
        const parts = splitAmount(whole, by);
        expect(sum(parts)).to.equal(whole);
        const total = sum(by);
        for (const [index, part] of parts.entries()) {
          expect(Number.isSafeInteger(part)).to.equal(true);
          expect(part * whole >= 0).to.equal(true);
          // The share itself is a double: near the largest amount it is exact to about 1e-4.
          expect(Math.abs(part - (whole * by[index]!) / total)).to.be.lessThan(1.001);
        }
      }),
      { seed },
    );
  });

  it('splits by weights that are not there only with an error', () => {
    for (const wrong of [[], [0], [0, 0], [1, -1], [Number.NaN]])
      expect(() => splitAmount(100, wrong)).to.throw(RangeError);
  });

  it('adds up the same in any order, as no float does', () => {
    fc.assert(
      fc.property(fc.array(amount, { maxLength: 1_000 }), (amounts) => {
        expect(sum(amounts.toReversed())).to.equal(sum(amounts));
        expect(sum(amounts)).to.equal(Number(amounts.reduce((total, each) => total + BigInt(each), 0n)));
      }),
      { seed },
    );
  });

  it('takes 90,000 of the largest amount before a double could lose a cent', () => {
    expect(90_000 * amountMax).to.be.lessThan(Number.MAX_SAFE_INTEGER);
  });

  it('is refused as a fraction, nothing, too much, or in a currency of nowhere', () => {
    for (const wrong of [0, -1, 1.5, amountMax + 1, Number.NaN, '1'])
      expect(Amount.safeParse(wrong).success).to.equal(false);
    for (const wrong of ['eur', 'EU', 'XXX1', 'QQQ', '€']) expect(Currency.safeParse(wrong).success).to.equal(false);
    expect(Amount.safeParse(amountMax).success && Currency.safeParse('EUR').success).to.equal(true);
  });
});
