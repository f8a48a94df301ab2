/** What the tests of this package share. */
import { readFileSync } from 'node:fs';
import { readStatement } from './read-statement.ts';
import type { ReadOptions, ReadRow, StatementReader } from './statement.ts';

export const fixture = (path: string): Buffer => readFileSync(new URL(`../fixtures/${path}`, import.meta.url));

/** Reads a whole statement. Text is encoded as UTF-8. */
export async function readAll(
  source: string | Uint8Array | AsyncIterable<Uint8Array>,
  options: Partial<ReadOptions> = {},
): Promise<StatementReader & { all: ReadRow[] }> {
  const bytes = typeof source === 'string' ? new TextEncoder().encode(source) : source;
  const reader = await readStatement(bytes, { currency: 'EUR', ...options });
  const all: ReadRow[] = [];
  for await (const rows of reader.batches) all.push(...rows);
  return { ...reader, all };
}

/** A row on one line: `line: date ±minor currency | payee | note`, or `line: refused: reason`. */
export function brief(row: ReadRow): string {
  if (!row.ok) return `${row.line}: refused: ${row.reason}`;
  const { date, amount, currency, kind, payee, note } = row.booking;
  return `${row.line}: ${date} ${kind === 'expense' ? '-' : '+'}${amount} ${currency} | ${payee} | ${note}`;
}

/** The rows of a statement as {@link brief} lines. */
export async function rowsOf(
  source: string | Uint8Array | AsyncIterable<Uint8Array>,
  options: Partial<ReadOptions> = {},
): Promise<string[]> {
  return (await readAll(source, options)).all.map(brief);
}

/** Cuts bytes into chunks after the given positions. */
export async function* chunked(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  let from = 0;
  for (const to of [...cuts, bytes.length].filter((cut) => cut <= bytes.length).sort((a, b) => a - b)) {
    if (to > from) yield bytes.subarray(from, to);
    from = Math.max(from, to);
  }
}
