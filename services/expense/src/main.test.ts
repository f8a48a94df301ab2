import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createMetrics } from '@outlay/service-kit/metrics.ts';
import { expect } from 'chai';
import { newId } from '../../../test/support/new-id.ts';
import { type Api, request, serviceApi } from '../../../test/support/request.ts';
import { openTestDatabase, type TestDatabase } from '../../../test/support/test-database.ts';
import { createTestIdentity } from '../../../test/support/test-identity.ts';
import { under } from '../test/start-test-expense.ts';
import { createExpenseParts } from './expense-parts.ts';

/** The process as it is run: settings in, log lines out, an exit code in the end. */
describe('the process of expense', function () {
  this.timeout(20_000);
  const identity = createTestIdentity();
  let database: TestDatabase;
  let folder: string;
  let auth: Server;
  let child: ChildProcess | undefined;

  before(async () => {
    database = await openTestDatabase();
    folder = await mkdtemp(join(tmpdir(), 'outlay-expense-'));
    await writeFile(join(folder, 'jwks.json'), JSON.stringify(identity.workloadJwks));
    await mkdir(join(folder, 'tokens'));
    await writeFile(join(folder, 'tokens/auth'), identity.workloadToken('expense', 'auth'));
    auth = createServer((_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(identity.jwks));
    });
    auth.listen(0, '127.0.0.1');
    await once(auth, 'listening');
  });
  after(async function () {
    // A mongod with the default limit keeps a killed process's transaction, and with it the database, for up to 90 s.
    this.timeout(120_000);
    auth.closeAllConnections();
    auth.close();
    await database.drop();
    await rm(folder, { recursive: true });
  });
  afterEach(() => child?.kill('SIGKILL'));

  const start = (changes: Record<string, string> = {}) => {
    child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        HOST: '127.0.0.1',
        PORT: '0',
        ADMIN_PORT: '0',
        DRAIN_MS: '0',
        MONGODB_URI: database.uri,
        JWKS_URL: `http://127.0.0.1:${(auth.address() as AddressInfo).port}/.well-known/jwks.json`,
        USER_TOKEN_ISSUER: identity.userTokenSettings.issuer,
        USER_TOKEN_AUDIENCE: identity.userTokenSettings.audience,
        WORKLOAD_ISSUER: identity.workloadIssuer,
        WORKLOAD_JWKS_FILE: join(folder, 'jwks.json'),
        WORKLOAD_TOKEN_DIR: join(folder, 'tokens'),
        ...changes,
      },
    });
    return child;
  };

  /** @returns the ports that the process listens at, and reads on so that it never waits for us */
  const listening = async (process: ChildProcess): Promise<{ port: number; adminPort: number }> => {
    const lines = createInterface({ input: process.stdout! });
    for await (const line of lines) {
      const entry = JSON.parse(line);
      if (entry.msg !== 'listening') continue;
      process.stdout!.resume();
      return entry;
    }
    throw new Error('it ended before it listened');
  };
  const apiAt = (port: number, user: string): Api =>
    under(serviceApi(`http://127.0.0.1:${port}`, identity, 'expense').as(user), '/api/v1/ledgers/default');

  it('serves, and ends in order on SIGTERM', async () => {
    const process = start();
    const { port, adminPort } = await listening(process);
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
    expect((await apiAt(port, newId()).get('/expenses')).status).to.equal(200);
    process.kill('SIGTERM');
    expect(await once(process, 'close')).to.deep.equal([0, null]);
  });

  it('leaves nothing half-written where it is killed amid writes: no sum without its expense, no answer without its write', async () => {
    const user = newId();
    const answered: string[] = [];
    for (let round = 0; round < 3; round++) {
      const process = start();
      const { port } = await listening(process);
      const api = apiAt(port, user);
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
    const parts = createExpenseParts({ connection: database.connection, registry: createMetrics('expense').registry });
    const ledger = await parts.ledgers.open({ id: user }, 'default');
    const stored = await parts.expenses.findExisting(ledger, answered);
    expect(answered.filter((id) => !stored.has(id))).to.deep.equal([]);
    expect(await parts.rollupCheck.compare(ledger)).to.deep.equal([]);
  });

  it('says in one line which settings are wrong', async () => {
    const process = start({ MONGODB_URI: '', JWKS_URL: 'auth', ROLLUP_CHECK_SECONDS: '-1' });
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
