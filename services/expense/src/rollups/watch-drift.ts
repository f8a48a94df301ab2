import type { Log } from '@outlay/service-kit/log.ts';
import type { ExpenseMetrics } from '../expense-metrics.ts';
import type { LedgerStore } from '../ledgers/ledger-store.ts';
import type { RollupCheck } from './compare-rollups.ts';
import type { DriftRound } from './drift-round.ts';

/** Checks take at most this part of the time, however large the ledgers and however many replicas there are. */
const effort = 1 / 50;

export interface DriftWatch {
  /** Checks the next ledger now, unless another replica does; on a schedule by itself. */
  checkNext(): Promise<void>;
  /** Ends the schedule and waits for a check that is under way. */
  stop(): Promise<void>;
}

/**
 * Goes round the ledgers, one a turn, and compares rollups with expenses. There is no reason why they should ever differ:
 * the metric is there so that a fault of ours is seen by us before it is seen by a user. Every replica shows what any of
 * them has found.
 * @param everyMs 0: only when asked
 */
export function watchDrift({
  ledgerStore,
  rollupCheck,
  driftRound,
  metrics,
  log,
  everyMs,
}: {
  ledgerStore: LedgerStore;
  rollupCheck: RollupCheck;
  driftRound: DriftRound;
  metrics: ExpenseMetrics;
  log: Log;
  everyMs: number;
}): DriftWatch {
  let timer: NodeJS.Timeout | undefined;
  let underway: Promise<void> = Promise.resolve();
  let isStopped = everyMs === 0;
  schedule();

  /** At a moment of its own between half and one and a half of the time, so that replicas do not come all at once. */
  function schedule(): void {
    if (isStopped) return;
    timer = setTimeout(
      () => {
        underway = checkNext().finally(schedule);
      },
      everyMs * (0.5 + Math.random()),
    );
    timer.unref();
  }

  async function checkNext(): Promise<void> {
    try {
      const turn = await driftRound.take();
      if (turn) await check(turn.after);
      const broken = await driftRound.broken();
      metrics.drift.set([...broken.values()].reduce((sum, cells) => sum + cells, 0));
    } catch (error) {
      metrics.rollupChecks.inc({ outcome: 'failed' });
      log.warn({ err: error }, 'rollups could not be compared');
    }
  }

  async function check(after: string | undefined): Promise<void> {
    const startedAt = Date.now();
    const ledger = await ledgerStore.next(after);
    let cells: number | undefined;
    try {
      if (ledger === undefined) return;
      cells = (await rollupCheck.compare(ledger)).length;
      if (cells > 0) log.error({ ledger, cells }, 'rollups differ from the expenses');
      metrics.rollupChecks.inc({ outcome: cells > 0 ? 'drifted' : 'equal' });
    } finally {
      // Half of the schedule is the earliest that this replica comes again.
      const pauseMs = Math.max(everyMs / 2, (Date.now() - startedAt) / effort - everyMs / 2);
      await driftRound.note(ledger, cells, everyMs && pauseMs);
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
