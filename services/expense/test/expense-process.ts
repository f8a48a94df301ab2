import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expenseMemory } from '../../../scripts/start/services.ts';
import { type Answer, type Api, serviceApi } from '../../../test/support/request.ts';
import { openTestDatabase, type TestDatabase } from '../../../test/support/test-database.ts';
import { createTestIdentity } from '../../../test/support/test-identity.ts';
import { askFigures } from './figure-lines.ts';
import { under } from './start-test-expense.ts';

export interface ExpenseProcesses {
  readonly database: TestDatabase;
  /** Starts the service as it is run; `changes` are settings. */
  start(changes?: Record<string, string>): ChildProcess;
  /** @returns the ports that the process listens at, and reads on so that it never waits for us */
  listening(process: ChildProcess): Promise<{ port: number; adminPort: number }>;
  /** The first ledger of a user, at the process that listens at this port. */
  ledgerAt(port: number, user: string): Api;
  /** That ledger's sums as analytics reads them. */
  figuresAt(port: number, user: string): (query: Record<string, string>) => Promise<Answer>;
  /** Kills what still runs. */
  killAll(): void;
  close(): Promise<void>;
}

/** What the operating system ever gave the process at once; Linux only. */
export const peakMiB = async ({ pid }: ChildProcess): Promise<number> =>
  Number(/VmHWM:\s+(\d+) kB/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

/** What processes of the service need: a database of their own, keys to verify users, tokens and settings. */
export async function openExpenseProcesses(): Promise<ExpenseProcesses> {
  const identity = createTestIdentity();
  const database = await openTestDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'outlay-expense-'));
  await writeFile(join(folder, 'jwks.json'), JSON.stringify(identity.workloadJwks));
  await mkdir(join(folder, 'tokens'));
  await writeFile(join(folder, 'tokens/auth'), identity.workloadToken('expense', 'auth'));
  const auth = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(identity.jwks));
  });
  auth.listen(0, '127.0.0.1');
  await once(auth, 'listening');
  const children = new Set<ChildProcess>();
  const killAll = () => {
    for (const child of children) child.kill('SIGKILL');
    children.clear();
  };

  return {
    database,
    start(changes = {}) {
      const child = spawn(process.execPath, [...expenseMemory.flags, join(import.meta.dirname, '../src/main.ts')], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          ...expenseMemory.env,
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
      children.add(child);
      return child;
    },
    async listening(child) {
      const lines = createInterface({ input: child.stdout! });
      for await (const line of lines) {
        const entry = JSON.parse(line);
        if (entry.msg !== 'listening') continue;
        child.stdout!.resume();
        return entry;
      }
      throw new Error('it ended before it listened');
    },
    ledgerAt: (port, user) =>
      under(serviceApi(`http://127.0.0.1:${port}`, identity, 'expense').as(user), '/api/v1/ledgers/default'),
    figuresAt: (port, user) => (query) =>
      askFigures(serviceApi(`http://127.0.0.1:${port}`, identity, 'expense', 'analytics').as(user), query),
    killAll,
    async close() {
      killAll();
      auth.closeAllConnections();
      auth.close();
      await database.drop();
      await rm(folder, { recursive: true });
    },
  };
}
