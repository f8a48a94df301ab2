import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureUsers, userUri } from '@outlay/database-setup/database-users.ts';
import { findMongod } from '@outlay/database-setup/find-mongod.ts';
import { connectAsMember, ensureReplicaSet, type ReplicaSet } from '@outlay/database-setup/replica-set.ts';
import { startMongod } from '@outlay/database-setup/start-mongod.ts';
import { prepareLogFile } from './log-file.ts';
import { freePorts } from './ports.ts';
import { repositoryRoot } from './settings.ts';
import type { Supervisor } from './supervisor.ts';

/** One per service that has a database. */
export interface DatabaseUris {
  readonly auth: string;
  readonly expense: string;
}

export interface LocalMongoOptions {
  readonly home: string;
  readonly keyFile: string;
  readonly passwords: DatabaseUris;
  readonly supervisor: Supervisor;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Starts the mongod of this installation with access control on, with a user for each service that has a database. */
export async function startLocalMongo(options: LocalMongoOptions): Promise<DatabaseUris> {
  const { home, keyFile, passwords, supervisor, log, signal } = options;
  const binary = await findMongod({ keepIn: join(repositoryRoot, '.outlay/mongodb'), log, signal });
  // The same port again where it is free, for tools that look into the database.
  const portFile = join(home, 'mongod-port');
  const lastPort = Number(await readFile(portFile, 'utf8').catch(() => 0)) || 0;
  const [port = 0] = await freePorts([lastPort]);
  const logFile = prepareLogFile(join(home, 'logs/mongod.log'));
  const mongod = await startMongod({
    binary,
    dbPath: join(home, 'data'),
    port,
    keyFile,
    logPath: logFile.path,
    cacheGb: 0.5,
    signal,
  });
  supervisor.adopt('mongod', mongod.process, logFile);
  await writeFile(portFile, String(mongod.port));

  const set: ReplicaSet = { name: 'rs0', members: [`127.0.0.1:${mongod.port}`], keyFile };
  await ensureReplicaSet(set, { signal });
  const auth = { name: 'auth', password: passwords.auth };
  const expense = { name: 'expense', password: passwords.expense };
  const client = await connectAsMember(set);
  try {
    await ensureUsers(client, [auth, expense]);
  } finally {
    await client.close();
  }
  return { auth: userUri(auth, set), expense: userUri(expense, set) };
}

/** The same server's database of another name, for who brings a MongoDB of their own. */
export function databaseUri(uri: string, database: string): string {
  const [, server, path = '', query = ''] = /^(mongodb(?:\+srv)?:\/\/[^/?]+)\/?([^?]*)\??(.*)$/.exec(uri) ?? [];
  const options = new URLSearchParams(query);
  // Without it, who logs in would be looked for in the database of the path.
  if (server?.includes('@') && !options.has('authSource')) options.set('authSource', path || 'admin');
  return `${server}/${database}${options.size ? `?${options}` : ''}`;
}
