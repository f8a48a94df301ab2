import { closeSync, mkdirSync, openSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type GuardedProcess, startGuarded } from './guarded-process.ts';
import { explainMongodExit, isDataInUse, MongodFailure } from './mongod-failure.ts';

export interface MongodOptions {
  readonly binary: string;
  readonly dbPath: string;
  /** 0: any free port. */
  readonly port: number;
  /** Where given, access control is on and members of the set know each other by it. */
  readonly keyFile?: string;
  /** Appended to. Default: `mongod.log` in the data folder. */
  readonly logPath?: string;
  readonly replicaSet?: string;
  /** WiredTiger's cache in GB, ≥ 0.25. mongod's own default is half of the machine's memory. */
  readonly cacheGb?: number;
  /** Server parameters beside ours, or in their place: `--setParameter name=value`. */
  readonly parameters?: Readonly<Record<string, string | number | boolean>>;
  /** How long it may take to answer. Recovery after a crash replays the journal, which takes a while. */
  readonly readyMs?: number;
  /** How long to wait where another mongod still holds the data, as one of a killed run does until it has ended. */
  readonly dataInUseMs?: number;
  /** Ends the wait, and the mongod with it. */
  readonly signal?: AbortSignal | undefined;
}

const ourParameters = {
  // Full-time diagnostic data takes up to 200 MB of disk and a core's attention every second.
  diagnosticDataCollectionEnabled: false,
  // A service that is killed leaves its transaction open, and others cannot write what it wrote until this has passed
  // and the reaper came by (half of it more). The default of 60 s is 79 s of 503 for a ledger's month.
  transactionLifetimeLimitSeconds: 5,
  // On SIGTERM a primary waits 15 s for secondaries to take over; there are none.
  shutdownTimeoutMillisForSignaledShutdown: 0,
};

export interface Mongod {
  readonly port: number;
  readonly logPath: string;
  readonly process: GuardedProcess;
  /** Ends it in order; it gets `graceMs` (default 5 s) for its checkpoint before it is killed (the journal keeps the data). */
  stop(graceMs?: number): Promise<void>;
}

/**
 * Starts a mongod on 127.0.0.1 that dies with this process, and waits until it answers.
 * @throws {MongodFailure} one line that says what is wrong and what to do
 */
export async function startMongod(options: MongodOptions): Promise<Mongod> {
  const patienceEnd = Date.now() + (options.dataInUseMs ?? 6_000);
  for (;;) {
    const attempt = await tryStart(options);
    if (!('log' in attempt)) return attempt;
    if (!isDataInUse(attempt.log) || Date.now() > patienceEnd) throw attempt.failure;
    options.signal?.throwIfAborted();
    await delay(250);
  }
}

async function tryStart(options: MongodOptions): Promise<Mongod | { failure: MongodFailure; log: string }> {
  const { binary, dbPath, port, keyFile, replicaSet = 'rs0', cacheGb = 0.25, readyMs = 60_000, signal } = options;
  const logPath = options.logPath ?? join(dbPath, 'mongod.log');
  mkdirSync(dbPath, { recursive: true, mode: 0o700 });
  const logStart = (await stat(logPath).catch(() => undefined))?.size ?? 0;
  const output = openSync(logPath, 'a', 0o600);
  const mongod = startGuarded({
    command: binary,
    output,
    args: [
      ...['--dbpath', dbPath, '--port', String(port), '--bind_ip', '127.0.0.1', '--nounixsocket'],
      ...['--replSet', replicaSet, '--wiredTigerCacheSizeGB', String(cacheGb)],
      ...(keyFile ? ['--keyFile', keyFile] : []),
      ...Object.entries({ ...ourParameters, ...options.parameters }).flatMap(([name, value]) => [
        '--setParameter',
        `${name}=${value}`,
      ]),
    ],
  });
  closeSync(output);

  const readyBy = Date.now() + readyMs;
  for (;;) {
    const log = await readFrom(logPath, logStart);
    // "Waiting for connections", log id 23016 since 4.4
    const listening = /"id":23016\b[^\n]*"port":(\d+)/.exec(log);
    if (listening && mongod.exitCode === undefined) {
      return {
        port: Number(listening[1]),
        logPath,
        process: mongod,
        stop: (graceMs = 5_000) => mongod.stop(graceMs),
      };
    }
    if (mongod.exitCode !== undefined) {
      const whole = await readFrom(logPath, logStart);
      return {
        failure: new MongodFailure(explainMongodExit(mongod.exitCode, whole, { port, dbPath, logPath })),
        log: whole,
      };
    }
    if (signal?.aborted || Date.now() > readyBy) {
      await mongod.stop(2_000);
      signal?.throwIfAborted();
      throw new MongodFailure(`mongod did not answer within ${readyMs / 1_000} s. Its log: ${logPath}`);
    }
    await Promise.race([delay(20), mongod.exited]);
  }
}

async function readFrom(path: string, start: number): Promise<string> {
  await using file = await open(path, 'r');
  const { size } = await file.stat();
  const buffer = Buffer.alloc(Math.max(0, size - start));
  const { bytesRead } = await file.read(buffer, 0, buffer.length, start);
  return buffer.toString('utf8', 0, bytesRead);
}
