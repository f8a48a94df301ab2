import { randomBytes } from 'node:crypto';
import type { Log } from '@outlay/service-kit/log.ts';
import { createMetrics } from '@outlay/service-kit/metrics.ts';
import { type Answer, type Api, request } from '../../../test/support/request.ts';
import { openTestDatabase, type TestDatabase } from '../../../test/support/test-database.ts';
import { createTestIdentity, type TestIdentity } from '../../../test/support/test-identity.ts';
import { captureLog, startTestServer, type TestServer } from '../../../test/support/test-server.ts';
import { createAuthApp } from '../src/app.ts';
import { type AuthOptions, type AuthParts, createAuthParts } from '../src/auth-parts.ts';

export interface TestAuth {
  /** As the gateway calls. */
  readonly api: Api;
  readonly server: TestServer;
  readonly parts: AuthParts;
  readonly database: TestDatabase;
  readonly identity: TestIdentity;
  /** Every line that was logged. */
  readonly lines: string[];
  /** The service's clock stands still from its start on and moves by this alone, however slow the machine is. */
  readonly clock: { aheadMs: number };
  apiOf(caller: string): Api;
  /** A sample of /metrics by its name and one label, like `outcome="taken"`. */
  metric(name: string, label?: string): Promise<number>;
  stop(): Promise<void>;
}

/** The real service on free ports with a database of its own; with `database` and `identity` another replica of the same. */
export async function startTestAuth({
  database: shared,
  identity = createTestIdentity(),
  ...changes
}: Partial<AuthOptions> & { database?: TestDatabase; identity?: TestIdentity } = {}): Promise<TestAuth> {
  const database = shared ?? (await openTestDatabase());
  const { log, lines } = captureLog('auth');
  const metrics = createMetrics('auth');
  const clock = { aheadMs: 0 };
  const startedAt = Date.now();
  const parts = createAuthParts({
    connection: database.connection,
    userTokens: identity.userTokenSettings,
    ...defaults(log),
    registry: metrics.registry,
    now: () => startedAt + clock.aheadMs,
    ...changes,
  });
  await parts.start();
  const app = createAuthApp(parts, { workloads: identity.workloadVerifierFor('auth'), log, metrics });
  const server = await startTestServer(app, {
    log,
    metrics,
    onDraining: [() => parts.sessionEnds.close()],
    onDrained: [() => parts.stop()],
  });
  const apiOf = (caller: string) =>
    request(server.baseUrl, { 'x-outlay-workload-token': identity.workloadToken(caller, 'auth') });
  return {
    api: apiOf('gateway'),
    server,
    parts,
    database,
    identity,
    lines,
    clock,
    apiOf,
    async metric(name, label = '') {
      const { text } = await request(server.adminUrl).get('/metrics');
      const line = text.split('\n').find((line) => line.startsWith(`${name}{`) && line.includes(label));
      if (!line) throw new Error(`no sample of ${name} ${label}`);
      return Number(line.split(' ').at(-1));
    },
    async stop() {
      await server.stop();
      if (!shared) await database.drop();
    },
  };
}

export const testKeyEncryptionKey = Buffer.alloc(32, 7);

const defaults = (log: Log) =>
  ({
    accessTokenSeconds: 600,
    algorithm: 'ES256',
    keyEncryptionKey: testKeyEncryptionKey,
    keyRotationHours: 168,
    log,
  }) as const;

/** A person nobody else is. */
export const newPerson = (changes: object = {}) => ({
  email: `ada-${randomBytes(6).toString('hex')}@example.org`,
  password: 'correct horse battery',
  name: 'Ada Lovelace',
  ...changes,
});

export const bearer = (accessToken: string) => ({ authorization: `Bearer ${accessToken}` });

/** The refresh cookie of an answer, as a browser would send it back. */
export const cookieOf = (answer: Answer): string => answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
