import type { NewExchangeRate } from '@outlay/contracts/exchange-rate.ts';
import { expect } from 'chai';
import { createFindRate } from './find-rate.ts';
import type { EuroRates } from './parse-ecb-rates.ts';

const bank: EuroRates = new Map([
  [
    'USD',
    new Map([
      ['2026-10-01', '1.25'],
      ['2026-10-02', '1.1'],
    ]),
  ],
  ['GBP', new Map([['2026-10-01', '0.8']])],
]);
const own = (
  currency: string,
  to: string,
  rate: string,
  from: string,
  until: string | null = null,
): NewExchangeRate => ({
  currency,
  in: to,
  rate,
  from,
  to: until,
});
const hand = [
  own('ARS', 'EUR', '0.0006', '2026-10-01'),
  own('ARS', 'EUR', '0.0005', '2026-10-05', '2026-10-06'),
  own('EUR', 'VND', '30000', '2026-10-01'),
  own('USD', 'CAD', '1.4', '2026-10-10'),
];

describe('the rate of a day', () => {
  const find = createFindRate(bank, hand);
  for (const [from, to, date, expected, why] of [
    ['EUR', 'USD', '2026-10-01', 1.25, 'the bank’s of the day'],
    ['USD', 'EUR', '2026-10-01', 0.8, 'the other way round'],
    ['USD', 'GBP', '2026-10-01', 0.64, 'by way of the euro'],
    ['EUR', 'USD', '2026-10-09', 1.1, 'the last one of a week before'],
    ['EUR', 'USD', '2026-10-10', undefined, 'none that is older'],
    ['EUR', 'USD', '2026-09-30', undefined, 'none that comes after'],
    ['USD', 'GBP', '2026-10-09', undefined, 'none where one of two is missing'],
    ['CHF', 'EUR', '2026-10-01', undefined, 'none where nobody says'],
    ['ARS', 'EUR', '2026-12-31', 0.0006, 'a ledger’s own, as long as it holds'],
    ['ARS', 'EUR', '2026-09-30', undefined, 'not before it holds'],
    ['ARS', 'EUR', '2026-10-05', 0.0005, 'of two that hold the later one'],
    ['ARS', 'EUR', '2026-10-07', 0.0006, 'and the earlier one again behind its end'],
    ['VND', 'EUR', '2026-10-01', 1 / 30_000, 'a ledger’s own, the other way round'],
    ['ARS', 'USD', '2026-10-01', 0.00075, 'a ledger’s own and the bank’s'],
    ['USD', 'CAD', '2026-10-10', 1.4, 'a pair without the euro'],
    ['EUR', 'CAD', '2026-10-10', undefined, 'which says nothing of the euro'],
  ] as const)
    it(`${from} in ${to} on ${date} is ${expected ?? 'none'}: ${why}`, () => {
      const rate = find(from, to, date);
      expect(rate && Number(rate.num) / Number(rate.den)).to.equal(expected);
    });

  it('of a ledger’s own goes before the bank’s', () => {
    const rate = createFindRate(bank, [own('USD', 'EUR', '0.5', '2026-10-02')]);
    expect(rate('USD', 'EUR', '2026-10-02')).to.deep.equal({ num: 5n, den: 10n });
    expect(rate('EUR', 'USD', '2026-10-02')).to.deep.equal({ num: 10n, den: 5n });
    expect(rate('USD', 'EUR', '2026-10-01')).to.deep.equal({ num: 100n, den: 125n });
  });
});
