import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findMongod } from '@outlay/database-setup/find-mongod.ts';
import { ensureReplicaSet } from '@outlay/database-setup/replica-set.ts';
import { type Mongod, startMongod } from '@outlay/database-setup/start-mongod.ts';

/**
 * One replica set for a whole run of mocha, where OUTLAY_TEST_MONGODB_URI names none. mocha loads this file before
 * the test files, which may read the variable as they load; so the set stands by then (about a second).
 */
let running: { mongod: Mongod; folder: string } | undefined;

if (!process.env.OUTLAY_TEST_MONGODB_URI) {
  running = await start();
  const members = `127.0.0.1:${running.mongod.port}`;
  process.env.OUTLAY_TEST_MONGODB_URI = `mongodb://${members}/?replicaSet=rs0&directConnection=true`;
}

async function start() {
  const binary = await findMongod({ keepIn: join(import.meta.dirname, '../.outlay/mongodb'), log: console.error });
  const folder = await mkdtemp(join(tmpdir(), 'outlay-test-mongod-'));
  const mongod = await startMongod({ binary, dbPath: folder, port: 0, cacheGb: 1 });
  await ensureReplicaSet({ name: 'rs0', members: [`127.0.0.1:${mongod.port}`] });
  return { mongod, folder };
}

export async function mochaGlobalTeardown(): Promise<void> {
  if (!running) return;
  await running.mongod.stop(2_000);
  await rm(running.folder, { recursive: true, force: true });
}
