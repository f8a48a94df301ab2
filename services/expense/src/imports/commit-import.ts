import type { ImportCommit, ImportResult } from '@outlay/contracts/import.ts';
import type { Ledger } from '@outlay/contracts/ledger.ts';
import type { FieldError } from '@outlay/contracts/problem.ts';
import { ValidationFailed } from '@outlay/service-kit/problem.ts';
import type { ClientSession } from 'mongoose';
import type { InLedger } from '../ledger-transactions.ts';
import type { ExpenseBook } from './expense-book.ts';
import { type DuplicateFinder, explainedBy, type Verdicts, withVerdicts } from './find-duplicates.ts';
import {
  type Chunk,
  type Counts,
  chunkRows,
  type ImportRecord,
  noCounts,
  type RememberedRow,
  type StoredRow,
} from './import-documents.ts';
import type { ImportStore } from './import-store.ts';
import { describingKey } from './match-duplicates.ts';
import { ImportNotFound } from './problems.ts';

export interface CommitDependencies {
  store: ImportStore;
  book: ExpenseBook;
  duplicates: DuplicateFinder;
  inLedger: InLedger;
  now: () => Date;
}

/** So many wrong fields are named; a list of 100,000 helps nobody. */
const errorsMax = 100;

/**
 * Writes the chosen rows of a preview as expenses, 500 in a transaction, each with what makes a repetition harmless: the
 * chunk is marked as committed and its rows are remembered in the same transaction. So a commit that is asked for twice, at
 * the same time, or again after the service died in its middle, goes on where the other is and answers the same.
 *
 * Duplicates are looked for again: the preview may be a day old. A row that was new then and is none now is left out, with
 * its reason; one that was shown as a duplicate and chosen all the same is written.
 * @throws {ImportNotFound | ValidationFailed}
 */
export async function commitImport(
  dependencies: CommitDependencies,
  ledger: Ledger,
  id: string,
  asked: ImportCommit,
): Promise<ImportResult> {
  const { store, book, duplicates, inLedger, now } = dependencies;
  const preview = await store.findImport(ledger.id, id);
  if (preview?.status === 'preview') await checkChoice(dependencies, preview, asked);
  const record = await store.beginCommit(ledger.id, id, asked);
  if (!record) throw new ImportNotFound(id);
  if (record.status === 'committed') return result(record.id, record.counts);
  if (record.mapping && record.mappingKey) await store.rememberMapping(ledger.id, record.mappingKey, record.mapping);

  const choice = record.choice ?? asked;
  const isChosen = chosenBy(choice);
  const used = await expensesExplained(dependencies, ledger, id);
  const counts = noCounts();
  for (let first = 0; first < record.counts.total; first += chunkRows) {
    const { rows } = await inLedger(ledger.id, (session) => commitChunk(first, session));
    for (const expense of explainedBy(rows)) used.add(expense);
    for (const { status, expense } of rows) {
      counts.total += 1;
      counts[status] += 1;
      if (expense !== null) counts.imported += 1;
    }
  }
  await store.endCommit(ledger.id, id, counts);
  return result(id, counts);

  async function commitChunk(first: number, session: ClientSession): Promise<Chunk> {
    const chunk = await store.findChunk(id, first, session);
    if (!chunk) throw new Error(`import ${id} has lost its rows from ${first} on`);
    if (chunk.isCommitted) return chunk;
    const chosen = chunk.rows.filter(isChosen);
    const repeated = await becomeDuplicates(chosen, session);
    const wanted = chosen.filter(({ row }) => !repeated.has(row));
    const expenses = await write(wanted, session);
    const rows = withVerdicts(chunk.rows, repeated).map((row) => ({ ...row, expense: expenses.get(row.row) ?? null }));
    const committed = { first, rows, isCommitted: true };
    await store.replaceChunk(id, committed, session);
    return committed;
  }

  async function becomeDuplicates(chosen: StoredRow[], session: ClientSession): Promise<Verdicts> {
    const fresh = chosen.filter(({ status }) => status === 'new');
    const imported = await duplicates.imported(ledger, fresh, session);
    const unknown = fresh.filter(({ row }) => !imported.has(row));
    return new Map([...imported, ...(await duplicates.similar(ledger, id, unknown, used, session))]);
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
    await store.remember(ledger.id, remembered, again, session);
    return new Map(sources.map(({ row }, index) => [row, ids[index]!]));
  }
}

const result = (id: string, { total, imported }: Counts): ImportResult => ({
  id,
  status: 'committed',
  imported,
  skipped: total - imported,
});

/** Invalid rows are refused before; one that is named in a choice that came with another preview stays out all the same. */
function chosenBy({ rows }: ImportCommit): (row: StoredRow) => boolean {
  if (rows === 'new') return ({ status }) => status === 'new';
  const chosen = new Set(rows);
  return ({ row, status }) => status !== 'invalid' && chosen.has(row);
}

/** The expenses that rows of this file are known to be, so that no other row is taken for them. */
async function expensesExplained({ store }: CommitDependencies, ledger: Ledger, id: string): Promise<Set<string>> {
  const used = new Set<string>();
  for await (const { rows } of store.eachChunk(id)) {
    for (const expense of explainedBy(rows)) used.add(expense);
    const keys = rows.flatMap(({ status, source }) => (status === 'new' && source ? source.key : []));
    for (const { expense } of (await store.findRemembered(ledger.id, keys)).values()) used.add(expense);
  }
  return used;
}

/** @throws {ValidationFailed} naming rows that are not there or cannot be imported, and categories that the ledger lacks */
async function checkChoice(
  { store, book }: CommitDependencies,
  { id, ledger, counts }: ImportRecord,
  asked: ImportCommit,
) {
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
    for await (const { rows } of store.eachChunk(id))
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
