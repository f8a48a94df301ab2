import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findMongod } from '@outlay/database-setup/find-mongod.ts';
import { ensureReplicaSet } from '@outlay/database-setup/replica-set.ts';
import { startMongod } from '@outlay/database-setup/start-mongod.ts';
import { MongoClient, MongoNetworkError } from 'mongodb';
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

const restartMs = 30_000;

export async function startBreakableSystem(): Promise<BreakableSystem> {
  // What is open when the start fails half-way is closed again.
  await using open = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'outlay-test-breakable-'));
  open.defer(() => rm(folder, { recursive: true, force: true }));
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
  const startProxy = async () => {
    const proxy = await startCutProxy();
    open.defer(() => proxy.stop());
    return proxy;
  };
  const proxy = await startProxy();
  let mongod = await start(0);
  const { port } = mongod;
  proxy.target = port;
  open.defer(() => mongod.stop());
  // The set knows its member by the proxy's address, so that whoever looks for the primary goes through it.
  await ensureReplicaSet({ name: 'rs0', members: [`127.0.0.1:${proxy.port}`] });
  const admin = await MongoClient.connect(`mongodb://127.0.0.1:${port}/?directConnection=true`);
  open.defer(() => admin.close());

  const place = await openTrustedPlace();
  open.defer(() => place.close());
  const { identity } = place;
  const expenseEnv = {
    ...place.env,
    MONGODB_URI: `mongodb://127.0.0.1:${proxy.port}/expense?replicaSet=rs0`,
    MONGODB_WAIT_SECONDS: '60',
    WORKLOAD_TOKEN_DIR: await place.tokenFolder('expense', ['auth']),
  };
  /** Also those that were killed. */
  const processes: ServiceProcess[] = [];
  const startReplica = async () => {
    // It comes up on any port, for its own may be taken meanwhile; this one stays.
    const at = await startProxy();
    let process: ServiceProcess;
    const start = async () => {
      process = await startServiceProcess('services/expense/src/main.ts', expenseEnv);
      processes.push(process);
      at.target = Number(new URL(process.baseUrl).port);
    };
    await start();
    open.defer(async () => void (await process.stop()));
    return {
      baseUrl: `http://127.0.0.1:${at.port}`,
      async killAndRestart() {
        await process.kill();
        await start();
      },
    };
  };
  const replicas = [await startReplica(), await startReplica()] as const;
  const analytics = await startServiceProcess('services/analytics/src/main.ts', {
    ...place.env,
    EXPENSE_URL: replicas[0].baseUrl,
    WORKLOAD_TOKEN_DIR: await place.tokenFolder('analytics', ['auth', 'expense']),
  });
  processes.push(analytics);
  open.defer(async () => void (await analytics.stop()));

  /** One at a time: a replica that is killed while it comes up again would never be there. */
  let healing: Promise<void> = Promise.resolve();
  const oneByOne = (work: () => Promise<void>): Promise<void> => {
    healing = healing.then(work);
    return healing;
  };

  const isPrimary = () =>
    admin
      .db('admin')
      .command({ hello: 1 })
      .then(
        ({ isWritablePrimary }) => isWritablePrimary,
        () => false,
      );
  let isSpared = false;
  async function restartMongod(isKilled: boolean): Promise<void> {
    // It looks for itself in its set by the proxy, and takes itself for removed, for good, where that breaks off.
    isSpared = true;
    await mongod.stop(isKilled ? 0 : 5_000);
    proxy.cut();
    mongod = await start(port);
    const giveUpAt = Date.now() + restartMs;
    while (!(await isPrimary())) {
      if (Date.now() > giveUpAt) throw new Error('mongod takes no writes after its restart');
      await delay(20);
    }
    isSpared = false;
  }

  const opened = open.move();
  return {
    mongodbUri: `mongodb://127.0.0.1:${port}/expense?directConnection=true`,
    expense: (replica, user) => serviceApi(replicas[replica as 0 | 1].baseUrl, identity, 'expense').as(user),
    analytics: (user) => serviceApi(analytics.baseUrl, identity, 'analytics').as(user),
    async hurt(fault) {
      if (fault.kind === 'cut') setTimeout(() => isSpared || proxy.cut(), fault.afterMs);
      else if (fault.kind === 'lose an answer') {
        if (!isSpared) proxy.loseAnAnswer();
      } else if (fault.kind === 'kill a service') await oneByOne(() => replicas[fault.replica].killAndRestart());
      else if (fault.kind === 'restart mongod') await oneByOne(() => restartMongod(fault.isKilled));
      else if (!isSpared)
        await admin
          .db('admin')
          .command({
            configureFailPoint: 'failCommand',
            mode: { times: fault.times },
            data: {
              failCommands: ['commitTransaction'],
              appName: 'expense',
              ...(fault.hangsUp
                ? { closeConnection: true }
                : { errorCode: 251, errorLabels: ['TransientTransactionError'] }), // NoSuchTransaction
            },
          })
          .catch((error) => {
            // Stopped by another history just now: that is fault enough.
            if (!(error instanceof MongoNetworkError)) throw error;
          });
    },
    unknownErrors: () =>
      processes.flatMap(({ lines }) =>
        lines.filter((line, index) => line.includes('"status":500') || lines[index + 1]?.includes('"status":500')),
      ),
    async stop() {
      await healing.catch(() => undefined);
      await opened.disposeAsync();
    },
  };
}
