import { expect } from 'chai';
import fc from 'fast-check';
import { bucketsOf, dateBetween, type Entry, entriesIn, sumOf } from '../../test/naive-model.ts';
import { SumTooLarge } from '../problems.ts';
import { divideRounded, summarize } from './summarize.ts';

const range = (from: string, to: string, entries: readonly Entry[], currencies = ['EUR']) => ({
  from,
  to,
  currencies,
  buckets: bucketsOf(entries, { from, by: 'total' }),
});

const entry = (date: string, amount: number, kind: Entry['kind'] = 'expense'): Entry => ({
  date,
  amount,
  kind,
  category: null,
});

describe('a summary', () => {
  it('counts refunds against spending, income apart, and transfers nowhere', () => {
    const october = range('2026-10-01', '2026-10-31', [
      entry('2026-10-05', 20_000),
      entry('2026-10-06', 100_000, 'income'),
    ]);
    const november = range('2026-11-01', '2026-11-30', [
      entry('2026-11-01', 12_50),
      entry('2026-11-30', 250_00),
      entry('2026-11-12', 25_00, 'refund'),
      entry('2026-11-15', 900_00, 'income'),
      entry('2026-11-20', 5_000_00, 'transfer'),
    ]);

    expect(summarize('EUR', november, october)).to.deep.equal({
      from: '2026-11-01',
      to: '2026-11-30',
      currency: 'EUR',
      days: 30,
      totals: { expense: 26_250, income: 90_000, refund: 2_500, spent: 23_750, net: 66_250, count: 4 },
      perDay: { spent: 792, income: 3_000 },
      previous: {
        from: '2026-10-01',
        to: '2026-10-31',
        totals: { expense: 20_000, income: 100_000, refund: 0, spent: 20_000, net: 80_000, count: 2 },
      },
      change: { spent: 3_750, spentRatio: 0.1875, income: -10_000, incomeRatio: -0.1 },
      otherCurrencies: [],
    });
  });

  it('gives no ratio against a period without spending, or one that gave back more than it took', () => {
    const now = range('2026-11-02', '2026-11-02', [entry('2026-11-02', 500)]);
    const nothing = range('2026-11-01', '2026-11-01', []);
    const refunds = range('2026-11-01', '2026-11-01', [entry('2026-11-01', 700, 'refund')]);

    expect(summarize('EUR', now, nothing).change).to.deep.equal({
      spent: 500,
      spentRatio: null,
      income: 0,
      incomeRatio: null,
    });
    expect(summarize('EUR', now, refunds).change).to.deep.include({ spent: 1_200, spentRatio: null });
  });

  it('names the currencies that it leaves out, of either period', () => {
    const now = range('2026-11-02', '2026-11-02', [], ['EUR', 'USD']);
    const before = range('2026-11-01', '2026-11-01', [], ['CHF', 'EUR']);
    expect(summarize('EUR', now, before).otherCurrencies).to.deep.equal(['CHF', 'USD']);
    expect(summarize('JPY', now, before).otherCurrencies).to.deep.equal(['CHF', 'EUR', 'USD']);
  });

  it('refuses to give a sum that a double cannot hold exactly', () => {
    const bucket = (start: string, expense: number) => ({
      start,
      category: null,
      cell: { expense, income: 0, refund: 0, expenseCount: 1, incomeCount: 0, refundCount: 0 },
    });
    const days = {
      ...range('2026-11-01', '2026-11-02', []),
      buckets: [bucket('2026-11-01', Number.MAX_SAFE_INTEGER), bucket('2026-11-02', 1)],
    };
    expect(() => summarize('EUR', days, range('2026-10-30', '2026-10-31', []))).to.throw(SumTooLarge);
  });

  it('agrees with adding up the entries one by one, whatever they are', () => {
    fc.assert(
      fc.property(entriesIn(dateBetween('2026-11-01', '2026-11-30'), [null]), (entries) => {
        const { totals } = summarize(
          'EUR',
          range('2026-11-01', '2026-11-30', entries),
          range('2026-10-01', '2026-10-31', []),
        );
        expect(totals).to.deep.equal({
          expense: sumOf(entries, 'expense'),
          income: sumOf(entries, 'income'),
          refund: sumOf(entries, 'refund'),
          spent: sumOf(entries, 'expense') - sumOf(entries, 'refund'),
          net: sumOf(entries, 'income') - sumOf(entries, 'expense') + sumOf(entries, 'refund'),
          count: entries.filter(({ kind }) => kind !== 'transfer').length,
        });
      }),
    );
  });
});

describe('the average per day', () => {
  for (const [amount, days, average] of [
    [5, 2, 3],
    [-5, 2, -3],
    [4, 3, 1],
    [5, 3, 2],
    [2, 5, 0],
    [-2, 5, 0],
    [0, 7, 0],
    [Number.MAX_SAFE_INTEGER, 2, 4_503_599_627_370_496],
    [-Number.MAX_SAFE_INTEGER, 2, -4_503_599_627_370_496],
  ] as const)
    it(`of ${amount} in ${days} days is ${average}`, () => expect(divideRounded(amount, days)).to.equal(average));

  it('is the nearest integer, halves away from zero, for every amount', () => {
    const days = fc.integer({ min: 1, max: 110_000 });
    fc.assert(
      fc.property(fc.maxSafeInteger(), days, (amount, divisor) => {
        // In BigInt: twice the distance to the exact quotient is at most one, and one only where it went outwards.
        const error = 2n * (BigInt(divideRounded(amount, divisor)) * BigInt(divisor) - BigInt(amount));
        const outwards = amount < 0 ? -error : error;
        expect(outwards <= BigInt(divisor) && outwards > -BigInt(divisor)).to.equal(true);
      }),
    );
  });
});
