import type { ExpenseQuery } from '@outlay/contracts/expense.ts';
import { expect } from 'chai';
import { type Person, startTestExpense, type TestExpense } from '../../test/start-test-expense.ts';
import { batchMax } from './bookkeeping.ts';
import { rareMax } from './expense-listing.ts';

interface Stage {
  stage: string;
  indexName?: string;
  limitAmount?: number;
  inputStage?: Stage;
  inputStages?: Stage[];
}
const stagesOf = (stage: Stage): Stage[] => [
  stage,
  ...[...(stage.inputStage ? [stage.inputStage] : []), ...(stage.inputStages ?? [])].flatMap(stagesOf),
];

/** How MongoDB reads lists: what would make one slow in a ledger of a million expenses is not in any plan. */
describe('the plan of a list', function () {
  this.timeout(60_000);
  let expense: TestExpense;
  let person: Person;
  let ledger: string;
  let groceries: string;
  let food: string;

  before(async () => {
    expense = await startTestExpense();
    person = expense.person();
    ledger = (await person.ledger.get('')).body.id;
    [groceries, food] = [await person.category('Groceries'), await person.category('Food')];
    const { inLedger, bookkeeping } = expense.parts;
    // More than are rare: 90 % groceries at the corner shop, one in 500 something else.
    const rows = Array.from({ length: rareMax + 1_500 }, (_, index) => ({
      date: `2026-${String(1 + (index % 12)).padStart(2, '0')}-${String(1 + (index % 28)).padStart(2, '0')}`,
      amount: 1 + ((index * 31) % 5_000),
      currency: index % 500 === 1 ? 'USD' : 'EUR',
      kind: index % 500 === 2 ? ('income' as const) : ('expense' as const),
      category: index % 10 === 3 ? null : groceries,
      payee: index % 500 === 4 ? 'Bakery' : 'Corner shop',
      note: '',
      tags: index % 500 === 5 ? ['holiday'] : [],
    }));
    for (let first = 0; first < rows.length; first += batchMax)
      await inLedger(ledger, (await bookkeeping.prepareMany(ledger, rows.slice(first, first + batchMax))).write);
  });
  after(() => expense.stop());

  async function explained(query: Partial<ExpenseQuery>) {
    const { where, sort, limit, hint } = await expense.parts.listing.plan(ledger, {
      sort: '-date',
      limit: 50,
      ...query,
    });
    const explain = (await expense.parts.expenses.model
      .find(where, null, { sort, limit, hint })
      .explain('executionStats')) as unknown as {
      queryPlanner: { winningPlan: Stage & { queryPlan?: Stage } };
      executionStats: { totalKeysExamined: number; totalDocsExamined: number; nReturned: number };
    };
    const { winningPlan } = explain.queryPlanner;
    return { stages: stagesOf(winningPlan.queryPlan ?? winningPlan), stats: explain.executionStats };
  }

  const filters: Record<string, () => Partial<ExpenseQuery>> = {
    'no filter': () => ({}),
    'a period': () => ({ from: '2026-03-01', to: '2026-04-30' }),
    'a day': () => ({ from: '2026-03-01', to: '2026-03-01' }),
    'a category': () => ({ category: groceries }),
    'a category with children': () => ({ category: food }),
    'no category': () => ({ category: 'none' }),
    'a tag': () => ({ tag: 'holiday' }),
    'a payee': () => ({ payee: 'corner shop' }),
    'a rare payee': () => ({ payee: 'bakery' }),
    'the usual kind': () => ({ kind: 'expense' }),
    'a rare kind': () => ({ kind: 'income' }),
    'a currency': () => ({ currency: 'EUR' }),
    amounts: () => ({ min: 100, max: 4_000 }),
    'rare amounts': () => ({ min: 4_999 }),
    'a word': () => ({ q: 'corner' }),
    'the beginning of a word': () => ({ q: 'co' }),
    'two words': () => ({ q: 'corner sh' }),
    'a rare word': () => ({ q: 'bakery' }),
    'a word of nobody': () => ({ q: 'nothing' }),
    'much at once': () => ({
      q: 'corner',
      category: food,
      kind: 'expense',
      from: '2026-02-01',
      min: 5,
      currency: 'EUR',
    }),
  };
  for (const [name, filter] of Object.entries(filters))
    for (const sort of ['-date', 'date', '-amount', 'amount'] as const)
      it(`by ${name}, sorted by ${sort}, reads an index of the ledger, its first page and the next`, async () => {
        const first = await expense.parts.listing.list(ledger, { sort, limit: 50, ...filter() });
        for (const cursor of [undefined, ...(first.next === null ? [] : [first.next])]) {
          const { stages, stats } = await explained({ ...filter(), sort, ...(cursor && { cursor }) });
          const names = stages.map(({ stage }) => stage);
          expect(names).to.not.include('COLLSCAN');
          if (!names.includes('EOF')) expect(names).to.include('IXSCAN');
          // Only what is rare may be sorted, and no more of it is kept than a page.
          const sorting = stages.find(({ stage }) => stage === 'SORT');
          if (sorting) {
            expect(sorting.limitAmount).to.equal(51);
            expect(stats.totalDocsExamined).to.be.at.most(rareMax);
          }
        }
      });

  it('by one filter and date, and by nothing and amount, reads no more than the page', async () => {
    for (const query of [
      {},
      { category: groceries },
      { payee: 'corner shop' },
      { tag: 'holiday' },
      { q: 'corner' },
      { currency: 'EUR' },
      { kind: 'income' as const },
      { from: '2026-03-01', to: '2026-03-31' },
      { sort: 'amount' as const },
    ]) {
      const { stages, stats } = await explained(query);
      expect(stages.map(({ stage }) => stage)).to.not.include('SORT');
      expect(stats.totalDocsExamined, JSON.stringify(query)).to.be.at.most(51);
      expect(stats.totalKeysExamined, JSON.stringify(query)).to.be.at.most(53);
    }
  });

  it('keeps its cost on a page far behind: that of the page, and of the day where it begins at most', async () => {
    let cursor: string | undefined;
    for (let page = 0; page < 20; page++) {
      const { next } = await expense.parts.listing.list(ledger, {
        sort: '-date',
        limit: 200,
        category: groceries,
        ...(cursor && { cursor }),
      });
      cursor = next!;
    }
    const { stats } = await explained({ category: groceries, limit: 200, cursor: cursor! });
    const ofThatDay = 60;
    expect(stats.totalDocsExamined).to.be.at.most(201 + ofThatDay);
    expect(stats.totalKeysExamined).to.be.at.most(201 + ofThatDay);
  });

  it('sorts by amount in the order of an index where many match, and sorts few itself', async () => {
    const many = await explained({ category: groceries, sort: '-amount' });
    expect(many.stages.map(({ indexName }) => indexName)).to.include('amount');
    expect(many.stages.map(({ stage }) => stage)).to.not.include('SORT');
    const few = await explained({ payee: 'bakery', sort: '-amount' });
    expect(few.stages.map(({ indexName }) => indexName)).to.include('payee');
    expect(few.stats.totalDocsExamined).to.be.lessThan(20);
  });

  it('goes by the rarest of several filters', async () => {
    const { stages, stats } = await explained({ q: 'corner', category: groceries, currency: 'USD' });
    expect(stages.map(({ indexName }) => indexName)).to.include('currency');
    expect(stats.totalDocsExamined).to.be.lessThan(20);
  });
});
