import type { Category, Ledger } from '@outlay/contracts/ledger.ts';
import { readStatement } from '@outlay/statements/read-statement.ts';
import { type ReadRow, UnreadableStatement } from '@outlay/statements/statement.ts';
import type { ChunkStore } from './chunk-store.ts';
import type { ExpenseBook } from './expense-book.ts';
import { repeatedInFile } from './explain-duplicate.ts';
import { type DuplicateFinder, explainedBy, withVerdicts } from './find-duplicates.ts';
import { type Chunk, type Counts, chunkRows, type ImportRecord, noCounts, type StoredRow } from './import-documents.ts';
import type { ImportMetrics } from './import-metrics.ts';
import type { ImportStore } from './import-store.ts';
import type { Lease } from './lease.ts';
import { categoryByName } from './match-category.ts';
import { payeeKey } from './payee-similarity.ts';
import { createFingerprints } from './row-fingerprint.ts';
import type { RowMemory } from './row-memory.ts';
import type { UploadStore } from './upload-store.ts';

/** As many as a commit may name; a file of 20 MiB can hold millions of tiny ones. */
export const rowsMax = 100_000;
/** Of one ledger; a person looks at one or two. */
const previewsMax = 20;

export interface ReadParts {
  store: ImportStore;
  chunks: ChunkStore;
  uploads: UploadStore;
  memory: RowMemory;
  book: ExpenseBook;
  duplicates: DuplicateFinder;
  metrics: ImportMetrics;
}

/** Of the time that reading takes, as measured: parsing and knowing rows again; the rest is comparing. */
const parsingShare = 0.7;
/** Progress is noted so often; each note is a write. */
const noteMs = 200;

/**
 * Reads a bank's file from the pieces it was kept in and keeps its rows as a preview; the ledger is not touched.
 *
 * In two passes: first every row is read and known again by its fingerprint, then what is still new and has expenses like it
 * is compared with those that no row has explained. In one pass an expense could be taken by a similar row before its own row is read.
 * Taken over in the middle it parses again, because fingerprints count the equals before a row, but looks up, compares and
 * writes only what is not there yet.
 */
export async function readImport(parts: ReadParts, ledger: Ledger, record: ImportRecord, lease: Lease): Promise<void> {
  const { store, chunks, uploads, memory, book, duplicates, metrics } = parts;
  const { id } = record;
  const expiresAt = record.expiresAt ?? new Date();
  const used = new Set<string>();
  let { format } = record;
  let counts = noCounts();
  let compared = record.progress?.done ?? 0;
  let notedAt = 0;
  const note = async (share: number, isDue = Date.now() - notedAt > noteMs) => {
    lease.signal.throwIfAborted();
    if (!isDue) return;
    await lease.note({ status: 'reading', counts, progress: lease.progress(compared, share) });
    notedAt = Date.now();
  };

  try {
    for await (const { rows } of chunks.each(id)) {
      for (const expense of explainedBy(rows)) used.add(expense);
      counts = withRows(counts, rows);
    }
    await note(record.progress?.share ?? 0, true);
    // Once rows are compared, all of them are there.
    if (compared === 0) await parse();
    for await (const chunk of chunks.eachAlike(id, compared)) {
      await compare(chunk);
      compared = chunk.first + chunk.rows.length;
      await note(parsingShare + (1 - parsingShare) * (compared / counts.total));
    }
    await lease.end({ status: 'preview', counts });
    metrics.imports.inc({ outcome: 'previewed' });
    for (const outcome of ['new', 'duplicate', 'invalid'] as const)
      metrics.rows.inc({ format: format ?? '', outcome }, counts[outcome]);
    for (const old of (await store.withStatus(ledger.id, ['preview'])).slice(previewsMax))
      if (await store.delete(ledger.id, old, ['preview'])) await chunks.delete(old);
  } catch (error) {
    if (!(error instanceof UnreadableStatement)) throw error;
    await lease.end({ status: 'failed', failure: error.message, counts: noCounts() });
    metrics.imports.inc({ outcome: 'unreadable' });
    await chunks.delete(id);
  }
  await uploads.delete(id);

  /** The first pass. */
  async function parse(): Promise<void> {
    let read = 0;
    async function* bytes() {
      for await (const piece of uploads.read(id)) {
        yield piece;
        read += piece.length;
      }
    }
    const reader = await readStatement(bytes(), {
      currency: record.asked.currency ?? ledger.currency,
      mapping: record.asked.mapping ?? undefined,
      suggestMapping: (mappingKey) => memory.findMapping(ledger.id, mappingKey),
    });
    const { encoding, mapping, mappingKey, columns } = reader;
    format = reader.format;
    await lease.note({ format, encoding, mapping, mappingKey, columns });
    const suggest = categorySuggestions(parts, ledger, await book.categories(ledger.id));
    const kept = counts.total;
    let first = 0;
    let keeping = Promise.resolve();
    try {
      for await (const rows of chunksOf(reader.batches)) {
        // While rows are looked up and kept, the next ones are parsed; in order, so that no gap is left at an end.
        await keeping;
        if (first >= kept) {
          keeping = keep(first, rows);
          keeping.catch(() => undefined); // met at the next turn
        }
        first += rows.length;
        await note(parsingShare * (read / record.bytes));
      }
    } finally {
      await keeping;
    }

    async function keep(first: number, read: StoredRow[]): Promise<void> {
      const asNew = read.filter(({ status }) => status === 'new');
      const rows = withVerdicts(read, await duplicates.imported(ledger, asNew));
      await suggest(rows);
      for (const expense of explainedBy(rows)) used.add(expense);
      const unexplained = rows.filter(({ status }) => status === 'new');
      const hasAlike = (await duplicates.alike(ledger, id, unexplained)).length > 0;
      await chunks.add(id, { first, rows }, hasAlike, expiresAt);
      counts = withRows(counts, rows);
    }
  }

  /** The second pass, for one chunk. */
  async function compare({ first, rows }: Chunk): Promise<void> {
    const fresh = rows.filter(({ status }) => status === 'new');
    const verdicts = await duplicates.similar(fresh, await duplicates.alike(ledger, id, fresh), used);
    if (verdicts.size === 0) return;
    const judged = withVerdicts(rows, verdicts);
    for (const expense of explainedBy(judged)) used.add(expense);
    await chunks.change(id, first, { rows: judged });
    counts = { ...counts, new: counts.new - verdicts.size, duplicate: counts.duplicate + verdicts.size };
  }
}

