import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export type ImportMetrics = ReturnType<typeof createImportMetrics>;

export function createImportMetrics(registry: Registry) {
  return {
    /** `previewed`, `committed`, `undone`, `cancelled`, `discarded`, `unreadable`; `refused` for uploads that never became a file. */
    imports: new Counter({
      name: 'outlay_imports_total',
      help: 'Imports of bank files by outcome',
      labelNames: ['outcome'] as const,
      registers: [registry],
    }),
    /** `new`, `duplicate` and `invalid` as a preview shows them; `imported` and `skipped` as a commit leaves them. */
    rows: new Counter({
      name: 'outlay_import_rows_total',
      help: 'Rows of bank files by format and outcome',
      labelNames: ['format', 'outcome'] as const,
      registers: [registry],
    }),
    underWay: new Gauge({
      name: 'outlay_import_jobs_under_way',
      help: 'Imports that this process works on, by work',
      labelNames: ['work'] as const,
      registers: [registry],
    }),
    /** `done`; `handed-on` at the end of the process; `lost` to a cancel or another worker; `failed`, to be tried again. */
    jobs: new Histogram({
      name: 'outlay_import_job_duration_seconds',
      help: 'Background work on imports by work and outcome',
      labelNames: ['work', 'outcome'] as const,
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300],
      registers: [registry],
    }),
  };
}
