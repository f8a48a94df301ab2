import { Counter, type Registry } from 'prom-client';

export type ImportMetrics = ReturnType<typeof createImportMetrics>;

export function createImportMetrics(registry: Registry) {
  return {
    /** `previewed`, `committed`, `discarded`, `unreadable`; `refused` for uploads that never became a file. */
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
  };
}