function withRows(counts: Counts, rows: readonly Pick<StoredRow, 'status'>[]): Counts {
  const sum = { ...counts, total: counts.total + rows.length };
  for (const { status } of rows) sum[status] += 1;
  return sum;
}

/** The file's rows, 500 at a time, each with its fingerprint. */
async function* chunksOf(batches: AsyncIterable<ReadRow[]>): AsyncGenerator<StoredRow[]> {
  const fingerprint = createFingerprints();
  let chunk: StoredRow[] = [];
  let row = 0;
  for await (const rows of batches)
    for (const read of rows) {
      if (row === rowsMax)
        throw new UnreadableStatement(`The file has more than ${rowsMax} bookings. Split it, for example by year.`);
      chunk.push(toStoredRow(row++, read, fingerprint));
      if (chunk.length < chunkRows) continue;
      yield chunk;
      chunk = [];
    }
  if (chunk.length > 0) yield chunk;
}

function toStoredRow(row: number, read: ReadRow, fingerprint: ReturnType<typeof createFingerprints>): StoredRow {
  const { line } = read;
  const common = { row, line, duplicateOf: null, category: null };
  if (!read.ok) return { ...common, status: 'invalid', reason: read.reason, source: null };
  const { booking } = read;
  const { key, earlier } = fingerprint({ row, line }, booking);
  const source = { ...booking, key };
  if (!earlier) return { ...common, status: 'new', reason: null, source };
  const reason = repeatedInFile(booking.bankId ?? '', earlier);
  return { ...common, status: 'duplicate', reason, duplicateOf: { expense: null, row: earlier.row }, source };
}

/**
 * Gives rows the category that the file names, else the one last given to the payee, else the one that the payee's rows of
 * earlier files have by now. Each payee is asked for once a file.
 */
function categorySuggestions(
  { memory, book }: Pick<ReadParts, 'memory' | 'book'>,
  ledger: Ledger,
  categories: readonly Category[],
) {
  const byName = categoryByName(categories);
  const byPayee = new Map<string, string | null>();

  async function learn(payees: readonly string[]) {
    const found = await book.categoriesOfPayees(ledger.id, payees);
    const keys = new Map(payees.flatMap((payee) => (found.has(payee) ? [] : [[payee, payeeKey(payee)]])));
    const latest = await memory.findLatestOfPayees(ledger.id, [...new Set(keys.values())]);
    const categoryOf = await book.categoriesOf(ledger.id, [...latest.values()]);
    for (const payee of payees) {
      const expense = latest.get(keys.get(payee) ?? '');
      byPayee.set(payee, found.get(payee) ?? categoryOf.get(expense ?? '') ?? null);
    }
  }

  return async (rows: readonly StoredRow[]): Promise<void> => {
    const payees = rows.flatMap(({ source }) => (source?.payee && !byPayee.has(source.payee) ? source.payee : []));
    if (payees.length > 0) await learn([...new Set(payees)]);
    for (const row of rows) {
      if (!row.source) continue;
      const { categoryName, payee } = row.source;
      row.category = (categoryName && byName(categoryName)) || (byPayee.get(payee) ?? null);
    }
  };
}
