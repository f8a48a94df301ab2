// One measurement of Actual, in a process of its own: `node run.js SIZE` reads expenses as JSON lines on standard input and
// writes what it measured as JSON. Plain JavaScript, for whichever Node its better-sqlite3 was built for.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as actual from '@actual-app/api';

const turns = Number(process.argv[2]);
const dataDir = mkdtempSync(join(tmpdir(), 'outlay-bench-actual-'));
const log = console.log;
console.log = () => {}; // Actual tells much

const expenses = [];
for await (const line of createInterface({ input: process.stdin })) expenses.push(JSON.parse(line));

const importMs = [];
let account;
const categories = new Map();
await actual.init({ dataDir });
await actual.runImport('bench', async () => {
  account = await actual.createAccount({ name: 'Bench' }, 0);
  const group_id = await actual.createCategoryGroup({ name: 'Bench' });
  for (const { category } of expenses)
    if (category && !categories.has(category))
      categories.set(category, await actual.createCategory({ name: category, group_id }));
  const startedAt = performance.now();
  // As its own importers do: without looking for duplicates, in batches.
  for (let first = 0; first < expenses.length; first += 10_000)
    await actual.addTransactions(
      account,
      expenses.slice(first, first + 10_000).map(({ date, amount, kind, payee, note, category }) => ({
        date,
        amount: kind === 'income' ? amount : -amount,
        payee_name: payee,
        notes: note,
        category: categories.get(category),
      })),
      { learnCategories: false, runTransfers: false },
    );
  importMs.push(performance.now() - startedAt);
});

const inYear = [{ date: { $gte: '2024-01-01' } }, { date: { $lte: '2024-12-31' } }];
const all = () => actual.q('transactions').filter({ $and: inYear });
const work = {
  'month totals': () =>
    actual.aqlQuery(
      all()
        .groupBy({ $month: '$date' })
        .select([{ month: { $month: '$date' } }, { amount: { $sum: '$amount' } }]),
    ),
  'category totals': () =>
    actual.aqlQuery(
      all()
        .groupBy('category')
        .select(['category', { amount: { $sum: '$amount' } }]),
    ),
};
const figures = {};
for (const [name, ask] of Object.entries(work)) {
  const times = [];
  let rows = 0;
  for (let turn = 0; turn < turns + 3; turn++) {
    const startedAt = performance.now();
    rows = (await ask()).data.length;
    if (turn >= 3) times.push(performance.now() - startedAt);
  }
  if (rows < 2) throw new Error(`${name} has ${rows} rows`);
  times.sort((a, b) => a - b);
  figures[name] = { p50Ms: times[Math.floor(turns / 2)], p99Ms: times[Math.floor(turns * 0.99)] };
}
await actual.shutdown();
rmSync(dataDir, { recursive: true, force: true });
log(JSON.stringify({ importMs: importMs[0], figures, node: process.version }));
process.exit();
