import type { Category } from '@outlay/contracts/ledger.ts';
import { expect } from 'chai';
import fc from 'fast-check';
import { bucketsOf, dateBetween, type Entry, entriesIn, sumOf } from '../../test/naive-model.ts';
import { SumTooLarge } from '../problems.ts';
import { compare, comparePayees } from './compare.ts';

const look = { color: '#2f9e44', icon: 'tag' };
const category = (id: string, name: string, parent: string | null = null): Category => ({ id, name, parent, ...look });
const categories = [category('f00d', 'Food'), category('caf3', 'Eating out', 'f00d'), category('1eaf', 'Garden')];

const november = (entries: Omit<Entry, 'date'>[], currencies = ['EUR']) =>
  range('2026-11-01', '2026-11-30', entries, currencies);
const october = (entries: Omit<Entry, 'date'>[], currencies = ['EUR']) =>
  range('2026-10-01', '2026-10-31', entries, currencies);
const range = (from: string, to: string, entries: Omit<Entry, 'date'>[], currencies: string[]) => ({
  from,
  to,
  currencies,
  buckets: bucketsOf(
    entries.map((entry) => ({ date: from, ...entry })),
    { from, by: 'total', categories: true },
  ),
});
const spend = (id: string | null, amount: number) => ({ kind: 'expense', amount, category: id }) as const;

describe('a comparison', () => {
  it('explains the change by category, the weightiest first, and leaves out what did not change', () => {
    const now = november(
      [spend('f00d', 5_000), spend('caf3', 4_000), spend('1eaf', 100), { ...spend('caf3', 1_000), kind: 'refund' }],
      ['EUR', 'USD'],
    );
    const then = october([spend('f00d', 5_000), spend('1eaf', 1_100), { ...spend(null, 70_000), kind: 'income' }]);

    expect(compare('EUR', categories, now, then)).to.deep.equal({
      from: '2026-11-01',
      to: '2026-11-30',
      days: 30,
      totals: { expense: 9_100, income: 0, refund: 1_000, spent: 8_100, net: -8_100, count: 4 },
      currency: 'EUR',
      with: {
        from: '2026-10-01',
        to: '2026-10-31',
        days: 31,
        totals: { expense: 6_100, income: 70_000, refund: 0, spent: 6_100, net: 63_900, count: 3 },
      },
      change: { spent: 2_000, spentRatio: 2_000 / 6_100 },
      categories: [
        {
          category: 'caf3',
          parent: 'f00d',
          name: 'Eating out',
          ...look,
          spent: 3_000,
          spentBefore: 0,
          change: 3_000,
          weight: 0.75,
        },
        {
          category: '1eaf',
          parent: null,
          name: 'Garden',
          ...look,
          spent: 100,
          spentBefore: 1_100,
          change: -1_000,
          weight: 0.25,
        },
      ],
      otherCurrencies: ['USD'],
    });
  });

  it('gives equal changes in the order of their names', () => {
    const { categories: changes } = compare(
      'EUR',
      categories,
      november([spend('1eaf', 10), spend('f00d', 10)]),
      october([spend('caf3', 10), spend(null, 10)]),
    );
    expect(changes.map(({ name }) => name)).to.deep.equal(['Eating out', 'Food', 'Garden', 'Uncategorised']);
  });

  for (const [what, then, spentRatio] of [
    ['nothing', [], null],
    ['more refunds than spending', [{ ...spend(null, 5), kind: 'refund' }], null],
    ['as much', [spend('f00d', 10)], 0],
    ['twice as much', [spend(null, 20)], -0.5],
  ] as [string, Omit<Entry, 'date'>[], number | null][])
    it(`with ${what} has the ratio ${spentRatio}`, () => {
      expect(compare('EUR', categories, november([spend('f00d', 10)]), october(then)).change.spentRatio).to.equal(
        spentRatio,
      );
    });

  it('of two periods without entries has nothing to explain', () => {
    const { change, categories: changes } = compare('EUR', categories, november([]), october([]));
    expect([change, changes]).to.deep.equal([{ spent: 0, spentRatio: null }, []]);
  });

  it('refuses a change that a double cannot hold exactly', () => {
    const most = Number.MAX_SAFE_INTEGER;
    const back = { ...spend(null, 2), kind: 'refund' } as const;
    expect(() => compare('EUR', [], november([spend(null, most)]), october([back]))).to.throw(SumTooLarge);
  });

  it('adds up: changes to the whole change, weights to 1, each as the entries say', () => {
    const ids = [...categories.map(({ id }) => id), null, 'dead'];
    const entries = entriesIn(dateBetween('2026-11-01', '2026-11-01'), ids);
    const spentOn = (all: readonly Entry[], of: (string | null)[]) => {
      const inside = all.filter((entry) => of.includes(entry.category));
      return sumOf(inside, 'expense') - sumOf(inside, 'refund');
    };
    fc.assert(
      fc.property(entries, entries, (now, then) => {
        const found = compare('EUR', categories, november(now), october(then));
        expect(found.change.spent).to.equal(spentOn(now, ids) - spentOn(then, ids));
        for (const own of [['f00d'], ['caf3'], ['1eaf'], [null, 'dead']]) {
          const change = spentOn(now, own) - spentOn(then, own);
          const named = found.categories.filter(({ category: id }) => id === own[0]);
          expect(named.map((each) => each.change)).to.deep.equal(change === 0 ? [] : [change]);
        }
        const weights = found.categories.map(({ weight }) => weight);
        expect(weights).to.deep.equal(weights.toSorted((a, b) => b - a));
        expect(weights.reduce((sum, weight) => sum + weight, 0)).to.be.closeTo(weights.length ? 1 : 0, 1e-12);
      }),
    );
  });

  describe('by payee', () => {
    const byPayee = (from: string, entries: Entry[]) => ({
      from,
      to: from,
      currencies: ['EUR'],
      buckets: bucketsOf(entries, { from, by: 'total', payees: true }),
    });
    const on = (date: string, payee: string, amount: number): Entry => ({
      date,
      payee,
      amount,
      kind: 'expense',
      category: null,
    });

    it('names the payees that explain the change, the weightiest first', () => {
      const now = [on('2026-11-01', 'Shop', 500), on('2026-11-01', 'Bakery', 100), on('2026-11-01', '', 70)];
      const then = [on('2026-10-01', 'Shop', 200), on('2026-10-01', 'Garage', 700), on('2026-10-01', '', 70)];
      const found = comparePayees('EUR', byPayee('2026-11-01', now), byPayee('2026-10-01', then));
      expect(found.change.spent).to.equal(-300);
      expect([found.categories, found.otherPayees]).to.deep.equal([[], 0]);
      expect(found.payees).to.deep.equal([
        { payee: 'Garage', spent: 0, spentBefore: 700, change: -700, weight: 700 / 1_100 },
        { payee: 'Shop', spent: 500, spentBefore: 200, change: 300, weight: 300 / 1_100 },
        { payee: 'Bakery', spent: 100, spentBefore: 0, change: 100, weight: 100 / 1_100 },
      ]);
    });

    it('sums up those behind the first hundred, so that all changes add up', () => {
      const now = Array.from({ length: 130 }, (_, index) => on('2026-11-01', `P${index}`, 1_000 - index));
      const found = comparePayees('EUR', byPayee('2026-11-01', now), byPayee('2026-10-01', []));
      expect(found.payees).to.have.length(100);
      const named = found.payees!.reduce((sum, { change }) => sum + change, 0);
      expect(named + found.otherPayees!)
        .to.equal(found.change.spent)
        .and.to.equal(121_615);
    });
  });
});
