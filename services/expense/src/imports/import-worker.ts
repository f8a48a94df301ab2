import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '@outlay/service-kit/log.ts';
import { inSpan } from '@outlay/service-kit/trace.ts';
import type { ImportRecord } from './import-documents.ts';
import type { ImportMetrics } from './import-metrics.ts';
import type { Held, ImportStore } from './import-store.ts';
import { type Lease, LeaseLost, openLease } from './lease.ts';

/** The work of a status. It ends its lease, or throws where it cannot go on. */
export type Job = (record: ImportRecord, lease: Lease) => Promise<void>;

export interface WorkerParts {
  store: ImportStore;
  jobs: { read: Job; commit: Job; undo: Job };
  /** Called where the work was taken away: whatever a cancelled import still has can go. */
  onLost(record: ImportRecord): Promise<void>;
  onNote(id: string): void;
  metrics: ImportMetrics;
}

export interface ImportWorker {
  start(log: Log): void;
  /** Looks for work now instead of at the next turn. */
  wake(): void;
  /** Takes no more work, gives back what is under way after its current step, and waits for that. */
  stop(): Promise<void>;
}

/** A pod looks for the work of others that died so often. */
const pollMs = 2_000;
const smallBytes = 1024 * 1024;
/**
 * What one process works on at once, by the size of the file: one import of any size, so that memory is bounded, and beside
 * it small ones, so that nobody waits for a stranger's hundred thousand rows.
 */
const lanes = [Number.MAX_SAFE_INTEGER, smallBytes, smallBytes];
/** A file that ends its reader so often, without one step forward between, is given up. */
const readAttemptsMax = 5;
const failure = 'The file could not be read for a fault on our side.';
const pauseMaxMs = 60_000;

/** Works on imports in the background: any process takes any import, and goes on where another one ended. */
export function createImportWorker({ store, jobs, onLost, onNote, metrics }: WorkerParts): ImportWorker {
  const stopping = new AbortController();
  let woken = Promise.withResolvers<void>();
  let running: Promise<void>[] = [];

  async function work(held: Held, log: Log): Promise<void> {
    const { record, attempts } = held;
    const name = jobName(record);
    const lease = openLease(store, held, stopping.signal, () => onNote(record.id));
    const startedAt = performance.now();
    const attributes = { 'outlay.ledger': record.ledger, 'outlay.import': record.id, 'outlay.attempt': attempts };
    metrics.underWay.inc({ work: name });
    let outcome = 'done';
    try {
      if (name === 'read' && attempts > readAttemptsMax) await lease.end({ status: 'failed', failure });
      else await inSpan(`import ${name}`, { parent: held.traceparent, attributes }, () => jobs[name](record, lease));
    } catch (error) {
      outcome = await settle(held, lease, error, log);
    } finally {
      lease.close();
      metrics.underWay.dec({ work: name });
      metrics.jobs.observe({ work: name, outcome }, (performance.now() - startedAt) / 1_000);
      log.info(
        { import: record.id, job: name, outcome, attempts, ms: Math.round(performance.now() - startedAt) },
        'import',
      );
    }
  }

  /** @returns how it went */
  async function settle(held: Held, lease: Lease, error: unknown, log: Log): Promise<string> {
    const { record, attempts } = held;
    if (stopping.signal.aborted) {
      await store.release(held, 0, false);
      return 'handed-on';
    }
    if (lease.signal.aborted || error instanceof LeaseLost) {
      await onLost(record);
      return 'lost';
    }
    const pauseMs = Math.min(pauseMaxMs, 125 * 2 ** attempts);
    log.error({ err: error, import: record.id, attempts, pauseMs }, 'an import does not come on');
    await store.release(held, pauseMs, true);
    setTimeout(wake, pauseMs).unref();
    return 'failed';
  }

  async function lane(bytesMax: number, log: Log): Promise<void> {
    const { signal } = stopping;
    while (!signal.aborted) {
      const call = woken.promise;
      try {
        const held = await store.take(randomUUID(), bytesMax);
        if (held) await work(held, log);
        else await Promise.race([call, pause(pollMs, undefined, { signal })]);
      } catch (error) {
        if (signal.aborted) return;
        // The database is away: what is held is taken over when its lease ends, by us or by another.
        log.warn({ err: error }, 'imports wait');
        await pause(pollMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  function wake(): void {
    woken.resolve();
    woken = Promise.withResolvers();
  }

  return {
    start(log) {
      running = lanes.map((bytesMax) => lane(bytesMax, log));
    },
    wake,
    async stop() {
      stopping.abort();
      await Promise.all(running);
    },
  };
}

const jobName = ({ status }: ImportRecord) =>
  status === 'committing' ? 'commit' : status === 'undoing' ? 'undo' : 'read';
