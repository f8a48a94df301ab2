import { expect } from 'chai';
import fc from 'fast-check';
import { bucketsOf, dateBetween, type Entry, entriesIn, sumOf } from '../../test/naive-model.ts';
import { rankPayees } from './rank-payees.ts';

const period = { from: '2026-09-15', to: '2026-11-30' };
const rank = (entries: readonly Entry[], limit = 10) =>
  rankPayees(period, bucketsOf(entries, { from: period.from, by: 'month', payees: true }), limit);

const entry = (date: string, payee: string, amount: number, kind: Entry['kind'] = 'expense'): Entry => ({
  date,
  amount,
  kind,
  category: null,
  payee,
});

describe('payees', () => {
  it('stand by what was spent on them, with their months, and the others together', () => {
    const entries = [
      entry('2026-09-20', 'Shop', 1_000),
      entry('2026-11-02', 'Shop', 3_000),
      entry('2026-10-01', 'Landlord', 5_000),
      entry('2026-11-03', 'Bakery', 700),
      entry('2026-11-04', 'Bakery', 200, 'refund'),
      entry('2026-11-05', '', 500),
      entry('2026-11-25', 'Work', 90_000, 'income'),
    ];
    expect(rank(entries, 2)).to.deep.equal({
      total: 10_000,
      months: ['2026-09-15', '2026-10-01', '2026-11-01'],
      payees: [
        { payee: 'Landlord', spent: 5_000, income: 0, count: 1, share: 0.5, trend: [0, 5_000, 0] },
        { payee: 'Shop', spent: 4_000, income: 0, count: 2, share: 0.4, trend: [1_000, 0, 3_000] },
      ],
      others: { payees: 3, spent: 1_000, income: 90_000, count: 4, share: 0.1 },
    });
  });

  it('whose refunds outweigh have no share, and the others share the whole', () => {
    const { payees } = rank([entry('2026-10-01', 'Shop', 100, 'refund'), entry('2026-10-01', 'Bakery', 50)]);
    expect(payees.map(({ payee, share }) => [payee, share])).to.deep.equal([
      ['Bakery', 1],
      ['Shop', 0],
    ]);
  });

  it('agree with adding up the entries one by one, whatever they are', () => {
    fc.assert(
      fc.property(
        entriesIn(dateBetween(period.from, period.to), [null]),
        fc.integer({ min: 1, max: 5 }),
        (entries, limit) => {
          const { total, months, payees, others } = rank(entries, limit);
          const spentOf = (some: readonly Entry[]) => sumOf(some, 'expense') - sumOf(some, 'refund');
          for (const { payee, spent, income, trend } of payees) {
            const own = entries.filter((one) => one.payee === payee);
            expect([spent, income]).to.deep.equal([spentOf(own), sumOf(own, 'income')]);
            for (const [index, month] of months.entries())
              expect(trend[index]).to.equal(spentOf(own.filter(({ date }) => date.slice(0, 7) === month.slice(0, 7))));
          }
          expect(payees.reduce((sum, { spent }) => sum + spent, others.spent)).to.equal(total);
          expect(total).to.equal(spentOf(entries));
        },
      ),
      { numRuns: 100 },
    );
  });
});
