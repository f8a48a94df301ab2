import { setTimeout as delay } from 'node:timers/promises';
import type { ClientSession, Connection } from 'mongoose';
import mongoose from 'mongoose';
import { Gauge, type Registry } from 'prom-client';
import { ConfigError } from './config.ts';
import { isNotPrimary } from './not-primary.ts';
import { Unavailable } from './problem.ts';

export interface MongoOptions {
  uri: string;
  /** Name in the server's logs. */
  appName: string;
  registry: Registry;
  poolSizeMax?: number;
  /** How long an operation waits for a primary; an election takes up to 10 s. */
  serverSelectionTimeoutMs?: number;
  /** How long to wait at the start for a database that is being set up at the same time; default: not at all. */
  waitMs?: number;
}

/** A wrong field name in code must fail loudly, not be dropped or matched against everything. */
mongoose.set('strict', 'throw');
mongoose.set('strictQuery', 'throw');

/**
 * Connects with bounded waits, majority writes and the pool as metrics.
 * @throws {ConfigError} where the URI is wrong, nobody answers there in time, or the user is not let in
 */
export async function connectMongo({ registry, waitMs = 0, ...options }: MongoOptions): Promise<Connection> {
  const size = new Gauge({
    name: 'mongodb_pool_connections',
    help: 'Connections of the pool by state',
    labelNames: ['state'] as const,
    registers: [registry],
  });
  const giveUpAt = Date.now() + waitMs;
  for (;;) {
    size.reset();
    try {
      return await connectOnce(options, size);
    } catch (cause) {
      if (Date.now() >= giveUpAt)
        throw new ConfigError(
          `Wrong configuration: MONGODB_URI leads to no usable MongoDB: ${(cause as Error).message}`,
          { cause },
        );
      await delay(1_000);
    }
  }
}

async function connectOnce(
  { uri, appName, poolSizeMax = 20, serverSelectionTimeoutMs = 10_000 }: Omit<MongoOptions, 'registry' | 'waitMs'>,
  size: Gauge<'state'>,
): Promise<Connection> {
  const connection = mongoose.createConnection(uri, {
    appName,
    maxPoolSize: poolSizeMax,
    serverSelectionTimeoutMS: serverSelectionTimeoutMs,
    connectTimeoutMS: 5_000,
    socketTimeoutMS: 60_000,
    waitQueueTimeoutMS: 5_000,
    writeConcern: { w: 'majority' },
    readConcern: { level: 'majority' },
    autoIndex: false,
    autoCreate: false,
    // What mongoose holds back while a connection is lost does not ask for a new one: it would wait for the next heartbeat, 10 s.
    bufferCommands: false,
  });
  const open = size.labels('open');
  const inUse = size.labels('in_use');
  // Before the first connection is made; a wrong URI makes no client.
  const client = connection.getClient() as mongoose.mongo.MongoClient | undefined;
  client?.on('connectionCreated', () => open.inc());
  client?.on('connectionClosed', () => open.dec());
  client?.on('connectionCheckedOut', () => inUse.inc());
  client?.on('connectionCheckedIn', () => inUse.dec());
  try {
    return await connection.asPromise();
  } catch (error) {
    await connection.close().catch(() => undefined);
    throw error;
  }
}

const closeMs = 1_000;

/** Closes a connection at the end of a process. The driver bids its cursors farewell: of a database that is away it waits in vain. */
export async function closeMongo(connection: Connection): Promise<void> {
  const closing = connection.close();
  closing.catch(() => undefined);
  await Promise.race([closing, delay(closeMs, undefined, { ref: false })]);
}

/** Longer than an election takes. */
const ensureMs = 30_000;

/**
 * Creates the models' collections and indexes where they are missing; at start, so that no transaction has to. Where the
 * connection breaks or a primary is being elected it goes on: the driver repeats reads and writes, but not these.
 */
