import { createUserTokenVerifier } from '@outlay/identity/user-token.ts';
import { createMetrics } from '@outlay/service-kit/metrics.ts';
import { newId } from '../../../test/support/new-id.ts';
import { type Answer, type Api, type ServiceApi, serviceApi } from '../../../test/support/request.ts';
import { openTestDatabase, type TestDatabase } from '../../../test/support/test-database.ts';
import { createTestIdentity, type TestIdentity } from '../../../test/support/test-identity.ts';
import { captureLog, startTestServer, type TestServer } from '../../../test/support/test-server.ts';
import { createExpenseApp } from '../src/app.ts';
import { createExpenseParts, type ExpenseOptions, type ExpenseParts } from '../src/expense-parts.ts';
import { askFigures } from './figure-lines.ts';

export interface TestExpense {
  /** As the gateway calls, for nobody: say for whom with `as`. */
  readonly api: ServiceApi;
  readonly server: TestServer;
  readonly parts: ExpenseParts;
  readonly database: TestDatabase;
  readonly identity: TestIdentity;
  /** Every line that was logged. */
  readonly lines: string[];
  apiOf(caller: string): ServiceApi;
  /** A new user with what tests often do. */
  person(): Person;
  /** A sample of /metrics by its name and labels, like `kind="expense",outcome="created"`. */
  metric(name: string, labels?: string): Promise<number>;
  stop(): Promise<void>;
}

/** The real service on free ports with a database of its own; with `database` another replica on the same one. */
export async function startTestExpense({
  database: shared,
  identity = createTestIdentity(),
  ...changes
}: Partial<ExpenseOptions> & { database?: TestDatabase; identity?: TestIdentity } = {}): Promise<TestExpense> {
  const database = shared ?? (await openTestDatabase());
  const { log, lines } = captureLog('expense');
  const metrics = createMetrics('expense');
  const parts = createExpenseParts({ connection: database.connection, registry: metrics.registry, ...changes });
  await parts.prepare();
  const app = createExpenseApp(parts, {
    workloads: identity.workloadVerifierFor('expense'),
    verifyUser: createUserTokenVerifier({ ...identity.userTokenSettings, keys: identity.userKeys }),
    log,
    metrics,
  });
  parts.imports.start(log);
  const server = await startTestServer(app, {
    log,
    metrics,
    onDraining: [parts.imports.drain],
    onDrained: [() => parts.imports.stop()],
  });
  const apiOf = (caller: string) => serviceApi(server.baseUrl, identity, 'expense', caller);
  return {
    api: apiOf('gateway'),
    server,
    parts,
    database,
    identity,
    lines,
    apiOf,
    person: () => personOf(apiOf, newId()),
    async metric(name, labels = '') {
      const text = await (await fetch(`${server.adminUrl}/metrics`)).text();
      const line = text.split('\n').find((each) => each.startsWith(`${name}{`) && each.includes(labels));
      return line === undefined ? 0 : Number(line.slice(line.lastIndexOf(' ') + 1));
    },
    async stop() {
      await server.stop();
      if (!shared) await database.drop();
    },
  };
}

export interface Person {
  readonly id: string;
  readonly api: Api;
  /** Paths under the first ledger: '/expenses'. */
  readonly ledger: Api;
  /** Records an expense of €12.50 on 23 November 2026, but for the changes. */
  record(changes?: Record<string, unknown>, headers?: Record<string, string>): Promise<Answer>;
  /** Id of the category with this name. */
  category(name: string): Promise<string>;
  /** Sums as analytics reads them. */
  figures(query: Record<string, string>): Promise<Answer>;
}

function personOf(apiOf: (caller: string) => ServiceApi, id: string): Person {
  const api = apiOf('gateway').as(id);
  const ledger = under(api, '/api/v1/ledgers/default');
  return {
    id,
    api,
    ledger,
    record: (changes, headers) =>
      ledger.post('/expenses', { date: '2026-11-23', amount: 1250, currency: 'EUR', ...changes }, headers),
    async category(name) {
      const { body } = await ledger.get('/categories');
      return body.items.find((category: { name: string }) => category.name === name).id;
    },
    figures: (query) => askFigures(apiOf('analytics').as(id), query),
  };
}

/** The same api with a prefix before every path. */
export const under = (api: Api, prefix: string): Api => ({
  ...api,
  get: (path, headers) => api.get(prefix + path, headers),
  post: (path, body, headers) => api.post(prefix + path, body, headers),
  put: (path, body, headers) => api.put(prefix + path, body, headers),
  patch: (path, body, headers) => api.patch(prefix + path, body, headers),
  delete: (path, headers) => api.delete(prefix + path, headers),
  send: (method, path, body, headers) => api.send(method, prefix + path, body, headers),
  with: (headers) => under(api.with(headers), prefix),
});
