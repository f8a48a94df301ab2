import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from '../config.ts';
import { startGateway } from '../gateway.ts';
import { startUpstream, type TestUpstream } from './test-upstream.ts';
import { createKey, goodClaims, signToken, type TestKey } from './tokens.ts';

const shipped = readFileSync(new URL('../../gateway.yaml', import.meta.url), 'utf8');

export interface TestGateway {
  readonly port: number;
  readonly adminPort: number;
  /** http://127.0.0.1:port */
  readonly url: string;
  readonly auth: TestUpstream;
  readonly expense: TestUpstream;
  readonly analytics: TestUpstream;
  readonly key: TestKey;
  /** "Bearer …" of a user's good token. */
  readonly bearer: string;
  /** Its gateway.yaml: what is written there is taken over within 20 ms. */
  readonly configFile: string;
  /** The directory of workload tokens. */
  readonly tokens: string;
  /** Lines of the access log so far, parsed; other lines have other messages. */
  readonly log: () => Record<string, unknown>[];
  /** The same as written. */
  readonly lines: readonly string[];
  /** Keys that auth publishes; to be changed. */
  readonly published: { keys: object[]; status: number; fetches: number };
  stop(): Promise<void>;
  close(): Promise<void>;
}

export interface TestGatewayOptions {
  /** Changes the shipped gateway.yaml. */
  edit?: (yaml: string) => string;
  env?: Record<string, string>;
  /** Instead of a real HTTP server for the expense service. */
  expenseUrl?: string;
  /** With which auth answers the request for its keys at first. */
  jwksStatus?: number;
}

/** The real gateway with the shipped routes, on ports of its own, in front of three services that the test answers for. */
export async function startTestGateway({
  edit = (yaml) => yaml,
  env = {},
  expenseUrl,
  jwksStatus = 200,
}: TestGatewayOptions = {}): Promise<TestGateway> {
  const directory = mkdtempSync(join(tmpdir(), 'outlay-gateway-'));
  const [auth, expense, analytics] = await Promise.all([startUpstream(), startUpstream(), startUpstream()]);
  const key = createKey('key-1');
  const published = { keys: [key.jwk], status: jwksStatus, fetches: 0 };
  auth.answer((request, response) => {
    const isKeys = request.url === '/.well-known/jwks.json';
    if (isKeys) {
      published.fetches++;
      response.statusCode = published.status;
    }
    request.on('end', () => response.end(isKeys ? JSON.stringify({ keys: published.keys }) : 'ok'));
  });
  for (const audience of ['auth', 'expense', 'analytics'])
    writeFileSync(join(directory, audience), `token-for-${audience}\n`);
  const config = join(directory, 'gateway.yaml');
  writeFileSync(config, edit(shipped));

  const lines: string[] = [];
  const settings = readSettings({
    HOST: '127.0.0.1',
    PORT: '0',
    ADMIN_PORT: '0',
    DRAIN_MS: '0',
    LOG_FORMAT: 'json',
    GATEWAY_CONFIG: config,
    GATEWAY_CONFIG_POLL_MS: '20',
    WORKLOAD_TOKEN_DIR: directory,
    AUTH_URL: auth.url,
    EXPENSE_URL: expenseUrl ?? expense.url,
    ANALYTICS_URL: analytics.url,
    WEB_ROOT: join(directory, 'web'),
    OVERLOAD_EVENT_LOOP_LAG_MAX: '1h', // a busy machine is not what a test is about
    OPENAPI_FILE: join(directory, 'openapi.json'),
    // Nobody here tells of ended sessions but where a test does.
    REVOCATION_FEED: 'false',
    // A suite asks more than a person does.
    SIGN_IN_LIMIT: '100000',
    REFRESH_LIMIT: '100000',
    API_LIMIT: '1000000',
    ...env,
  });
  const running = await startGateway(settings, {
    write: (line) => void lines.push(line),
    flush: () => Promise.resolve(),
  });
  return {
    ...running,
    port: running.port,
    adminPort: running.adminPort,
    url: `http://127.0.0.1:${running.port}`,
    auth,
    expense,
    analytics,
    key,
    bearer: `Bearer ${signToken(key, goodClaims())}`,
    configFile: config,
    tokens: directory,
    lines,
    log: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
    published,
    stop: () => running.stop(),
    async close() {
      await Promise.all([auth.close(), expense.close(), analytics.close()]);
      await running.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/**
 * Waits until a number stays as it is, though a dozen requests of others come and go meanwhile: on one event loop, what could
 * move would have.
 */
export async function untilStill(count: () => number, { url }: TestGateway): Promise<void> {
  for (let before = -1; count() !== before; ) {
    before = count();
    for (let i = 0; i < 12; i++) await (await fetch(`${url}/api/nothing`)).text();
  }
}

/** Less than a test has, so that none goes on asking beside those that follow. */
const patienceMs = 25_000;

/** Waits until something becomes true. @throws where it does not */
export async function eventually(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + patienceMs;
  while (!(await isTrue())) {
    if (performance.now() > giveUpAt) throw new Error(`never came true: ${isTrue}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
