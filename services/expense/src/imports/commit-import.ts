import type { ImportCommit } from '@outlay/contracts/import.ts';
import type { Ledger } from '@outlay/contracts/ledger.ts';
import { isDuplicateKey } from '@outlay/service-kit/mongo.ts';
import type { ClientSession } from 'mongoose';
import type { InLedger } from '../ledger-transactions.ts';
import type { ChunkStore } from './chunk-store.ts';
import type { ExpenseBook } from './expense-book.ts';
import { type DuplicateFinder, explainedBy, type Verdicts, withVerdicts } from './find-duplicates.ts';
import { type Counts, chunkRows, type ImportRecord, type RememberedRow, type StoredRow } from './import-documents.ts';
import type { ImportMetrics } from './import-metrics.ts';
import type { Lease } from './lease.ts';
import { describingKey } from './match-duplicates.ts';
import type { RowMemory } from './row-memory.ts';

/** A chunk that is ready to be written. */
interface Judged {
  first: number;
  rows: StoredRow[];
  chosen: StoredRow[];
  repeated: Verdicts;
}

export interface CommitParts {
  chunks: ChunkStore;
  memory: RowMemory;
  book: ExpenseBook;
  duplicates: DuplicateFinder;
  inLedger: InLedger;
  metrics: ImportMetrics;
  now: () => Date;
}

/**
 * Writes the chosen rows of a preview as expenses, 500 in a transaction, in which the import itself says how far it came.
 * So work that is taken over goes on exactly where it ended, and a worker that lost its import, or whose import is
 * cancelled meanwhile, writes nothing more.
 *
 * Duplicates are looked for again, just before a chunk is written: the preview may be a day old. A row that was new then and is none now is left out, with
 * its reason; one that was shown as a duplicate and chosen all the same is written.
 */
export async function commitImport(
  parts: CommitParts,
  ledger: Ledger,
  record: ImportRecord,
  lease: Lease,
): Promise<void> {
  const { chunks, memory, book, duplicates, inLedger, metrics, now } = parts;
  const { id, mapping, mappingKey } = record;
  const choice = record.choice ?? { rows: 'new', categories: {} };
  const { total } = record.counts;
  let { counts } = record;
  await chunks.keep(id);
  if (mapping && mappingKey) await memory.rememberMapping(ledger.id, mappingKey, mapping);

  const isChosen = chosenBy(choice);
  const used = await expensesExplained(parts, ledger, id);
  let first = record.progress?.done ?? 0;
  let ahead = judge(first);
  while (first < total) {
    const judged = await ahead;
    for (const expense of explainedBy(judged.repeated.values())) used.add(expense);
    first += chunkRows;
    // While this chunk is written, the next one is looked up: neither needs the other.
    ahead = judge(first);
    ahead.catch(() => undefined); // met above, or of no interest where writing fails first
    counts = await writeChunk(judged);
  }
  // The choice of 100,000 rows has done its work.
  await lease.end({ status: 'committed', counts, choice: null });
  metrics.imports.inc({ outcome: 'committed' });
  metrics.rows.inc({ format: record.format ?? '', outcome: 'imported' }, counts.imported);
  metrics.rows.inc({ format: record.format ?? '', outcome: 'skipped' }, total - counts.imported);

  /** A chunk, and which of its chosen rows have become duplicates. */
  async function judge(first: number): Promise<Judged> {
    if (first >= total) return { first, rows: [], chosen: [], repeated: new Map() };
    const chunk = await chunks.find(id, first);
    if (!chunk) throw new Error(`import ${id} has lost its rows from ${first} on`);
    const chosen = chunk.rows.filter(isChosen);
    const fresh = chosen.filter(({ status }) => status === 'new');
    const imported = await duplicates.imported(ledger, fresh);
    const unknown = fresh.filter(({ row }) => !imported.has(row));
    const repeated = new Map([...imported, ...(await duplicates.similar(ledger, id, unknown, used))]);
    return { first, rows: chunk.rows, chosen, repeated };
  }

  /** Where another import brought a row meanwhile, its fingerprint is taken: then the chunk is judged and written anew. */
  async function writeChunk(judged: Judged): Promise<Counts> {
    for (let current = judged; ; current = await judge(judged.first))
      try {
        return await inLedger(ledger.id, (session) => commitChunk(current, session));
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        lease.signal.throwIfAborted();
      }
  }

  async function commitChunk({ first, rows, chosen, repeated }: Judged, session: ClientSession): Promise<Counts> {
    const wanted = chosen.filter(({ row }) => !repeated.has(row));
    const expenses = await write(wanted, session);
    const written = rows.map(({ row }) => expenses.get(row) ?? null);
    const changes = { written, ...(repeated.size > 0 && { rows: withVerdicts(rows, repeated) }) };
    await chunks.change(id, first, changes, session);
    const after = {
      ...counts,
      new: counts.new - repeated.size,
      duplicate: counts.duplicate + repeated.size,
      imported: counts.imported + expenses.size,
    };
    const done = first + rows.length;
    await lease.note({ counts: after, progress: lease.progress(done, done / total) }, session);
    return after;
  }

  /** @returns the ids of the expenses, by row */
  async function write(wanted: readonly StoredRow[], session: ClientSession): Promise<Map<number, string>> {
    const sources = wanted.flatMap((row) => (row.source ? [{ ...row, source: row.source }] : []));
    if (sources.length === 0) return new Map();
    // A category may have gone since the preview: then its expenses have none.
    const categories = new Set((await book.categories(ledger.id, session)).map((category) => category.id));
    const categoryOf = ({ row, category: suggested }: StoredRow) => {
      const category = choice.categories[row] === undefined ? suggested : choice.categories[row];
      return category !== null && categories.has(category) ? category : null;
    };
    const bookings = sources.map((row) => {
      const { date, amount, currency, kind, payee, note } = row.source;
      return { date, amount, currency, kind, payee, note, category: categoryOf(row) };
    });
    const ids = await book.add(session, ledger.id, id, bookings);
    const importedAt = now();
    const remembered = sources.map(
      ({ source }, index): RememberedRow => ({
        key: source.key,
        expense: ids[index]!,
        import: id,
        account: source.account,
        hasBankId: source.bankId !== null,
        payeeKey: describingKey(source),
        importedAt,
      }),
    );
    const again = new Set(sources.flatMap(({ status, source }) => (status === 'duplicate' ? source.key : [])));
    await memory.remember(ledger.id, remembered, again, session);
    return new Map(sources.map(({ row }, index) => [row, ids[index]!]));
  }
}

/** Invalid rows are refused before; one that is named in a choice that came with another preview stays out all the same. */
function chosenBy({ rows }: ImportCommit): (row: StoredRow) => boolean {
  if (rows === 'new') return ({ status }) => status === 'new';
  const chosen = new Set(rows);
  return ({ row, status }) => status !== 'invalid' && chosen.has(row);
}

/** The expenses that rows of this file are known to be, so that no other row is taken for them. */
async function expensesExplained({ chunks, memory }: CommitParts, ledger: Ledger, id: string): Promise<Set<string>> {
  const used = new Set<string>();
  for await (const { rows } of chunks.each(id, ['rows.status', 'rows.duplicateOf', 'rows.source.key'])) {
    for (const expense of explainedBy(rows)) used.add(expense);
    const keys = rows.flatMap(({ status, source }) => (status === 'new' && source ? source.key : []));
    for (const { expense } of (await memory.find(ledger.id, keys)).values()) used.add(expense);
  }
  return used;
}
