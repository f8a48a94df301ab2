import type { Category, Ledger } from '@outlay/contracts/ledger.ts';
import { readStatement } from '@outlay/statements/read-statement.ts';
import { type StatementReader, type StatementRow, UnreadableStatement } from '@outlay/statements/statement.ts';
import type { ExpenseBook } from './expense-book.ts';
import { repeatedInFile } from './explain-duplicate.ts';
import { type DuplicateFinder, explainedBy, withVerdicts } from './find-duplicates.ts';
import { type Chunk, chunkRows, type ImportRecord, noCounts, type StoredRow } from './import-documents.ts';
import type { ImportStore } from './import-store.ts';
import { categoryByName } from './match-category.ts';
import { payeeKey } from './payee-similarity.ts';
import { StatementUnreadable } from './problems.ts';
import type { Upload } from './read-upload.ts';
import { createFingerprints } from './row-fingerprint.ts';

/** As many as a commit may name; a file of 20 MiB can hold millions of tiny ones. */
export const rowsMax = 100_000;
const previewMs = 24 * 3_600_000;
/** Of one ledger; a person looks at one or two. */
const previewsMax = 20;

export interface PreviewDependencies {
  store: ImportStore;
  book: ExpenseBook;
  duplicates: DuplicateFinder;
  now: () => Date;
}

/**
 * Reads a bank's file as it arrives and keeps its rows as a preview for a day; the ledger is not touched.
 *
 * In two passes: first every row is read and known again by its fingerprint, then what is still new is compared with the
 * expenses that no row has explained. In one pass an expense could be taken by a similar row before its own row is read.
 * Nothing is left behind where reading fails.
 * @throws {StatementUnreadable} and whatever the upload rejects with
 */
export async function previewStatement(
  { store, book, duplicates, now }: PreviewDependencies,
  ledger: Ledger,
  upload: Upload,
): Promise<ImportRecord> {
  const id = store.newId();
  const createdAt = now();
  const expiresAt = new Date(createdAt.getTime() + previewMs);
  const used = new Set<string>();
  const counts = noCounts();
  try {
    const reader = await open(upload, ledger, store);
    const suggest = categorySuggestions({ store, book }, ledger, await book.categories(ledger.id));
    for await (const read of chunksOf(reader.rows)) {
      const verdicts = await duplicates.imported(
        ledger,
        read.filter(({ status }) => status === 'new'),
      );
      const rows = await suggest(withVerdicts(read, verdicts));
      for (const expense of explainedBy(rows)) used.add(expense);
      await store.addChunk(id, { first: counts.total, rows, isCommitted: false }, expiresAt);
      counts.total += rows.length;
    }
    for await (const chunk of store.eachChunk(id)) {
      const rows = await compare(chunk);
      for (const expense of explainedBy(rows)) used.add(expense);
      for (const { status } of rows) counts[status] += 1;
    }
    const { format, encoding, mapping, mappingKey, columns } = reader;
    const { fileName } = upload;
    const layout = { fileName, format, encoding, mapping, mappingKey, columns };
    const preview: ImportRecord = {
      ...layout,
      id,
      ledger: ledger.id,
      status: 'preview',
      counts,
      choice: null,
      createdAt,
      expiresAt,
    };
    await store.addImport(preview);
    await store.discardPreviews(ledger.id, previewsMax);
    return preview;
  } catch (error) {
    // Where even this fails, the rows expire.
    await store.deleteChunks(id).catch(() => undefined);
    throw error instanceof UnreadableStatement ? new StatementUnreadable(error.message, { cause: error }) : error;
  }

  async function compare(chunk: Chunk): Promise<StoredRow[]> {
    const fresh = chunk.rows.filter(({ status }) => status === 'new');
    const verdicts = await duplicates.similar(ledger, id, fresh, used);
    if (verdicts.size === 0) return chunk.rows;
    const rows = withVerdicts(chunk.rows, verdicts);
    await store.replaceChunk(id, { ...chunk, rows });
    return rows;
  }
}

const open = (upload: Upload, ledger: Ledger, store: ImportStore): Promise<StatementReader> =>
  readStatement(upload.bytes, {
    currency: upload.currency ?? ledger.currency,
    mapping: upload.mapping,
    suggestMapping: (mappingKey) => store.findMapping(ledger.id, mappingKey),
  });

/** The file's rows, 500 at a time, each with its fingerprint. */
async function* chunksOf(rows: AsyncIterable<StatementRow>): AsyncGenerator<StoredRow[]> {
  const fingerprint = createFingerprints();
  let chunk: StoredRow[] = [];
  for await (const row of rows) {
    if (row.row >= rowsMax)
      throw new UnreadableStatement(`The file has more than ${rowsMax} bookings. Split it, for example by year.`);
    chunk.push(toStoredRow(row, fingerprint));
    if (chunk.length < chunkRows) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

function toStoredRow(read: StatementRow, fingerprint: ReturnType<typeof createFingerprints>): StoredRow {
  const { row, line } = read;
  const common = { row, line, duplicateOf: null, category: null, expense: null };
  if (!read.ok) return { ...common, status: 'invalid', reason: read.reason, source: null };
  const { booking } = read;
  const { key, earlier } = fingerprint(read, booking);
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
  { store, book }: Pick<PreviewDependencies, 'store' | 'book'>,
  ledger: Ledger,
  categories: readonly Category[],
) {
  const byName = categoryByName(categories);
  const byPayee = new Map<string, string | null>();

  async function learn(payees: readonly string[]) {
    const found = await book.categoriesOfPayees(ledger.id, payees);
    const keys = new Map(payees.flatMap((payee) => (found.has(payee) ? [] : [[payee, payeeKey(payee)]])));
    const latest = await store.findLatestOfPayees(ledger.id, [...new Set(keys.values())]);
    const categoryOf = await book.categoriesOf(ledger.id, [...latest.values()]);
    for (const payee of payees) {
      const expense = latest.get(keys.get(payee) ?? '');
      byPayee.set(payee, found.get(payee) ?? categoryOf.get(expense ?? '') ?? null);
    }
  }

  return async (rows: StoredRow[]): Promise<StoredRow[]> => {
    const payees = rows.flatMap(({ source }) => (source?.payee && !byPayee.has(source.payee) ? source.payee : []));
    if (payees.length > 0) await learn([...new Set(payees)]);
    return rows.map((row) => {
      if (!row.source) return row;
      const { categoryName, payee } = row.source;
      return { ...row, category: (categoryName && byName(categoryName)) || (byPayee.get(payee) ?? null) };
    });
  };
}
