import type { ImportCommit } from '@outlay/contracts/import.ts';
import type { Ledger } from '@outlay/contracts/ledger.ts';
import { isDuplicateKey } from '@outlay/service-kit/mongo.ts';
import { ValidationFailed } from '@outlay/service-kit/problem.ts';
import type { ClientSession } from 'mongoose';
import type { InLedger, PreparedWrites } from '../ledger-transactions.ts';
import type { ChunkStore } from './chunk-store.ts';
import type { ExpenseBook } from './expense-book.ts';
import { type DuplicateFinder, explainedBy, type Verdicts, withVerdicts } from './find-duplicates.ts';
import { type Counts, chunkRows, type ImportRecord, type RememberedRow, type StoredRow } from './import-documents.ts';
import type { ImportMetrics } from './import-metrics.ts';
import type { Lease } from './lease.ts';
import { describingKey } from './match-duplicates.ts';
import type { RowMemory } from './row-memory.ts';

/** A chunk, worked out but for the writing. */
interface Prepared extends PreparedWrites {
  first: number;
  rows: StoredRow[];
  /** Rows that were new in the preview and are none any more. */
  repeated: Verdicts;
  /** The expenses that the rows become, by row. */
  expenses: ReadonlyMap<number, string>;
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
 * its reason; one that was shown as a duplicate and chosen all the same is written. Of the rows that another import brought
 * meanwhile the index on fingerprints tells: only where it refuses a chunk, or there are expenses like its rows, are they looked up.
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
  const categoriesNow = async () => new Set((await book.categories(ledger.id)).map((category) => category.id));
  let categories = await categoriesNow();
  let explained: Promise<Set<string>> | undefined;
  let first = record.progress?.done ?? 0;
  let ahead = prepare(first);
  while (first < total) {
    const prepared = await ahead;
    first += chunkRows;
    // While this chunk is written, the next one is worked out: neither needs the other.
    ahead = prepare(first);
    ahead.catch(() => undefined); // met above, or of no interest where writing fails first
    counts = await writeChunk(prepared);
  }
  // The choice of 100,000 rows has done its work.
  await lease.end({ status: 'committed', counts, choice: null });
  metrics.imports.inc({ outcome: 'committed' });
  metrics.rows.inc({ format: record.format ?? '', outcome: 'imported' }, counts.imported);
  metrics.rows.inc({ format: record.format ?? '', outcome: 'skipped' }, total - counts.imported);

  /** @param refused the chunk as it could not be written, for it holds rows that another import has brought */
  async function prepare(first: number, refused?: Prepared): Promise<Prepared> {
    if (first >= total) return { first, rows: [], repeated: new Map(), expenses: new Map(), write: async () => {} };
    const chunk = await chunks.find(id, first);
    if (!chunk) throw new Error(`import ${id} has lost its rows from ${first} on`);
    const { rows } = chunk;
    const chosen = rows.filter(isChosen);
    const repeated = await judge(
      chosen.filter(({ status }) => status === 'new'),
      refused,
    );
    return { first, rows, repeated, ...(await prepareRows(chosen.filter(({ row }) => !repeated.has(row)))) };
  }

  /** Which of these rows, new in the preview, have become duplicates. */
  async function judge(rows: readonly StoredRow[], refused?: Prepared): Promise<Verdicts> {
    const alike = await duplicates.alike(ledger, id, rows);
    if (alike.length === 0 && !refused) return new Map();
    explained ??= expensesExplained(parts, ledger, id);
    const used = await explained;
    const imported = await duplicates.imported(ledger, rows);
    // What explained these rows at the first look may do so again.
    const taken = new Set(used);
    for (const expense of explainedBy(refused?.repeated.values() ?? [])) taken.delete(expense);
    for (const expense of explainedBy(imported.values())) taken.add(expense);
    const unknown = rows.filter(({ row }) => !imported.has(row));
    const repeated = new Map([...imported, ...(await duplicates.similar(unknown, alike, taken))]);
    for (const expense of explainedBy(repeated.values())) used.add(expense);
    return repeated;
  }

  async function prepareRows(wanted: readonly StoredRow[]): Promise<Pick<Prepared, 'expenses' | 'write'>> {
    const sources = wanted.flatMap((row) => (row.source ? [{ ...row, source: row.source }] : []));
    // A category may have gone since the preview: then its expenses have none.
    const categoryOf = ({ row, category: suggested }: StoredRow) => {
      const category = choice.categories[row] === undefined ? suggested : choice.categories[row];
      return category !== null && categories.has(category) ? category : null;
    };
    const bookings = sources.map((row) => {
      const { date, amount, currency, kind, payee, note } = row.source;
      return { date, amount, currency, kind, payee, note, category: categoryOf(row) };
    });
    const batch = await book.prepare(ledger.id, id, bookings);
    const importedAt = now();
    const remembered = sources.map(
      ({ source }, index): RememberedRow => ({
        key: source.key,
        expense: batch.ids[index]!,
        import: id,
        account: source.account,
        hasBankId: source.bankId !== null,
        payeeKey: describingKey(source),
        importedAt,
      }),
    );
    const again = new Set(sources.flatMap(({ status, source }) => (status === 'duplicate' ? source.key : [])));
    const memories = memory.prepare(ledger.id, remembered, again);
    return {
      expenses: new Map(sources.map(({ row }, index) => [row, batch.ids[index]!])),
      async write(session) {
        await batch.write(session);
        await memories.write(session);
      },
    };
  }

  /**
   * Where another import brought a row meanwhile, its fingerprint is taken; where a category is gone, its expenses have none. Then
   * the chunk is worked out and written anew.
   */
  async function writeChunk(prepared: Prepared): Promise<Counts> {
    for (let current = prepared; ; )
      try {
        return await inLedger(ledger.id, (session) => commitChunk(current, session));
      } catch (error) {
        if (error instanceof ValidationFailed) categories = await categoriesNow();
        else if (!isDuplicateKey(error)) throw error;
        lease.signal.throwIfAborted();
        current = await prepare(current.first, current);
      }
  }

  async function commitChunk(
    { first, rows, repeated, expenses, write }: Prepared,
    session: ClientSession,
  ): Promise<Counts> {
    await write(session);
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
  for await (const { rows } of chunks.each(id)) {
    for (const expense of explainedBy(rows)) used.add(expense);
    const keys = rows.flatMap(({ status, source }) => (status === 'new' && source ? source.key : []));
    for (const { expense } of (await memory.find(ledger.id, keys)).values()) used.add(expense);
  }
  return used;
}
