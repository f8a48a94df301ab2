import { join } from 'node:path';
import { findMongod } from '@outlay/database-setup/find-mongod.ts';
import { ensureReplicaSet } from '@outlay/database-setup/replica-set.ts';
import { startMongod } from '@outlay/database-setup/start-mongod.ts';
import { type Outlay, startOutlay } from '../../scripts/start/outlay.ts';
import { repositoryRoot } from '../../scripts/start/settings.ts';
import { type Database, openDatabase } from './bench-ledger.ts';
import { type Doors, openDoors } from './doors.ts';

export interface System {
  readonly doors: Doors;
  readonly database: Database;
  readonly mongodVersion: string;
  /** What expense has of memory right now. */
  expenseRssMiB(): Promise<number>;
  stop(): Promise<void>;
}

/** As people run it, on a mongod of its own that the bench's driver may ask too. */
export async function startSystem(folder: string): Promise<System> {
  const log = (line: string) => console.log(line);
  const binary = await findMongod({ keepIn: join(repositoryRoot, '.outlay/mongodb'), log });
  // A cache that holds the largest ledger, as who has one would give it.
  const mongod = await startMongod({ binary, dbPath: join(folder, 'data'), port: 0, cacheGb: 2 });
  let outlay: Outlay | undefined;
  try {
    const member = `127.0.0.1:${mongod.port}`;
    await ensureReplicaSet({ name: 'rs0', members: [member] });
    const uri = `mongodb://${member}/expense?replicaSet=rs0`;
    outlay = await startOutlay({
      home: join(folder, 'home'),
      port: 0,
      mongodbUri: uri,
      logLevel: 'warn',
      otlpEndpoint: undefined,
      report: log,
    });
    const { adminUrls, stop } = outlay;
    const doors = await openDoors(outlay, { email: 'bench@example.org', password: 'a password for the bench' });
    const database = await openDatabase(uri);
    const { version } = await database.connection.db!.admin().serverInfo();
    return {
      doors,
      database,
      mongodVersion: version as string,
      async expenseRssMiB() {
        const text = await (await fetch(`${adminUrls.expense}/metrics`)).text();
        return Number(/^process_resident_memory_bytes(?:\{.*\})? (\S+)$/m.exec(text)![1]) / 2 ** 20;
      },
      async stop() {
        await doors.close();
        await database.close();
        await stop();
        await mongod.stop();
      },
    };
  } catch (error) {
    await outlay?.stop();
    await mongod.stop();
    throw error;
  }
}
