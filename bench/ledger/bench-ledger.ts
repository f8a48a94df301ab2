import type { NewExpense } from '@outlay/contracts/expense.ts';
import type { Ledger } from '@outlay/contracts/ledger.ts';
import { connectMongo } from '@outlay/service-kit/mongo.ts';
import type { Connection, mongo } from 'mongoose';
import { Registry } from 'prom-client';
import { createExpenseParts, type ExpenseParts } from '../../services/expense/src/expense-parts.ts';
import { type StoredExpense, toStored } from '../../services/expense/src/expenses/expense-document.ts';
import type { Door } from './doors.ts';
import { categoriesMax, generateExpenses } from './generate-expenses.ts';

/** The expense service's database, read and written by the driver and by the service's own parts. */
export interface Database {
  readonly connection: Connection;
  readonly parts: ExpenseParts;
  readonly expenses: mongo.Collection<StoredExpense>;
  close(): Promise<void>;
}

export async function openDatabase(uri: string): Promise<Database> {
  const connection = await connectMongo({ uri, appName: 'bench', registry: new Registry() });
  const parts = createExpenseParts({ connection, registry: new Registry() });
  return {
    connection,
    parts,
    expenses: connection.collection('expenses') as unknown as mongo.Collection<StoredExpense>,
    close: () => connection.close(),
  };
}

/** A ledger of the bench. */
export interface BenchLedger {
  readonly id: string;
  readonly size: number;
  readonly path: string;
  /** The categories that its expenses use. */
  readonly categories: readonly string[];
}

/** Makes a ledger by the API, with as many categories as its expenses use. */
export async function makeLedger(door: Door, name: string, size: number): Promise<BenchLedger> {
  const body = { name, currency: 'EUR', timeZone: 'Europe/Berlin' };
  const { id } = await door.call<Ledger>('/api/v1/ledgers', { body });
  const path = `/api/v1/ledgers/${id}`;
  const { items } = await door.call<{ items: { id: string }[] }>(`${path}/categories`);
  const ids = items.map((category) => category.id);
  while (ids.length < categoriesMax)
    ids.push((await door.call<{ id: string }>(`${path}/categories`, { body: { name: `Own ${ids.length}` } })).id);
  return { id, size, path, categories: ids.slice(0, categoriesMax) };
}

const batchRows = 2_000;

/**
 * Fills ledgers past the API, as a restored dump would: documents as the service stores them, then the service's own indexes.
 * The rollups are for its rebuild to make.
 */
export async function fillLedgers({ parts, expenses }: Database, ledgers: readonly BenchLedger[]) {
  // All entries of an index sorted at once are written several times faster than one by one.
  await expenses.dropIndexes();
  for (const { id, size, categories } of ledgers) {
    let writing: Promise<unknown> = Promise.resolve();
    for (const batch of batches(generateExpenses(size, size, categories), batchRows)) {
      const documents = batch.map((expense) => toStored(id, expense, new Date()));
      await writing;
      await parts.vocabulary.learn(
        id,
        documents.flatMap(({ words }) => words),
      );
      writing = expenses.insertMany(documents, { ordered: false, writeConcern: { w: 1 } });
    }
    await writing;
  }
  await parts.prepare();
}

export function* batches<T>(rows: Iterable<T>, length: number): Generator<T[]> {
  let batch: T[] = [];
  for (const row of rows) {
    batch.push(row);
    if (batch.length < length) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** A file of these expenses as a bank gives it, with each one's category and the bank's id. */
export function toBankFile(expenses: Iterable<NewExpense>, nameOf: (category: string) => string): string {
  const lines = ['Date,Amount,Currency,Payee,Note,Category,Transaction ID'];
  let row = 0;
  for (const { date, amount, currency, kind, payee, note, category } of expenses) {
    const signed = (kind === 'income' ? amount : -amount) / 100;
    const name = category === null ? '' : `"${nameOf(category)}"`;
    lines.push([date, signed.toFixed(2), currency, payee, note, name, `bench-${row++}`].join(','));
  }
  return lines.join('\n');
}
