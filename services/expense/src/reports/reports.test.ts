import { expect } from 'chai';
import { startTestExpense, type TestExpense } from '../../test/start-test-expense.ts';
import { reportsMax } from './report-routes.ts';

const food = { name: 'Food by month', rows: 'payee', columns: 'month', measure: 'spent', filters: { tag: 'holiday' } };

describe('saved reports', () => {
  let expense: TestExpense;
  before(async () => {
    expense = await startTestExpense();
  });
  after(() => expense.stop());

  it('are saved, listed by name, changed and deleted', async () => {
    const { ledger } = expense.person();
    const saved = await ledger.post('/reports', food);
    expect([saved.status, saved.body]).to.deep.equal([201, { id: saved.body.id, ...food }]);
    const plain = await ledger.post('/reports', { name: 'a report' });
    expect(plain.body).to.deep.include({ rows: 'category', columns: null, measure: 'spent', filters: {} });
    expect((await ledger.get('/reports')).body.items.map(({ name }: { name: string }) => name)).to.deep.equal([
      'a report',
      'Food by month',
    ]);
    const changed = await ledger.put(`/reports/${saved.body.id}`, { name: 'Food', rows: 'tag' });
    expect(changed.body).to.deep.include({ id: saved.body.id, name: 'Food', rows: 'tag', columns: null });
    expect((await ledger.get(`/reports/${saved.body.id}`)).body).to.deep.equal(changed.body);
    expect((await ledger.delete(`/reports/${saved.body.id}`)).status).to.equal(204);
    for (const answer of [
      await ledger.get(`/reports/${saved.body.id}`),
      await ledger.put(`/reports/${saved.body.id}`, food),
      await ledger.delete(`/reports/${saved.body.id}`),
    ])
      expect([answer.status, answer.body.type]).to.deep.equal([404, '/problems/report-not-found']);
  });

  it('have names that are unique, case aside', async () => {
    const { ledger } = expense.person();
    await ledger.post('/reports', food);
    const other = await ledger.post('/reports', { ...food, name: 'Other' });
    for (const { status, body } of [
      await ledger.post('/reports', { ...food, name: 'food  BY month' }),
      await ledger.put(`/reports/${other.body.id}`, food),
    ])
      expect([status, body.type]).to.deep.equal([409, '/problems/report-name-taken']);
  });

  for (const [change, pointer] of [
    [{ name: '' }, '#/name'],
    [{ rows: 'payees' }, '#/rows'],
    [{ columns: 'payee' }, '#/columns'],
    [{ measure: 'sum' }, '#/measure'],
    [{ filters: { kind: 'transfer' } }, '#/filters/kind'],
    [{ filters: { asOf: '2026-01-01' } }, '#/filters'],
    [{ filters: { currency: 'EUR', convert: 'USD' } }, '#/filters/convert'],
  ] as const)
    it(`are refused with ${JSON.stringify(change)}, pointing at ${pointer}`, async () => {
      const { status, body } = await expense.person().ledger.post('/reports', { ...food, ...change });
      expect(status).to.equal(422);
      expect(body.errors[0].pointer).to.match(new RegExp(`^${pointer}`));
    });

  it('are nobody else’s, and so many at most', async () => {
    const anna = expense.person();
    const { id } = (await anna.ledger.post('/reports', food)).body;
    expect((await expense.person().ledger.get(`/reports/${id}`)).status).to.equal(404);
    const ledger = (await anna.ledger.get('')).body.id;
    await expense.parts.inLedger(ledger, async (session) => {
      for (let number = 1; number < reportsMax; number++)
        await expense.parts.reports.insert(session, ledger, { ...food, name: `Report ${number}` } as never);
    });
    const { status, body } = await anna.ledger.post('/reports', { ...food, name: 'One more' });
    expect([status, body.type]).to.deep.equal([409, '/problems/too-many-reports']);
  });

  it('are read by name by analytics', async () => {
    const person = expense.person();
    const { body: saved } = await person.ledger.post('/reports', food);
    const read = (name: string) =>
      expense
        .apiOf('analytics')
        .as(person.id)
        .get(`/internal/v1/ledgers/default/report?${new URLSearchParams({ name })}`);
    expect((await read('food by month')).body).to.deep.equal(saved);
    const { status, body } = await read('Nothing');
    expect([status, body.errors[0].parameter]).to.deep.equal([404, 'report']);
  });
});
