import { setTimeout } from 'node:timers/promises';
import type { NewExpense } from '@outlay/contracts/expense.ts';
import type { ImportSummary } from '@outlay/contracts/import.ts';
import { isBeingWorkedOn } from '@outlay/contracts/import-status.ts';
import { type mongo, Types } from 'mongoose';
import { expenseSchema, type StoredExpense, toStored } from '../../services/expense/src/expenses/expense-document.ts';
import { type BenchLedger, batches, type Database, toBankFile } from './bench-ledger.ts';
import type { Door } from './doors.ts';
import type { Bench } from './figures.ts';
import { generateExpenses } from './generate-expenses.ts';
import { allAtOnce, once, takeTurns } from './measure.ts';
import type { Row } from './report.ts';

const newExpense = (ledger: BenchLedger, turn: number): NewExpense => ({
  date: `2025-11-${String(1 + (turn % 28)).padStart(2, '0')}`,
  amount: 100 + turn,
  currency: 'EUR',
  kind: 'expense',
  category: ledger.categories[turn % ledger.categories.length]!,
  payee: 'Green Bakery Berlin',
  note: '',
  tags: [],
});
const create = (door: Door, ledger: BenchLedger) => (turn: number) =>
  door.call(`${ledger.path}/expenses`, { body: newExpense(ledger, turn) });

/** A bare transaction of two documents: one inserted, one incremented, both durable with the majority. */
function bareTransaction({ connection }: Database, ledger: BenchLedger): (turn: number) => Promise<unknown> {
  const scratch = connection.collection('bench_expenses');
  const sums = connection.collection<{ _id: string }>('bench_sums');
  const client = connection.getClient();
  return async (turn) => {
    const session = client.startSession();
    try {
      await session.withTransaction(
        async () => {
          await scratch.insertOne(toStored(ledger.id, newExpense(ledger, turn), new Date()), { session });
          await sums.updateOne({ _id: '2025-11' }, { $inc: { 'total.sum': 1, 'total.count': 1 } }, { session });
        },
        { writeConcern: { w: 'majority' }, readConcern: { level: 'snapshot' } },
      );
    } finally {
      await session.endSession();
    }
  };
}

export async function prepareScratch({ connection }: Database): Promise<void> {
  for (const name of ['bench_expenses', 'bench_sums', 'bench_import'])
    await connection.dropCollection(name).catch(() => undefined);
  await connection.createCollection('bench_expenses');
  await connection.collection<{ _id: string }>('bench_sums').insertOne({ _id: '2025-11' });
}

export async function measureCreates({ doors, database }: Bench, ledger: BenchLedger, turns: number): Promise<Row[]> {
  await doors.refresh();
  const { size } = ledger;
  const floor = bareTransaction(database, ledger);
  const service = create(doors.service, ledger);
  const alone = await takeTurns({ service, gateway: create(doors.gateway, ledger), floor }, { turns });
  const floorP50Ms = alone.floor.p50Ms;
  const rows: Row[] = [
    { figure: 'create', size, ...alone.service, floorP50Ms },
    { figure: 'create, through the gateway', size, ...alone.gateway, floorP50Ms },
  ];
  for (const workers of [1, 8]) {
    const times = turns * 2;
    const { perSecond, ...timing } = await allAtOnce(service, { times, workers });
    const bare = await allAtOnce(floor, { times, workers });
    const figure = workers === 1 ? 'create, 1 client' : `create, ${workers} clients of one ledger`;
    rows.push({ figure, size, ...timing, floorP50Ms: bare.p50Ms, perSecond, floorPerSecond: bare.perSecond });
  }
  return rows;
}

/**
 * Imports a bank's file, with categories, duplicates and rollups, into an empty ledger, beside insertMany of the same documents
 * into a collection with the same indexes, and into one without any.
 * @param rssMiB what expense has of memory at the moment
 */
