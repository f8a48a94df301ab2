import { createMetrics } from '@outlay/service-kit/metrics.ts';
import { expect } from 'chai';
import mongoose from 'mongoose';
import { newId } from '../../../test/support/new-id.ts';
import { createTestIdentity } from '../../../test/support/test-identity.ts';
import { startTestExpense, type TestExpense } from '../test/start-test-expense.ts';
import { expenseRoutes } from './app.ts';
import { createExpenseParts } from './expense-parts.ts';

describe('expense', () => {
  let expense: TestExpense;
  before(async () => {
    expense = await startTestExpense();
  });
  after(() => expense.stop());

  const figures = '/internal/v1/ledgers/default/figures?ranges=2026-11-01..2026-11-30';
  const callers: [caller: string, path: string, status: number][] = [
    ['gateway', '/api/v1/ledgers', 200],
    ['gateway', '/api/v1/ledgers/default/expenses', 200],
    ['gateway', figures, 403],
    ['analytics', figures, 200],
    ['analytics', '/api/v1/ledgers', 403],
    ['analytics', '/api/v1/ledgers/default/expenses', 403],
    ['auth', '/api/v1/ledgers', 403],
    ['auth', figures, 403],
    ['web', '/api/v1/ledgers', 403],
    ['gateway', '/api/v1/ledgersX', 403],
    ['gateway', '/', 403],
  ];
  for (const [caller, path, status] of callers)
    it(`answers ${status} to ${caller} at ${path}`, async () => {
      expect((await expense.apiOf(caller).as(newId()).get(path)).status).to.equal(status);
    });

  it('answers 401 without the caller’s token or with one of another issuer, service or time, and without the user’s', async () => {
    const { identity, api } = expense;
    const workload = (token: string) => api.as(newId()).with({ 'x-outlay-workload-token': token });
    const path = '/api/v1/ledgers';
    for (const token of [
      '',
      'nonsense',
      createTestIdentity().workloadToken('gateway', 'expense'),
      identity.workloadToken('gateway', 'analytics'),
      identity.workloadToken('gateway', 'expense', { now: Date.now() - 3_600_000 }),
      identity.userToken(newId()),
    ])
      expect((await workload(token).get(path)).status).to.equal(401);
    expect((await api.get(path)).status).to.equal(401);
    const user = (token: string) => api.with({ authorization: `Bearer ${token}` });
    expect((await user(identity.workloadToken('gateway', 'expense')).get(path)).status).to.equal(401);
    expect((await user(identity.userToken(newId(), { now: Date.now() - 3_600_000 })).get(path)).status).to.equal(401);
  });

  it('describes its routes without a database', () => {
    const parts = createExpenseParts({
      connection: mongoose.createConnection(),
      registry: createMetrics('expense').registry,
    });
    const operations = expenseRoutes(parts).map(({ method, path }) => `${method} ${path}`);
    const ledger = '/api/v1/ledgers/{ledger}';
    expect(operations).to.include.members([
      'get /api/v1/ledgers',
      'post /api/v1/ledgers',
      `get ${ledger}`,
      `patch ${ledger}`,
      `get ${ledger}/categories`,
      `post ${ledger}/categories`,
      `patch ${ledger}/categories/{id}`,
      `delete ${ledger}/categories/{id}`,
      `get ${ledger}/expenses`,
      `post ${ledger}/expenses`,
      `get ${ledger}/expenses/{id}`,
      `patch ${ledger}/expenses/{id}`,
      `delete ${ledger}/expenses/{id}`,
      `get ${ledger}/payees`,
      `post ${ledger}/imports`,
      'get /internal/v1/ledgers/{ledger}/figures',
    ]);
  });

  it('makes its collections and indexes again without harm, as every start does', async () => {
    await expense.parts.prepare();
    const indexes = await expense.database.connection.collection('expenses').indexes();
    expect(indexes.map(({ name }) => name)).to.have.members([
      '_id_',
      'date',
      'amount',
      'category',
      'payee',
      'words',
      'tag',
      'kind',
      'currency',
    ]);
  });

  it('says 405 with what is allowed, and 404 for what it does not have', async () => {
    const api = expense.api.as(newId());
    const wrong = await api.put('/api/v1/ledgers/default', {});
    expect(wrong.status).to.equal(405);
    expect(wrong.headers.get('allow')).to.equal('HEAD, GET, PATCH');
    expect((await api.get('/api/v1/ledgers/default/budgets')).body.type).to.equal('/problems/route-not-found');
  });
});
