import { emptyCell } from '@outlay/contracts/internal.ts';
import { expect } from 'chai';
import { type Person, startTestExpense, type TestExpense } from '../../test/start-test-expense.ts';

describe('figures', () => {
  let expense: TestExpense;
  let person: Person;
  let groceries: string;
  before(async () => {
    expense = await startTestExpense();
    person = expense.person();
    groceries = await person.category('Groceries');
    await person.record({ date: '2026-01-01', amount: 1 });
    await person.record({ date: '2026-01-31', amount: 20, category: groceries });
    await person.record({ date: '2026-02-28', amount: 300, category: groceries, kind: 'refund' });
    await person.record({ date: '2026-03-01', amount: 4000, kind: 'income', currency: 'USD' });
    await person.record({ date: '2026-03-15', amount: 50000, kind: 'transfer' });
  });
  after(() => expense.stop());

  const cell = (changes: object) => ({ ...emptyCell(), ...changes });
  const ranges = async (query: Record<string, string>) => {
    const { status, text, body } = await person.figures(query);
    expect(status, text).to.equal(200);
    return body.ranges;
  };

  it('are totals of up to four ranges, in the order asked, with the ledger', async () => {
    const { body } = await person.figures({
      ranges: '2026-02-01..2026-02-28,2026-01-01..2026-01-31,2026-01-02..2026-02-27,2026-04-01..2026-04-30',
    });
    expect(body.ledger).to.deep.equal((await person.ledger.get('')).body);
    expect(body.currency).to.equal('EUR');
    expect(body.categories).to.deep.equal([]);
    expect(body.ranges).to.deep.equal([
      {
        from: '2026-02-01',
        to: '2026-02-28',
        currencies: ['EUR'],
        buckets: [{ start: '2026-02-01', category: null, cell: cell({ refund: 300, refundCount: 1 }) }],
      },
      {
        from: '2026-01-01',
        to: '2026-01-31',
        currencies: ['EUR'],
        buckets: [{ start: '2026-01-01', category: null, cell: cell({ expense: 21, expenseCount: 2 }) }],
      },
      {
        from: '2026-01-02',
        to: '2026-02-27',
        currencies: ['EUR'],
        buckets: [{ start: '2026-01-02', category: null, cell: cell({ expense: 20, expenseCount: 1 }) }],
      },
      {
        from: '2026-04-01',
        to: '2026-04-30',
        currencies: [],
        buckets: [{ start: '2026-04-01', category: null, cell: emptyCell() }],
      },
    ]);
  });

  it('are by month, the first cut where the range begins', async () => {
    const [range] = await ranges({ ranges: '2026-01-15..2026-03-31', by: 'month' });
    expect(range.currencies).to.deep.equal(['EUR', 'USD']);
    expect(range.buckets).to.deep.equal([
      { start: '2026-01-15', category: null, cell: cell({ expense: 20, expenseCount: 1 }) },
      { start: '2026-02-01', category: null, cell: cell({ refund: 300, refundCount: 1 }) },
    ]);
  });

  it('are by day and category, in the currency asked', async () => {
    const { body } = await person.figures({ ranges: '2026-01-01..2026-12-31', by: 'day', categories: 'true' });
    expect(body.categories).to.deep.equal((await person.ledger.get('/categories')).body.items);
    const [range] = body.ranges;
    expect(range.buckets).to.deep.equal([
      { start: '2026-01-01', category: 'none', cell: cell({ expense: 1, expenseCount: 1 }) },
      { start: '2026-01-31', category: groceries, cell: cell({ expense: 20, expenseCount: 1 }) },
      { start: '2026-02-28', category: groceries, cell: cell({ refund: 300, refundCount: 1 }) },
    ]);
    const [usd] = await ranges({ ranges: '2026-01-01..2026-12-31', categories: 'true', currency: 'USD' });
    expect(usd.buckets).to.deep.equal([
      { start: '2026-01-01', category: 'none', cell: cell({ income: 4000, incomeCount: 1 }) },
    ]);
  });

  it('are for analytics only, and in the name of a user', async () => {
    const path = '/internal/v1/ledgers/default/figures?ranges=2026-01-01..2026-01-31';
    expect((await expense.apiOf('gateway').as(person.id).get(path)).status).to.equal(403);
    expect((await expense.apiOf('auth').as(person.id).get(path)).status).to.equal(403);
    expect((await expense.apiOf('analytics').get(path)).status).to.equal(401);
    expect(
      (await expense.apiOf('analytics').as(person.id).with({ 'x-outlay-workload-token': '' }).get(path)).status,
    ).to.equal(401);
    expect((await expense.apiOf('analytics').as(person.id).get(path)).status).to.equal(200);
  });

  const wrong: [query: Record<string, string>, parameter: string][] = [
    [{}, 'ranges'],
    [{ ranges: '2026-01-01' }, 'ranges'],
    [{ ranges: '2026-02-30..2026-03-01' }, 'ranges'],
    [{ ranges: '2026-03-02..2026-03-01' }, 'ranges'],
    [{ ranges: '1000-01-01..2026-03-01' }, 'ranges'],
    [{ ranges: Array(5).fill('2026-01-01..2026-01-31').join(',') }, 'ranges'],
    [{ ranges: '2026-01-01..2026-01-31', by: 'week' }, 'by'],
    [{ ranges: '2026-01-01..2026-01-31', categories: 'yes' }, 'categories'],
    [{ ranges: '2026-01-01..2026-01-31', currency: 'EURO' }, 'currency'],
    [{ ranges: '2026-01-01..2026-01-31', limit: '1' }, 'limit'],
  ];
  for (const [query, parameter] of wrong)
    it(`are refused for ${JSON.stringify(query).slice(0, 60)}, naming ${parameter}`, async () => {
      const { status, body } = await person.figures(query);
      expect(status).to.equal(422);
      expect(body.errors[0].parameter).to.equal(parameter);
    });

  it('of a year are read from twelve documents or thirteen, and of cut months from 62 days at most, by the key alone', async () => {
    const { rollups } = expense.parts;
    const ledger = (await person.ledger.get('')).body.id;
    const rows = Array.from({ length: 365 }, (_, day) => ({
      date: new Date(Date.UTC(2025, 0, 1 + day)).toISOString().slice(0, 10),
      amount: 1,
      currency: 'EUR',
      kind: 'expense' as const,
      category: null,
      payee: '',
      note: '',
      tags: [],
    }));
    await expense.parts.inLedger(ledger, (await expense.parts.bookkeeping.prepareMany(ledger, rows)).write);
    const year = await rollups.read(ledger, [{ unit: 'month', from: '2025-01', to: '2025-12' }], ['total']);
    expect(year).to.have.length(12);
    const days = await rollups.read(ledger, [{ unit: 'day', from: '2025-01-02', to: '2025-01-31' }], ['categories']);
    expect(days).to.have.length(30);
    const [range] = await ranges({ ranges: '2025-01-02..2025-12-30', categories: 'true' });
    expect(range.buckets[0].cell.expense).to.equal(363);
  });
});