export async function measureImport(
  { doors, database }: Bench,
  ledger: BenchLedger,
  size: number,
  rssMiB: () => Promise<number>,
): Promise<{ rows: Row[]; rssMaxMiB: number }> {
  await doors.refresh();
  const { items } = await doors.service.call<{ items: { id: string; name: string }[] }>(`${ledger.path}/categories`);
  const names = new Map(items.map(({ id, name }) => [id, name]));
  const expenses = [...generateExpenses(size + 7, size, ledger.categories)];
  const file = toBankFile(expenses, (category) => names.get(category)!);

  let rssMaxMiB = 0;
  const watch = setInterval(async () => {
    rssMaxMiB = Math.max(rssMaxMiB, await rssMiB());
  }, 250);
  const imported = await once(() => importFile(doors.service, ledger, file));
  clearInterval(watch);
  if (imported.result !== size) throw new Error(`${imported.result} of ${size} rows were imported`);

  const documents = expenses.map((expense) => toStored(ledger.id, expense, new Date()));
  const bare = await insertBare(database, documents, true);
  const withoutIndexes = await insertBare(database, documents, false);
  const row = (figure: string, floorMs: number): Row => ({
    figure,
    size,
    p50Ms: imported.p50Ms,
    p99Ms: imported.p99Ms,
    floorP50Ms: floorMs,
    perSecond: (size * 1_000) / imported.p50Ms,
    floorPerSecond: (size * 1_000) / floorMs,
  });
  return {
    rows: [row('import', bare), row('import, floor without indexes', withoutIndexes)],
    rssMaxMiB,
  };
}

/** @returns how many rows became expenses */
async function importFile(door: Door, { path }: BenchLedger, file: string): Promise<number> {
  const headers = { prefer: 'respond-async' };
  const { id } = await door.call<{ id: string }>(`${path}/imports?fileName=bench.csv`, {
    body: file,
    type: 'text/csv',
    headers,
  });
  const settled = async (): Promise<ImportSummary> => {
    for (;;) {
      const state = await door.call<ImportSummary>(`${path}/imports/${id}?limit=0`);
      if (!isBeingWorkedOn(state.status)) return state;
      // Rarely: each question takes from what is measured.
      await setTimeout(100);
    }
  };
  await settled();
  await door.call(`${path}/imports/${id}/commit`, { body: { rows: 'new' }, headers });
  return (await settled()).counts.imported;
}

async function insertBare(
  { connection }: Database,
  documents: readonly StoredExpense[],
  hasIndexes: boolean,
): Promise<number> {
  await connection.dropCollection('bench_import').catch(() => undefined);
  const scratch = connection.collection('bench_import') as unknown as mongo.Collection<StoredExpense>;
  if (hasIndexes)
    await scratch.createIndexes(
      expenseSchema.indexes().map(([key, options]) => ({ key, ...options }) as mongo.IndexDescription),
    );
  const fresh = documents.map((document) => ({ ...document, _id: new Types.ObjectId() }));
  const { p50Ms } = await once(async () => {
    for (const batch of batches(fresh, 500)) await scratch.insertMany(batch, { writeConcern: { w: 'majority' } });
  });
  return p50Ms;
}

/** Makes all rollups of a ledger anew, by the service's own rebuild, beside one scan of its expenses by aggregation. */
export async function measureRebuild({ database }: Bench, { id, size }: BenchLedger): Promise<Row[]> {
  const { connection, expenses, parts } = database;
  const rollups = connection.collection<{ _id: string }>('rollups');
  await rollups.deleteMany({ _id: { $gte: `${id}:`, $lt: `${id};` } });
  const { p50Ms, p99Ms } = await once(() => parts.rollupCheck.rebuild(id));
  const sums = [{ $group: { _id: null, sum: { $sum: '$amount' }, count: { $sum: 1 } } }];
  const scan = await once(() => expenses.aggregate<{ count: number }>(sums, { hint: { $natural: 1 } }).toArray());
  // The collection holds the other ledgers too.
  const floorP50Ms = (scan.p50Ms * size) / scan.result[0]!.count;
  return [{ figure: 'rebuild of all rollups', size, p50Ms, p99Ms, floorP50Ms }];
}
