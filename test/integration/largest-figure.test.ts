import { expect } from 'chai';
import { insertManyPayees } from '../../services/expense/test/many-payees.ts';
import { newId } from '../support/new-id.ts';
import { type RunningServices, startExpenseAndAnalytics } from '../support/running-services.ts';
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts';

describe('the largest figure that is not refused', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let services: RunningServices;
  const user = newId();
  before(async () => {
    database = await openTestDatabase();
    // 48 are enough. In one document it took 64.
    services = await startExpenseAndAnalytics(
      database.uri,
      {},
      { analytics: { NODE_OPTIONS: '--max-old-space-size=56', EXPENSE_TIMEOUT_MS: '30000' } },
    );
    const { body } = await services.expense.as(user).get('/api/v1/ledgers/default');
    await insertManyPayees(database.connection, body.id);
  });
  after(async () => {
    await services?.stop();
    await database.drop();
  });

  it('comes to analytics in a heap of 56 MiB, again and again, right to the cent', async () => {
    for (let asked = 0; asked < 4; asked++) {
      // 32 months of 3,040 payees: 97,280 sums.
      const path = '/api/v1/ledgers/default/analytics/payees?from=2023-05-01&to=2025-12-31&limit=1';
      const { status, body } = await services.analytics.as(user).get(path);
      expect(status).to.equal(200);
      expect(body.payees[0]).to.include({ spent: 32 * 1_250, count: 32 });
      expect(body.others).to.include({ payees: 3_039, spent: 3_039 * 32 * 1_250, count: 3_039 * 32 });
    }
  });
});
