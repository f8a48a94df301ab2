import type { Kind } from '@outlay/contracts/expense.ts';
import { Counter, Gauge, type Registry } from 'prom-client';

export interface ExpenseMetrics {
  /** Expenses written one by one, once the write is durable; imports count their own. */
  written(kind: Kind, outcome: 'created' | 'replayed' | 'changed' | 'deleted' | 'restored'): void;
  /** Cells of all ledgers that differed from the expenses when they were last compared; anything but 0 is a fault of ours. */
  drift: Gauge;
  rollupChecks: Counter<'outcome'>;
}

export function createExpenseMetrics(registry: Registry): ExpenseMetrics {
  const written = new Counter({
    name: 'outlay_expenses_written_total',
    help: 'Expenses written, by kind and outcome',
    labelNames: ['kind', 'outcome'] as const,
    registers: [registry],
  });
  const drift = new Gauge({
    name: 'outlay_rollup_drift',
    help: 'Rollup cells that differ from the expenses, as last compared',
    registers: [registry],
  });
  const rollupChecks = new Counter({
    name: 'outlay_rollup_checks_total',
    help: 'Ledgers whose rollups were compared with their expenses, by outcome',
    labelNames: ['outcome'] as const,
    registers: [registry],
  });
  for (const outcome of ['equal', 'drifted', 'failed']) rollupChecks.inc({ outcome }, 0);
  return { written: (kind, outcome) => written.inc({ kind, outcome }), drift, rollupChecks };
}
