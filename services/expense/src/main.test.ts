import { once } from 'node:events';
import { createMetrics } from '@outlay/service-kit/metrics.ts';
import { expect } from 'chai';
import { newId } from '../../../test/support/new-id.ts';
import { request } from '../../../test/support/request.ts';
import { type ExpenseProcesses, openExpenseProcesses } from '../test/expense-process.ts';
import { createExpenseParts } from './expense-parts.ts';

/** The process as it is run: settings in, log lines out, an exit code in the end. */
describe('the process of expense', function () {
  this.timeout(20_000);
  let processes: ExpenseProcesses;
  before(async () => {
    processes = await openExpenseProcesses();
  });
  after(async function () {
    // A mongod with the default limit keeps a killed process's transaction, and with it the database, for up to 90 s.
    this.timeout(120_000);
    await processes.close();
  });
  afterEach(() => processes.killAll());

  it('serves, and ends in order on SIGTERM', async () => {
    const process = processes.start();
    const { port, adminPort } = await processes.listening(process);
    const admin = request(`http://127.0.0.1:${adminPort}`);
    expect((await admin.get('/healthz')).status).to.equal(200);
    expect((await admin.get('/readyz')).status).to.equal(200);
    const { text } = await admin.get('/metrics');
    for (const name of [
      'outlay_rollup_drift',
      'mongodb_pool_connections',
      'nodejs_eventloop_lag_seconds',
      'http_request_duration_seconds',
    ])
      expect(text).to.include(name);
    expect((await processes.ledgerAt(port, newId()).get('/expenses')).status).to.equal(200);
    process.kill('SIGTERM');
    expect(await once(process, 'close')).to.deep.equal([0, null]);
  });

  it('leaves nothing half-written where it is killed amid writes: no sum without its expense, no answer without its write', async () => {
    const user = newId();
    const answered: string[] = [];
    for (let round = 0; round < 3; round++) {
      const process = processes.start();
      const { port } = await processes.listening(process);
      const api = processes.ledgerAt(port, user);
      await api.get('');
      const client = async () => {
        for (;;) {
          const { status, body } = await api.post('/expenses', { date: '2026-11-23', amount: 1, currency: 'EUR' });
          expect(status).to.equal(201);
          answered.push(body.id);
          if (answered.length % 20 === 19) process.kill('SIGKILL');
        }
      };
      const closed = once(process, 'close');
      await Promise.allSettled(Array.from({ length: 6 }, client));
      await closed;
    }
    const parts = createExpenseParts({
      connection: processes.database.connection,
      registry: createMetrics('expense').registry,
    });
    const ledger = await parts.ledgers.open({ id: user }, 'default');
    const stored = await parts.expenses.findExisting(ledger, answered);
    expect(answered.filter((id) => !stored.has(id))).to.deep.equal([]);
    expect(await parts.rollupCheck.compare(ledger)).to.deep.equal([]);
  });

  it('says in one line which settings are wrong', async () => {
    const process = processes.start({ MONGODB_URI: '', JWKS_URL: 'auth', ROLLUP_CHECK_SECONDS: '-1' });
    let stderr = '';
    process.stderr!.on('data', (data) => {
      stderr += data;
    });
    expect((await once(process, 'close'))[0]).to.equal(1);
    expect(stderr).to.match(/^Wrong configuration: [^\n]+\n$/);
    for (const name of ['MONGODB_URI is not set', 'JWKS_URL must be a URL', 'ROLLUP_CHECK_SECONDS'])
      expect(stderr).to.include(name);
  });
});
