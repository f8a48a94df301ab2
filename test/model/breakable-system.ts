import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findMongod } from '@outlay/database-setup/find-mongod.ts';
import { ensureReplicaSet } from '@outlay/database-setup/replica-set.ts';
import { startMongod } from '@outlay/database-setup/start-mongod.ts';
import { MongoClient } from 'mongodb';
import { repositoryRoot } from '../../scripts/start/settings.ts';
import { startCutProxy } from '../support/cut-proxy.ts';
import { type Api, serviceApi } from '../support/request.ts';
import { openTrustedPlace } from '../support/running-services.ts';
import { type ServiceProcess, startServiceProcess } from '../support/service-process.ts';
import type { Fault } from './histories.ts';

/** Two replicas of expense, analytics, and a mongod, as people run them, and ways to hurt them. */
export interface BreakableSystem {
  /** Past everything that may be cut. */
  readonly mongodbUri: string;
  /** A replica of expense, as the gateway calls it for a user. */
  expense(replica: number, user: string): Api;
  analytics(user: string): Api;
  /** Resolves once what was hurt works again, as far as somebody has to see to that. */
  hurt(fault: Fault): Promise<void>;
  /** Lines that a service logged as errors of its own: none, whatever happens. */
  unknownErrors(): string[];
  stop(): Promise<void>;
}

export async function startBreakableSystem(): Promise<BreakableSystem> {
  const folder = await mkdtemp(join(tmpdir(), 'outlay-test-breakable-'));
  const binary = await findMongod({ keepIn: join(repositoryRoot, '.outlay/mongodb'), log: console.error });
  const start = (port: number) =>
    startMongod({
      binary,
      dbPath: join(folder, 'data'),
      port,
      cacheGb: 0.5,
      // A killed service's transaction is in the way for two seconds at most.
      parameters: { enableTestCommands: true, transactionLifetimeLimitSeconds: 1 },
    });
  const proxy = await startCutProxy();
  let mongod = await start(0);
  const { port } = mongod;
  proxy.target = port;
  // The set knows its member by the proxy's address, so that whoever looks for the primary goes through it.
  await ensureReplicaSet({ name: 'rs0', members: [`127.0.0.1:${proxy.port}`] });
  const admin = await MongoClient.connect(`mongodb://127.0.0.1:${port}/?directConnection=true`);

  const place = await openTrustedPlace();
  const { identity } = place;
  const expenseEnv = {
    ...place.env,
    MONGODB_URI: `mongodb://127.0.0.1:${proxy.port}/expense?replicaSet=rs0`,
    MONGODB_WAIT_SECONDS: '60',
    WORKLOAD_TOKEN_DIR: await place.tokenFolder('expense', ['auth']),
  };
  const startExpense = (own: Record<string, string> = {}) =>
    startServiceProcess('services/expense/src/main.ts', { ...expenseEnv, ...own });
  const ended: ServiceProcess[] = [];
  const replicas = [await startExpense(), await startExpense()] as [ServiceProcess, ServiceProcess];
  const analytics = await startServiceProcess('services/analytics/src/main.ts', {
    ...place.env,
    EXPENSE_URL: replicas[0].baseUrl,
    WORKLOAD_TOKEN_DIR: await place.tokenFolder('analytics', ['auth', 'expense']),
  });

  /** One at a time: a replica that is killed while it comes up again would never be there. */
  let healing: Promise<void> = Promise.resolve();
  const oneByOne = (work: () => Promise<void>): Promise<void> => {
    healing = healing.then(work);
    return healing;
  };

  async function killAndRestart(replica: 0 | 1): Promise<void> {
    const before = replicas[replica];
    await before.kill();
    ended.push(before);
    replicas[replica] = await startExpense({ PORT: new URL(before.baseUrl).port });
  }

  let isSpared = false;
  async function restartMongod(isKilled: boolean): Promise<void> {
    await mongod.stop(isKilled ? 0 : 5_000);
    proxy.cut();
    // It looks for itself in its set by the proxy, and takes itself for removed, for good, where that breaks off.
    isSpared = true;
    mongod = await start(port);
    while (
      !(
        await admin
          .db('admin')
          .command({ hello: 1 })
          .catch(() => undefined)
      )?.isWritablePrimary
    )
      await delay(20);
    isSpared = false;
  }

  return {
    mongodbUri: `mongodb://127.0.0.1:${port}/expense?directConnection=true`,
    expense: (replica, user) => serviceApi(replicas[replica as 0 | 1].baseUrl, identity, 'expense').as(user),
    analytics: (user) => serviceApi(analytics.baseUrl, identity, 'analytics').as(user),
    async hurt(fault) {
      if (fault.kind === 'cut') setTimeout(() => isSpared || proxy.cut(), fault.afterMs);
      else if (fault.kind === 'lose an answer') {
        if (!isSpared) proxy.loseAnAnswer();
      } else if (fault.kind === 'kill a service') await oneByOne(() => killAndRestart(fault.replica));
      else if (fault.kind === 'restart mongod') await oneByOne(() => restartMongod(fault.isKilled));
      else if (!isSpared)
        await admin.db('admin').command({
          configureFailPoint: 'failCommand',
          mode: { times: fault.times },
          data: {
            failCommands: ['commitTransaction'],
            appName: 'expense',
            ...(fault.hangsUp
              ? { closeConnection: true }
              : { errorCode: 251, errorLabels: ['TransientTransactionError'] }), // NoSuchTransaction
          },
        });
    },
    unknownErrors: () =>
      [...ended, ...replicas, analytics].flatMap(({ lines }) =>
        lines.filter((line, index) => line.includes('"status":500') || lines[index + 1]?.includes('"status":500')),
      ),
    async stop() {
      await healing.catch(() => undefined);
      await analytics.stop();
      for (const replica of replicas) await replica.stop();
      await admin.close();
      await place.close();
      await proxy.stop();
      await mongod.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