export async function ensureCollections(
  models: readonly { createCollection(): Promise<unknown>; createIndexes(): Promise<unknown> }[],
): Promise<void> {
  const giveUpAt = Date.now() + ensureMs;
  const ensure = async (create: () => Promise<unknown>): Promise<void> => {
    for (;;) {
      try {
        return void (await create());
      } catch (error) {
        // What else the server itself answers, it answers again.
        const isFinal = error instanceof mongoose.mongo.MongoServerError && !isNotPrimary(error);
        if (isFinal || Date.now() > giveUpAt) throw error;
        await delay(50);
      }
    }
  };
  for (const model of models) {
    await ensure(() => model.createCollection());
    await ensure(() => model.createIndexes());
  }
}

/** For readiness: is the database there, right now? */
export async function pingMongo(connection: Connection): Promise<void> {
  await connection.getClient().db().command({ ping: 1 }, { timeoutMS: 1_500 });
}

/** Longer than a killed service's transaction stays open, as our mongods are set up: 5 s and half of that for the reaper. */
const transactionMs = 10_000;

/**
 * Runs the work in one transaction and runs it again, after a growing random pause, where it lost against another writer.
 * The work must be free of effects other than its writes.
 * @throws {Unavailable} where it still loses after 10 s
 */
export async function inTransaction<T>(
  connection: Connection,
  work: (session: ClientSession) => Promise<T>,
): Promise<T> {
  const giveUpAt = Date.now() + transactionMs;
  for (let attempt = 0; ; attempt++) {
    const session = await connection.startSession();
    try {
      session.startTransaction({ writeConcern: { w: 'majority' }, readConcern: { level: 'snapshot' } });
      const result = await work(session);
      await commit(session, giveUpAt);
      return result;
    } catch (error) {
      if (session.inTransaction()) await session.abortTransaction().catch(() => undefined);
      if (!hasLabel(error, 'TransientTransactionError') && !isCutOff(error) && !isOverdue(error)) throw error;
      if (Date.now() > giveUpAt)
        throw hasLost(error) ? new Unavailable('Too many writers at once.', { cause: error }) : error;
    } finally {
      await session.endSession();
    }
    const pauseMs = Math.min(200, 2 * 2 ** attempt) * Math.random();
    await delay(pauseMs);
  }
}

/** A commit whose answer got lost may have happened: it is safe to ask again (and only that). */
async function commit(session: ClientSession, giveUpAt: number): Promise<void> {
  for (;;) {
    try {
      return await session.commitTransaction();
    } catch (error) {
      const isUnknown = hasLabel(error, 'UnknownTransactionCommitResult') || isCutOff(error);
      if (!isUnknown || Date.now() > giveUpAt) throw error;
    }
  }
}

const hasLabel = (error: unknown, label: string): boolean =>
  error instanceof mongoose.mongo.MongoError && error.hasErrorLabel(label);

/**
 * The connection broke. The driver labels such errors for us, but not those of connections whose pool another one's error has
 * cleared by then: of several that are cut at once, only the first has its label (7.8, `connectionIsStale` in sdam/server.js).
 * Who writes to a connection that the other side has just ended even gets Node's own error.
 */
function isCutOff(error: unknown): boolean {
  const cause = error instanceof mongoose.mongo.MongoBulkWriteError ? error.errorResponse : error;
  return (
    cause instanceof mongoose.mongo.MongoNetworkError ||
    (cause instanceof Error && 'code' in cause && cause.code === 'EPIPE')
  );
}

/** It took so long that the server ended it in the middle of an operation. Between two of them it is one that is labelled. */
const isOverdue = (error: unknown): boolean => error instanceof mongoose.mongo.MongoServerError && error.code === 290; // TransactionExceededLifetimeLimitSeconds

/** The server gave the transaction up, for another writer's sake or because it took too long. */
const hasLost = (error: unknown): boolean => error instanceof mongoose.mongo.MongoServerError && !isCutOff(error);

/** True for a violated unique index. */
export const isDuplicateKey = (error: unknown): boolean =>
  error instanceof mongoose.mongo.MongoServerError && error.code === 11_000;
