import { expect } from 'chai';
import fc from 'fast-check';
import { formatMoney } from './format-money.ts';
import { amountText, parseAmount } from './parse-amount.ts';

describe('An amount that a person types', () => {
  const cases: [text: string, currency: string, locale: string, minor: number | undefined][] = [
    ['12.50', 'EUR', 'en', 1250],
    ['12,50', 'EUR', 'en', 1250],
    ['12,5', 'EUR', 'de', 1250],
    ['12', 'EUR', 'en', 1200],
    ['.5', 'EUR', 'en', 50],
    ['1,234', 'EUR', 'en', 123400],
    ['1.234', 'EUR', 'de', 123400],
    ['1.234', 'EUR', 'en', undefined],
    ['1,234.56', 'USD', 'de', 123456],
    ['1.234.567,89', 'EUR', 'en', 123456789],
    ['€ 1 234,50', 'EUR', 'fr', 123450],
    ['1’234.50', 'CHF', 'de-CH', 123450],
    ['1250', 'JPY', 'ja', 1250],
    ['1,250', 'JPY', 'ja', 1250],
    ['1.250', 'KWD', 'en', 1250],
    ['1.250', 'KWD', 'de', 1250000],
    ['12.50+3.20', 'EUR', 'en', 1570],
    ['20 - 4,5', 'EUR', 'de', 1550],
    ['5-9', 'EUR', 'en', -400],
    ['0.1+0.2', 'EUR', 'en', 30],
    ['12.505', 'EUR', 'en', undefined],
    ['12.505', 'EUR', 'de', 1250500],
    ['12.5055', 'EUR', 'en', undefined],
    ['1.25', 'JPY', 'en', undefined],
    ['1,23,456', 'EUR', 'en', undefined],
    ['12.50.3', 'EUR', 'en', undefined],
    ['12..5', 'EUR', 'en', undefined],
    ['', 'EUR', 'en', undefined],
    ['abc', 'EUR', 'en', undefined],
    ['+', 'EUR', 'en', undefined],
    ['12+', 'EUR', 'en', undefined],
    ['9999999999999', 'EUR', 'en', undefined],
  ];
  for (const [text, currency, locale, minor] of cases) {
    it(`"${text}" in ${currency}, ${locale}, is ${minor ?? 'refused'}`, () => {
      expect(parseAmount(text, currency, locale)).to.equal(minor);
    });
  }

  it('reads back, to the minor unit, what the page shows in any of these locales', () => {
    const currency = fc.constantFrom('EUR', 'USD', 'JPY', 'CHF', 'KWD');
    const locale = fc.constantFrom('en', 'de', 'fr', 'de-CH', 'pt-BR', 'sv');
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99_999_999_999 }), currency, locale, (minor, code, language) => {
        expect(parseAmount(formatMoney(minor, code, { locale: language }), code, language)).to.equal(minor);
        expect(parseAmount(amountText(minor, code, language), code, language)).to.equal(minor);
      }),
    );
  });
});
