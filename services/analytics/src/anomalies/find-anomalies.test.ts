import { addMonths } from '@outlay/contracts/calendar.ts';
import type { Category } from '@outlay/contracts/ledger.ts';
import { expect } from 'chai';
import fc from 'fast-check';
import { bucketsOf, type Entry } from '../../test/naive-model.ts';
import { findAnomalies } from './find-anomalies.ts';
import { mad, median } from './robust.ts';

const november = '2026-11-01';
const food: Category = { id: 'f00d', name: 'Food', parent: null, color: '#2f9e44', icon: 'tag' };

/** Spent on a payee in each month up to November 2026, the last one last; 0: nothing. */
const monthly = (payee: string, amounts: readonly number[], category: string | null = null): Entry[] =>
  amounts.flatMap((amount, index) =>
    amount
      ? [{ date: addMonths(november, index + 1 - amounts.length), amount, kind: 'expense' as const, payee, category }]
      : [],
  );
const find = (entries: readonly Entry[], months = [november]) =>
  findAnomalies(
    'EUR',
    months,
    [food],
    [
      ...bucketsOf(entries, { from: '2025-11-01', by: 'month', categories: true }),
      ...bucketsOf(entries, { from: '2025-11-01', by: 'month', payees: true }),
    ],
    [],
  );
const year = [100_00, 90_00, 110_00, 95_00, 105_00, 98_00, 102_00, 100_00, 97_00, 103_00, 99_00, 101_00];

describe('anomalies', () => {
  it('score to the nearest tenth, without the error of a product', () => {
    const steady = Array.from({ length: 12 }, () => 26_24);

    const [category] = find(monthly('Shop', [...steady, 41_00], 'f00d'));

    expect(category).to.include({ type: 'category', score: 11.3 }); // (4,100 − 2,624) ÷ 131.2 = 11.25
  });

  it('name a payee and a category far above the usual, and say so in words', () => {
    expect(find(monthly('Shop', [...year, 250_00], 'f00d'))).to.deep.equal([
      {
        type: 'category',
        payee: null,
        category: 'f00d',
        name: 'Food',
        entries: [],
        start: november,
        currency: 'EUR',
        amount: 250_00,
        usual: 100_00,
        score: 30,
        reason: 'Food: 250.00 EUR in November 2026, usually 100.00 EUR a month.',
      },
      {
        type: 'payee',
        payee: 'Shop',
        category: null,
        name: 'Shop',
        entries: [],
        start: november,
        currency: 'EUR',
        amount: 250_00,
        usual: 100_00,
        score: 30,
        reason: 'Shop: 250.00 EUR in November 2026, usually 100.00 EUR a month.',
      },
    ]);
  });

  it('name a steady payment that rose as what it is, once', () => {
    const found = find(monthly('Streaming', [...Array(12).fill(12_99), 15_99])).filter(({ payee }) => payee !== null);
    expect(found.map(({ type, amount, usual, score, reason }) => [type, amount, usual, score, reason])).to.deep.equal([
      [
        'subscription',
        15_99,
        12_99,
        null,
        'Streaming rose by 23 %: 15.99 EUR in November 2026, 12.99 EUR in the months before.',
      ],
    ]);
  });

  for (const [what, amounts] of [
    ['a month as usual', [...year, 104_00]],
    ['a month below the usual', [...year, 5_00]],
    ['a month without anything', [...year, 0]],
    ['a payment that became cheaper', [...Array(12).fill(12_99), 9_99]],
    ['a payment that rose by less than a hundredth', [...Array(12).fill(12_99), 13_05]],
    ['months that vary as much anyway', [10_00, 250_00, 30_00, 400_00, 80_00, 320_00, 60_00, 20_00, 150_00, 260_00]],
    ['too few months to know the usual', [100_00, 101_00, 99_00, 0, 0, 250_00]],
    ['the first month', [500_00]],
  ] as [string, number[]][])
    it(`are none in ${what}`, () => expect(find(monthly('Shop', amounts))).to.deep.equal([]));

  it('leave out what makes less than a hundredth of a usual month', () => {
    const rent = monthly('Landlord', Array(13).fill(3_000_00), 'f00d');
    expect(
      find([
        ...rent,
        ...monthly('Kiosk', [
          ...Array(12)
            .fill(0)
            .map((_, i) => 1_00 + 7 * i),
          20_00,
        ]),
      ]),
    ).to.deep.equal([]);
    const found = find([
      ...rent,
      ...monthly('Kiosk', [
        ...Array(12)
          .fill(0)
          .map((_, i) => 1_00 + 7 * i),
        40_00,
      ]),
    ]);
    expect(found.map(({ name }) => name)).to.have.members(['Kiosk', 'Uncategorised']);
  });

  it('know nothing of payees without a name, but of their category', () => {
    expect(find(monthly('', [...year, 250_00])).map(({ name }) => name)).to.deep.equal(['Uncategorised']);
  });

  it('are of the months that are looked at, the largest excess first', () => {
    const entries = [...monthly('Shop', [...year.slice(0, 11), 300_00, 250_00]), ...monthly('Bar', [...year, 900_00])];
    const found = find(entries, ['2026-10-01', november]).filter(({ type }) => type === 'payee');
    expect(found.map(({ name, start }) => [name, start])).to.deep.equal([
      ['Bar', november],
      ['Shop', '2026-10-01'],
      ['Shop', november],
    ]);
  });

  it('name payments made twice with their days', () => {
    const entries = [
      { id: 'aaaaaaaaaaaaaaaaaaaaaaaa', date: '2026-10-31' },
      { id: 'bbbbbbbbbbbbbbbbbbbbbbbb', date: '2026-11-02' },
    ];
    const [found] = findAnomalies(
      'EUR',
      [november],
      [],
      [],
      [{ payee: 'Garage', amount: 480_00, currency: 'EUR', entries }],
    );
    expect(found).to.deep.include({
      type: 'doubled',
      start: '2026-11-02',
      amount: 480_00,
      usual: 0,
      entries: entries.map(({ id }) => id),
      reason: 'Garage: 480.00 EUR on 2026-10-31 and again on 2026-11-02.',
    });
  });

  it('do not depend on the size of the amounts', () => {
    const amounts = fc.array(fc.integer({ min: 50, max: 5_000 }), { minLength: 7, maxLength: 13 });
    fc.assert(
      fc.property(amounts, fc.integer({ min: 20, max: 1_000 }), (months, factor) => {
        const summary = (all: readonly number[]) => find(monthly('Shop', all)).map(({ type, score }) => [type, score]);
        const scaled = summary(months.map((amount) => amount * factor));
        expect(scaled).to.deep.equal(summary(months.map((amount) => amount * factor * 2)));
      }),
    );
  });
});

describe('the robust measures', () => {
  for (const [values, middle, deviation] of [
    [[5], 5, 0],
    [[1, 2], 1.5, 0.5 * 1.4826],
    [[3, 1, 2], 2, 1.4826],
    [[1, 1, 1, 1_000_000], 1, 0],
    [[1, 2, 3, 4, 1_000], 3, 1.4826],
  ] as const)
    it(`of ${values.join(', ')} are ${middle} and ${deviation}`, () =>
      expect([median(values), mad(values)]).to.deep.equal([middle, deviation]));
});
