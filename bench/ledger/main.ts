/**
 * `npm run bench:ledger [-- --quick]`: how long a ledger's figures, lists and writes take as it grows, beside what
 * the bare driver takes for the least work with the same result.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { repositoryRoot } from '../../scripts/start/settings.ts';
import { aimsOf } from './aims.ts';
import { fillLedgers, makeLedger } from './bench-ledger.ts';
import { type Bench, measureAnalytics, measureLists } from './figures.ts';
import { measurePeer } from './peer.ts';
import { aimsTable, machine, type Row, tableOf, writeRows } from './report.ts';
import { startSystem } from './system.ts';
import { measureCreates, measureImport, measureRebuild, prepareScratch } from './writes.ts';

const { values: flags } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
const sizes = flags.quick ? [10_000, 100_000] : [10_000, 100_000, 1_000_000];
const turns = flags.quick ? 200 : 500;
const importRows = flags.quick ? 10_000 : 100_000;
const startedAt = Date.now();
const say = (line: string) => console.log(`${((Date.now() - startedAt) / 1_000).toFixed(0).padStart(4)} s  ${line}`);

const folder = await mkdtemp(join(tmpdir(), 'outlay-bench-ledger-'));
const system = await startSystem(folder);
try {
  const { doors, database } = system;
  const bench: Bench = { doors, database };
  const rows: Row[] = [];
  const take = async (name: string, measured: Promise<Row[]>) => {
    rows.push(...(await measured));
    say(name);
  };

  const ledgers = [];
  for (const size of sizes) ledgers.push(await makeLedger(doors.gateway, `${size} expenses`, size));
  await fillLedgers(database, ledgers);
  say(`filled: ${sizes.join(', ')} expenses`);

  for (const ledger of ledgers) await take(`rebuilt ${ledger.size}`, measureRebuild(bench, ledger));
  await prepareScratch(database);
  await take('analytics', measureAnalytics(bench, ledgers, turns));
  await take('lists and searches', measureLists(bench, ledgers, turns));
  for (const ledger of ledgers) await take(`creates in ${ledger.size}`, measureCreates(bench, ledger, turns));
  const empty = await makeLedger(doors.gateway, 'An import', 0);
  const imported = await measureImport(bench, empty, importRows, system.expenseRssMiB);
  rows.push(...imported.rows);
  say(`import of ${importRows}`);

  // Who cannot have it, for it compiles SQLite, still has all the rest.
  await take(
    'Actual',
    measurePeer(sizes, 20, rows).catch((error: Error) => {
      say(error.message);
      return [];
    }),
  );

  await writeRows(join(repositoryRoot, 'bench/results/ledger.json'), rows);
  console.log(`\n${machine()}, MongoDB ${system.mongodVersion}, ${new Date().toISOString().slice(0, 10)}\n`);
  console.log(`${tableOf(rows)}\n\n${aimsTable(aimsOf(rows, imported.rssMaxMiB))}\n`);
} finally {
  await system.stop();
  await rm(folder, { recursive: true, force: true });
}
process.exit();
