import { hash } from 'node:crypto';
import type { ImportCommit } from '@outlay/contracts/import.ts';
import type { FieldError } from '@outlay/contracts/problem.ts';
import { ValidationFailed } from '@outlay/service-kit/problem.ts';
import type { ChunkStore } from './chunk-store.ts';
import type { ExpenseBook } from './expense-book.ts';
import type { Counts, ImportRecord } from './import-documents.ts';

/** So many wrong fields are named; a list of 100,000 helps nobody. */
const errorsMax = 100;

/** Equal for choices of the same rows and categories, however they are written. */
export function choiceKey({ rows, categories }: ImportCommit): string {
  const wanted = rows === 'new' ? rows : [...new Set(rows)].sort((a, b) => a - b);
  const filed = Object.entries(categories).sort(([a], [b]) => Number(a) - Number(b));
  return hash('sha256', JSON.stringify([wanted, filed]), 'base64url');
}

/** @throws {ValidationFailed} naming rows that are not there or cannot be imported, and categories that the ledger lacks */
export async function checkChoice(
  { chunks, book }: { chunks: ChunkStore; book: ExpenseBook },
  { id, ledger, counts }: ImportRecord,
  asked: ImportCommit,
): Promise<void> {
  const errors: FieldError[] = [];
  const overridden = Object.entries(asked.categories);
  const known = new Set((await book.categories(ledger)).map((category) => category.id));
  for (const [row, category] of overridden) {
    const pointer = `#/categories/${row}`;
    if (Number(row) >= counts.total) errors.push({ pointer, detail: noSuchRow(counts) });
    else if (category !== null && !known.has(category))
      errors.push({ pointer, detail: 'is no category of this ledger' });
  }
  if (asked.rows !== 'new') {
    const invalid = new Map<number, string | null>();
    for await (const { rows } of chunks.each(id))
      for (const { row, status, reason } of rows) if (status === 'invalid') invalid.set(row, reason);
    for (const [index, row] of asked.rows.entries()) {
      const pointer = `#/rows/${index}`;
      if (row >= counts.total) errors.push({ pointer, detail: noSuchRow(counts) });
      else if (invalid.has(row)) errors.push({ pointer, detail: `cannot be imported: ${invalid.get(row)}` });
    }
  }
  if (errors.length > 0)
    throw new ValidationFailed('The choice does not fit the preview.', { errors: errors.slice(0, errorsMax) });
}

const noSuchRow = ({ total }: Counts) =>
  total === 0 ? 'the file has no rows' : `is no row of the file: they count from 0 to ${total - 1}`;
