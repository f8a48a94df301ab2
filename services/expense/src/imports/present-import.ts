import type { Import, ImportRow, ImportSummary } from '@outlay/contracts/import.ts';
import type { ImportRecord, StoredRow } from './import-documents.ts';

/** An import that is being committed shows as a preview that no longer expires: its commit can be asked for again. */
export function presentSummary(record: ImportRecord): ImportSummary {
  const { id, fileName, format, encoding, mapping, columns, counts, createdAt, expiresAt } = record;
  return {
    id,
    status: record.status === 'committed' ? 'committed' : 'preview',
    fileName,
    format,
    encoding,
    mapping,
    columns,
    counts,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
  };
}

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
