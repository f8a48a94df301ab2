import type { Ledger } from '@outlay/contracts/ledger.ts';
import type { ClientSession } from 'mongoose';
import type { InLedger } from '../ledger-transactions.ts';
import type { ChunkStore } from './chunk-store.ts';
import type { ExpenseBook } from './expense-book.ts';
import { chunkRows, type ImportRecord } from './import-documents.ts';
import type { ImportMetrics } from './import-metrics.ts';
import type { Lease } from './lease.ts';
import type { RowMemory } from './row-memory.ts';

export interface UndoParts {
  chunks: ChunkStore;
  memory: RowMemory;
  book: ExpenseBook;
  inLedger: InLedger;
  metrics: ImportMetrics;
}

/**
 * Takes the expenses of an import back, 500 rows in a transaction with their sums, in which the import itself says how far
 * it came: taken over, it goes on exactly there. What the rows were known by is forgotten with them, so that the file can be
 * imported again; expenses that were changed since and stay keep it, or the file would bring them a second time.
 */
export async function undoImport(parts: UndoParts, ledger: Ledger, record: ImportRecord, lease: Lease): Promise<void> {
  const { chunks, memory, book, inLedger, metrics } = parts;
  const { id, counts } = record;
  const { changed, endsAs } = record.undo ?? { changed: 'keep', endsAs: 'undone' };
  let undone = record.undone ?? { removed: 0, kept: 0 };
  for (let first = record.progress?.done ?? 0; first < counts.total; first += chunkRows)
    undone = await inLedger(ledger.id, (session) => undoChunk(first, session));
  await lease.end({ status: endsAs, undone });
  metrics.imports.inc({ outcome: endsAs });
  await chunks.delete(id);

  async function undoChunk(first: number, session: ClientSession) {
    const chunk = await chunks.find(id, first, session);
    const written = (chunk?.written ?? []).flatMap((expense, index) => {
      const key = chunk?.rows[index]?.source?.key;
      return expense !== null && key !== undefined ? [{ expense, key }] : [];
    });
    const ids = written.map(({ expense }) => expense);
    const { removed, kept } = await book.takeBack(session, ledger.id, ids, changed === 'keep');
    const forgotten = written.flatMap(({ expense, key }) => (kept.has(expense) ? [] : key));
    await memory.forget(ledger.id, id, forgotten, session);
    const after = { removed: undone.removed + removed, kept: undone.kept + kept.size };
    const done = first + chunkRows;
    await lease.note({ undone: after, progress: lease.progress(done, Math.min(1, done / counts.total)) }, session);
    return after;
  }
}

/** How many of an import's expenses were changed since it wrote them. */
export async function countChanged(
  { chunks, book }: Pick<UndoParts, 'chunks' | 'book'>,
  { id, ledger }: ImportRecord,
): Promise<number> {
  let changed = 0;
  for await (const written of chunks.eachWritten(id)) changed += await book.countChanged(ledger, written);
  return changed;
}
