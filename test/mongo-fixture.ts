import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findMongod } from '@outlay/database-setup/find-mongod.ts';
import { ensureReplicaSet } from '@outlay/database-setup/replica-set.ts';
import { type Mongod, startMongod } from '@outlay/database-setup/start-mongod.ts';

const prefix = 'outlay-test-mongod-';
/** A mongod writes a checkpoint every minute. */
const staleMs = 60 * 60_000;

/**
 * One replica set for a whole run of mocha, where OUTLAY_TEST_MONGODB_URI names none. mocha loads this file before
 * the test files, which may read the variable as they load; so the set stands by then (about a second).
 */
let running: { mongod: Mongod; folder: string } | undefined;

if (!process.env.OUTLAY_TEST_MONGODB_URI) {
  // mocha would report its own trouble with a module that fails while it loads.
  running = await start().catch((error: Error) => {
    console.error(error.message);
    process.exit(1);
  });
  const members = `127.0.0.1:${running.mongod.port}`;
  process.env.OUTLAY_TEST_MONGODB_URI = `mongodb://${members}/?replicaSet=rs0&directConnection=true`;
}

async function start() {
  const binary = await findMongod({ keepIn: join(import.meta.dirname, '../.outlay/mongodb'), log: console.error });
  await removeStale();
  const folder = await mkdtemp(join(tmpdir(), prefix));
  const mongod = await startMongod({ binary, dbPath: folder, port: 0, cacheGb: 1 });
  await ensureReplicaSet({ name: 'rs0', members: [`127.0.0.1:${mongod.port}`] });
  return { mongod, folder };
}

/** What killed runs left on the disk; their mongod ended with them. */
async function removeStale(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(prefix)) continue;
    const folder = join(tmpdir(), name);
    const checkpoint = await stat(join(folder, 'WiredTiger.turtle')).catch(() => undefined);
    if (checkpoint && Date.now() - checkpoint.mtimeMs > staleMs) await rm(folder, { recursive: true, force: true });
  }
}

export async function mochaGlobalTeardown(): Promise<void> {
  if (!running) return;
  await running.mongod.stop(2_000);
  await rm(running.folder, { recursive: true, force: true });
}
