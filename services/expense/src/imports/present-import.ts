import type { Import, ImportResult, ImportRow, ImportSummary } from '@outlay/contracts/import.ts';
import type { ImportRecord, StoredRow } from './import-documents.ts';

export function presentSummary(record: ImportRecord): ImportSummary {
  const { id, status, fileName, format, encoding, mapping, columns, counts, createdAt, expiresAt } = record;
  return {
    id,
    status,
    fileName,
    format,
    encoding,
    mapping,
    columns,
    counts,
    progress: record.progress && {
      share: Math.round(record.progress.share * 1_000) / 1_000,
      startedAt: record.progress.startedAt.toISOString(),
      estimatedEnd: record.progress.estimatedEnd?.toISOString() ?? null,
    },
    failure: record.failure,
    undone: record.undone,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
  };
}

export const presentResult = ({ id, counts }: ImportRecord): ImportResult => ({
  id,
  status: 'committed',
  imported: counts.imported,
  skipped: counts.total - counts.imported,
});

/** @param rows the ones that are shown, in order */
export function presentImport(record: ImportRecord, rows: readonly StoredRow[]): Import {
  const next = rows.length > 0 ? rows.at(-1)!.row + 1 : record.counts.total;
  return {
    ...presentSummary(record),
    rows: rows.map(presentRow),
    nextRow: next < record.counts.total ? next : null,
  };
}

function presentRow({ row, line, status, reason, duplicateOf, source, category }: StoredRow): ImportRow {
  const presented = { row, line, status, reason, duplicateOf };
  if (!source) return { ...presented, expense: null };
  const { date, amount, currency, kind, payee, note } = source;
  return { ...presented, expense: { date, amount, currency, kind, payee, note, category } };
}
