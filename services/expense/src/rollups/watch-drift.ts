import type { Log } from '@outlay/service-kit/log.ts';
import type { ExpenseMetrics } from '../expense-metrics.ts';
import type { LedgerStore } from '../ledgers/ledger-store.ts';
import type { RollupCheck } from './compare-rollups.ts';

/** A check takes at most this part of the time, however large the ledgers. */
const effort = 1 / 50;
const brokenMax = 1_000;

export interface DriftWatch {
  /** Checks the next ledger now; on a schedule by itself. */
  checkNext(): Promise<void>;
  /** Ends the schedule and waits for a check that is under way. */
  stop(): Promise<void>;
}

/**
 * Goes round the ledgers, one a turn, and compares rollups with expenses. There is no reason why they should ever differ:
 * the metric is there so that a fault of ours is seen by us before it is seen by a user.
 * @param everyMs 0: only when asked
 */
export function watchDrift({
  ledgerStore,
  rollupCheck,
  metrics,
  log,
  everyMs,
}: {
  ledgerStore: LedgerStore;
  rollupCheck: RollupCheck;
  metrics: ExpenseMetrics;
  log: Log;
  everyMs: number;
}): DriftWatch {
  const broken = new Map<string, number>();
  let last: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let underway: Promise<void> = Promise.resolve();
  let isStopped = everyMs === 0;
  schedule(everyMs);

  function schedule(delayMs: number): void {
    if (isStopped) return;
    timer = setTimeout(() => {
      const startedAt = Date.now();
      underway = checkNext().finally(() => schedule(Math.max(everyMs, (Date.now() - startedAt) / effort)));
    }, delayMs);
    timer.unref();
  }

  async function checkNext(): Promise<void> {
    try {
      last = await ledgerStore.next(last);
      if (last === undefined) return;
      const { length } = await rollupCheck.compare(last);
      metrics.rollupChecks.inc({ outcome: length ? 'drifted' : 'equal' });
      if (length) log.error({ ledger: last, cells: length }, 'rollups differ from the expenses');
      broken.delete(last);
      if (length && broken.size < brokenMax) broken.set(last, length);
      metrics.drift.set([...broken.values()].reduce((sum, cells) => sum + cells, 0));
    } catch (error) {
      metrics.rollupChecks.inc({ outcome: 'failed' });
      log.warn({ err: error }, 'rollups could not be compared');
    }
  }

  return {
    checkNext,
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await underway;
    },
  };
}
