import type { Category } from '@outlay/contracts/ledger.ts';
import { expect } from 'chai';
import fc from 'fast-check';
import { bucketsOf, dateBetween, type Entry, entriesIn, sumOf } from '../../test/naive-model.ts';
import { breakDown } from './break-down.ts';

const category = (id: string, name: string, parent: string | null = null): Category => ({
  id,
  name,
  parent,
  color: '#2f9e44',
  icon: 'tag',
});

const categories = [
  category('f00d', 'Food'),
  category('caf3', 'Eating out', 'f00d'),
  category('b0de', 'Groceries', 'f00d'),
  category('1eaf', 'Garden'),
];

const date = '2026-11-23';
const broken = (entries: Omit<Entry, 'date'>[]) =>
  breakDown(
    categories,
    bucketsOf(
      entries.map((entry) => ({ date, ...entry })),
      { from: date, by: 'total', categories: true },
    ),
  );

const shape = ({ categories: tree }: ReturnType<typeof breakDown>) =>
  tree.map(({ name, spent, share, children }) => [
    name,
    spent,
    share,
    children.map((child) => [child.name, child.spent, child.share]),
  ]);

describe('the breakdown by category', () => {
  it('adds children to their parent, and shows those with entries by spending', () => {
    const { total, categories: tree } = broken([
      { kind: 'expense', amount: 1_000, category: 'f00d' },
      { kind: 'expense', amount: 2_000, category: 'caf3' },
      { kind: 'expense', amount: 3_000, category: 'b0de' },
      { kind: 'income', amount: 500, category: 'b0de' },
      { kind: 'expense', amount: 4_000, category: null },
    ]);

    expect(total).to.equal(10_000);
    const look = { color: '#2f9e44', icon: 'tag' };
    expect(tree).to.deep.equal([
      {
        category: 'f00d',
        name: 'Food',
        ...look,
        spent: 6_000,
        income: 500,
        count: 4,
        share: 0.6,
        children: [
          { category: 'b0de', name: 'Groceries', ...look, spent: 3_000, income: 500, count: 2, share: 0.3 },
          {
            category: 'caf3',
            name: 'Eating out',
            ...look,
            spent: 2_000,
            income: 0,
            count: 1,
            share: 0.6 * (2_000 / 6_000),
          },
        ],
      },
      {
        category: null,
        name: 'Uncategorised',
        color: '#868e96',
        icon: 'tag',
        spent: 4_000,
        income: 0,
        count: 1,
        share: 0.4,
        children: [],
      },
    ]);
  });

  it('lowers a category’s spending by its refunds and counts transfers nowhere', () => {
    const result = broken([
      { kind: 'expense', amount: 5_000, category: '1eaf' },
      { kind: 'refund', amount: 2_000, category: '1eaf' },
      { kind: 'transfer', amount: 9_999, category: 'f00d' },
    ]);
    expect(result.total).to.equal(3_000);
    expect(shape(result)).to.deep.equal([['Garden', 3_000, 1, []]]);
  });

  it('gives no share where refunds outweigh, and the whole to the others', () => {
    const result = broken([
      { kind: 'refund', amount: 6_000, category: '1eaf' },
      { kind: 'expense', amount: 1_000, category: 'caf3' },
      { kind: 'refund', amount: 400, category: 'b0de' },
      { kind: 'expense', amount: 1_800, category: null },
    ]);
    expect(result.total).to.equal(-3_600);
    expect(shape(result)).to.deep.equal([
      ['Uncategorised', 1_800, 0.75, []],
      [
        'Food',
        600,
        0.25,
        [
          ['Eating out', 1_000, 0.25],
          ['Groceries', -400, 0],
        ],
      ],
      ['Garden', -6_000, 0, []],
    ]);
  });

  it('shows a parent whose only entries are its children’s', () => {
    const result = broken([{ kind: 'expense', amount: 700, category: 'caf3' }]);
    expect(shape(result)).to.deep.equal([['Food', 700, 1, [['Eating out', 700, 1]]]]);
  });

  it('keeps the money of a category that is no longer listed, as uncategorised', () => {
    const result = broken([
      { kind: 'expense', amount: 700, category: 'dead' },
      { kind: 'expense', amount: 300, category: null },
    ]);
    expect(shape(result)).to.deep.equal([['Uncategorised', 1_000, 1, []]]);
  });

  it('is empty where there are no entries', () => {
    expect(broken([])).to.deep.equal({ total: 0, categories: [] });
  });

  it('loses no cent, and its shares are parts of a whole, whatever the entries are', () => {
    const ids = [...categories.map(({ id }) => id), null, 'dead'];
    const spentOn = (entries: readonly Entry[]) => sumOf(entries, 'expense') - sumOf(entries, 'refund');
    fc.assert(
      fc.property(entriesIn(dateBetween('2026-11-01', '2026-11-30'), ids), (entries) => {
        const { total, categories: tree } = breakDown(
          categories,
          bucketsOf(entries, { from: '2026-11-01', by: 'total', categories: true }),
        );

        expect(total).to.equal(spentOn(entries));
        expect(tree.reduce((sum, { spent }) => sum + spent, 0)).to.equal(total);
        for (const node of tree) {
          const own = node.category === null ? [null, 'dead'] : [node.category];
          const inside = categories.filter(({ parent }) => parent === node.category).map(({ id }) => id);
          const family = entries.filter((entry) => [...own, ...(node.category ? inside : [])].includes(entry.category));
          expect(node.spent).to.equal(spentOn(family));
          expect(node.income).to.equal(sumOf(family, 'income'));
          for (const child of node.children)
            expect(child.spent).to.equal(spentOn(entries.filter((entry) => entry.category === child.category)));
          expect(node.children.reduce((sum, { share }) => sum + share, 0)).to.be.at.most(node.share + 1e-12);
        }
        const whole = tree.reduce((sum, { share }) => sum + share, 0);
        expect(whole).to.be.closeTo(tree.some(({ spent }) => spent > 0) ? 1 : 0, 1e-12);
      }),
    );
  });
});
