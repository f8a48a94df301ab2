import { startOf } from '@outlay/contracts/calendar.ts';
import type { Category } from '@outlay/contracts/ledger.ts';
import { expect } from 'chai';
import fc from 'fast-check';
import { bucketsOf, dateBetween, type Entry, entriesIn, sumOf } from '../../test/naive-model.ts';
import { pivot } from './pivot.ts';

const period = { from: '2026-09-15', to: '2026-11-30' };
const look = { color: '#2f9e44', icon: 'tag' };
const categories: Category[] = [
  { id: 'f00d', name: 'Food', parent: null, ...look },
  { id: 'caf3', name: 'Eating out', parent: 'f00d', ...look },
];
const entry = (
  date: string,
  category: string | null,
  payee: string,
  amount: number,
  kind: Entry['kind'] = 'expense',
) => ({
  date,
  category,
  payee,
  amount,
  kind,
});
const spent = { measure: 'spent' } as const;

describe('a report', () => {
  const entries: Entry[] = [
    entry('2026-09-20', 'f00d', 'Shop', 1_000),
    entry('2026-11-02', 'f00d', 'Shop', 3_000),
    entry('2026-11-03', 'caf3', 'Bakery', 700),
    entry('2026-11-04', null, 'Work', 90_000, 'income'),
    entry('2026-11-05', 'gone', '', 50, 'refund'),
  ];

  it('has a row for each category and a column for each month, the first cut to the period', () => {
    const buckets = bucketsOf(entries, { from: period.from, by: 'month', categories: true });
    expect(pivot({ rows: 'category', columns: 'month', ...spent }, period, categories, buckets, 100)).to.deep.equal({
      header: [
        { key: '2026-09-15', name: '2026-09' },
        { key: '2026-10-01', name: '2026-10' },
        { key: '2026-11-01', name: '2026-11' },
      ],
      items: [
        { key: 'f00d', name: 'Food', values: [1_000, 0, 3_000], total: 4_000 },
        { key: 'caf3', name: 'Food › Eating out', values: [0, 0, 700], total: 700 },
        { key: '', name: 'Uncategorised', values: [0, 0, -50], total: -50 },
      ],
      total: 4_650,
    });
  });

  it('sums up the rows behind the largest', () => {
    const buckets = bucketsOf(entries, { from: period.from, by: 'total', payees: true });
    expect(pivot({ rows: 'payee', columns: null, measure: 'net' }, period, [], buckets, 1)).to.deep.equal({
      header: [],
      items: [
        { key: 'Work', name: 'Work', values: [], total: 90_000 },
        { key: null, name: 'All others', values: [], total: -4_650 },
      ],
      total: 85_350,
    });
  });

  it('counts an entry under each of its tags, and gives no total of them', () => {
    const cell = { expense: 500, income: 0, refund: 0, expenseCount: 1, incomeCount: 0, refundCount: 0 };
    const buckets = ['trip', 'gift', ''].map((tag) => ({ start: period.from, category: null, tag, cell }));
    const { items, total } = pivot({ rows: 'tag', columns: null, measure: 'count' }, period, [], buckets, 100);
    expect(items.map(({ key, name, total }) => [key, name, total])).to.deep.equal([
      ['', 'No tag', 1],
      ['gift', 'gift', 1],
      ['trip', 'trip', 1],
    ]);
    expect(total).to.equal(null);
  });

  it('agrees with adding up the entries one by one, whatever they are', () => {
    const dimension = fc.constantFrom('category', 'payee', 'day', 'week', 'month', 'year' as const);
    const form = fc
      .record({
        rows: dimension,
        columns: fc.option(dimension),
        measure: fc.constantFrom('spent', 'income', 'count' as const),
      })
      .filter(({ rows, columns }) => rows !== columns);
    const keyOf = (dimension: string | null, one: Entry): string => {
      if (dimension === 'category') return one.category ?? '';
      if (dimension === 'payee') return one.payee!;
      if (dimension === null) return '';
      const start = startOf(dimension as 'day', one.date);
      return start < period.from ? period.from : start;
    };
    fc.assert(
      fc.property(
        entriesIn(dateBetween(period.from, period.to), [null, 'f00d', 'caf3']),
        form,
        fc.integer({ min: 1, max: 3 }),
        (entries, form, limit) => {
          const told = [form.rows, form.columns];
          const buckets = bucketsOf(entries, {
            from: period.from,
            by: 'day',
            categories: told.includes('category'),
            payees: told.includes('payee'),
          });
          const { header, items, total } = pivot(form, period, categories, buckets, limit);
          const measure = (some: readonly Entry[]) =>
            form.measure === 'count'
              ? some.filter(({ kind }) => kind !== 'transfer').length
              : form.measure === 'income'
                ? sumOf(some, 'income')
                : sumOf(some, 'expense') - sumOf(some, 'refund');
          expect(total).to.equal(measure(entries));
          expect(items.reduce((sum, row) => sum + row.total, 0)).to.equal(total);
          for (const row of items) {
            if (form.columns) expect(row.values.reduce((sum, value) => sum + value, 0)).to.equal(row.total);
            if (row.key === null) continue;
            const own = entries.filter((one) => keyOf(form.rows, one) === row.key);
            expect(row.total).to.equal(measure(own));
            for (const [index, column] of header.entries())
              if (column.key !== null)
                expect(row.values[index]).to.equal(
                  measure(own.filter((one) => keyOf(form.columns, one) === column.key)),
                );
          }
        },
      ),
    );
  });
});
