import { dateOfDay, dayNumber, startOf } from '@outlay/contracts/calendar.ts';
import type { Bucket, Figures } from '@outlay/contracts/internal.ts';
import { emptyCell } from '@outlay/contracts/internal.ts';
import { expect } from 'chai';
import fc from 'fast-check';
import { convertFigures } from './convert-figures.ts';
import type { FindRate } from './find-rate.ts';

const range = { from: '2026-01-10', to: '2026-03-31' };
const figuresOf = (...buckets: Bucket[][]): Figures => ({
  ledger: {
    id: '6742c0ffee00c0ffee00beef',
    name: 'Household',
    currency: 'EUR',
    timeZone: 'UTC',
    isDefault: true,
    createdAt: '2026-01-01T00:00:00.000Z',
  },
  currency: 'EUR',
  categories: [],
  rates: [],
  ranges: buckets.map((each) => ({ ...range, currencies: ['EUR', 'USD'], buckets: each })),
});
const bucket = (start: string, currency: string, expense: number, category = 'none'): Bucket => ({
  start,
  category,
  currency,
  cell: { ...emptyCell(), expense, expenseCount: 1 },
});
/** A dollar is half a euro in January and a quarter after it; nobody knows about francs. */
const findRate: FindRate = (from, _to, date) =>
  from === 'USD' ? { num: 1n, den: date < '2026-02-01' ? 2n : 4n } : undefined;

describe('converted figures', () => {
  it('take each day’s sum at the rate of its day, rounded, and what is in the currency as it is', () => {
    const { figures, conversion } = convertFigures(
      figuresOf([
        bucket('2026-01-10', 'EUR', 1_000),
        bucket('2026-01-15', 'USD', 101),
        bucket('2026-01-16', 'USD', 101),
        bucket('2026-02-01', 'USD', 400),
      ]),
      { by: 'month', categories: false },
      findRate,
    );
    expect(conversion).to.deep.equal({ converted: ['USD'], missing: [] });
    expect(figures.ranges[0]!.currencies).to.deep.equal(['EUR']);
    expect(figures.ranges[0]!.buckets).to.deep.equal([
      { start: '2026-01-10', category: null, cell: { ...emptyCell(), expense: 1_102, expenseCount: 3 } },
      { start: '2026-02-01', category: null, cell: { ...emptyCell(), expense: 100, expenseCount: 1 } },
    ]);
  });

  it('leave out what has no rate, and say so once though two ranges hold it', () => {
    const francs = [
      bucket('2026-03-01', 'CHF', 500),
      bucket('2026-02-03', 'CHF', 700),
      bucket('2026-02-03', 'CHF', 7, 'f00d'),
    ];
    const { figures, conversion } = convertFigures(
      figuresOf(francs, francs),
      { by: 'total', categories: true },
      findRate,
    );
    expect(conversion).to.deep.equal({
      converted: [],
      missing: [{ currency: 'CHF', count: 3, from: '2026-02-03', to: '2026-03-01' }],
    });
    for (const { buckets, currencies } of figures.ranges) expect([buckets, currencies]).to.deep.equal([[], ['CHF']]);
  });

  it('agree with each other to the cent: categories with months with days with the total', () => {
    const day = fc.integer({ min: dayNumber(range.from), max: dayNumber(range.to) }).map(dateOfDay);
    const sums = fc.uniqueArray(
      fc.tuple(day, fc.constantFrom('USD', 'CHF'), fc.integer({ min: 1, max: 9_999 }), fc.constantFrom('none', 'f00d')),
      { selector: ([date, currency, , category]) => `${date} ${currency} ${category}`, maxLength: 40 },
    );
    fc.assert(
      fc.property(sums, (all) => {
        const figures = figuresOf(
          all.map(([start, currency, amount, category]) => bucket(start, currency, amount, category)),
        );
        const naive = (inside: (date: string, category: string) => boolean) =>
          all
            .filter(([date, currency, , category]) => currency === 'USD' && inside(date, category))
            .reduce((sum, [date, , amount]) => sum + Math.round(amount / (date < '2026-02-01' ? 2 : 4)), 0);
        for (const by of ['total', 'month', 'day'] as const)
          for (const categories of [true, false]) {
            const [converted] = convertFigures(figures, { by, categories }, findRate).figures.ranges;
            for (const { start, category, cell } of converted!.buckets)
              expect(cell.expense).to.equal(
                naive((date, its) => {
                  const first =
                    by === 'total' ? range.from : startOf(by, date) < range.from ? range.from : startOf(by, date);
                  return first === start && (!categories || its === category);
                }),
              );
            expect(converted!.buckets.reduce((sum, { cell }) => sum + cell.expense, 0)).to.equal(naive(() => true));
          }
      }),
    );
  });
});
