// Actual measured, in a process of its own and plain JavaScript, for whichever Node its better-sqlite3 was built for:
// `node run.js TURNS SIZE…` reads expenses as JSON lines on standard input and writes what it measured as JSON.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as actual from '@actual-app/api';
import Database from 'better-sqlite3';

const [turns, ...sizes] = process.argv.slice(2).map(Number);
const dataDir = mkdtempSync(join(tmpdir(), 'outlay-bench-actual-'));
const say = console.log;
console.log = () => {}; // Actual tells much

const expenses = [];
for await (const line of createInterface({ input: process.stdin })) expenses.push(JSON.parse(line));

await actual.init({ dataDir });
let importMs = 0;
await actual.runImport('bench', async () => {
  const account = await actual.createAccount({ name: 'Bench' }, 0);
  const group_id = await actual.createCategoryGroup({ name: 'Bench' });
  const categories = new Map();
  for (const { category } of expenses)
    if (category && !categories.has(category))
      categories.set(category, await actual.createCategory({ name: category, group_id }));
  const transactions = expenses.map(({ date, amount, kind, payee, note, category }) => ({
    date,
    amount: kind === 'income' ? amount : -amount,
    payee_name: payee,
    notes: note,
    category: categories.get(category),
  }));
  const startedAt = performance.now();
  // As its own importers do it: the fast way, which looks for no duplicates.
  await actual.addTransactions(account, transactions, { learnCategories: false, runTransfers: false });
  importMs = performance.now() - startedAt;
});

// Two milliseconds a transaction: larger budgets are filled past the API, as ours are. Copies lie evenly over the same ten years.
const [budget] = await actual.getBudgets();
const database = new Database(join(dataDir, budget.id, 'db.sqlite'));
const columns = database
  .prepare('PRAGMA table_info(transactions)')
  .all()
  .map(({ name }) => name)
  .filter((name) => name !== 'id');
const count = () => database.prepare('SELECT count(*) AS n FROM transactions').get().n;
const fillTo = (size) => {
  while (count() < size)
    database
      .prepare(
        `INSERT INTO transactions (id, ${columns}) SELECT lower(hex(randomblob(16))), ${columns} FROM transactions LIMIT ?`,
      )
      .run(size - count());
};

const inYear = { $and: [{ date: { $gte: '2024-01-01' } }, { date: { $lte: '2024-12-31' } }] };
const sums = (by, select) =>
  actual.aqlQuery(
    actual
      .q('transactions')
      .filter(inYear)
      .groupBy(by)
      .select([select, { amount: { $sum: '$amount' } }]),
  );
const work = {
  'month totals': () => sums({ $month: '$date' }, { month: { $month: '$date' } }),
  'category totals': () => sums('category', 'category'),
};
const figures = [];
for (const size of sizes) {
  fillTo(size);
  for (const [figure, ask] of Object.entries(work)) {
    const times = [];
    const startedAt = performance.now();
    for (let turn = -3; turn < turns; turn++) {
      const began = performance.now();
      const { data } = await ask();
      if (data.length < 12) throw new Error(`${figure} of ${size} has ${data.length} rows`);
      if (turn >= 0) times.push(performance.now() - began);
      if (performance.now() - startedAt > 20_000 && times.length > 4) break;
    }
    times.sort((a, b) => a - b);
    const at = (part) => times[Math.min(times.length - 1, Math.floor(times.length * part))];
    figures.push({ figure, size, p50Ms: at(0.5), p99Ms: at(0.99) });
  }
}
database.close();
await actual.shutdown();
rmSync(dataDir, { recursive: true, force: true });
say(JSON.stringify({ imported: expenses.length, importMs, figures, node: process.version }));
process.exit();
