import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { userUri } from '@outlay/database-setup/database-users.ts';
import { claimHome } from './home.ts';
import { databaseUri, startLocalMongo } from './local-mongo.ts';
import { readSecrets } from './secrets.ts';
import type { Settings } from './settings.ts';
import { StartProblem } from './start-problem.ts';
import { createSupervisor } from './supervisor.ts';

export interface HomeDatabase {
  /** Of the expense service's database. */
  readonly uri: string;
  close(): Promise<void>;
}

const stopMs = 4_500;

/**
 * The database of this installation for work beside the services: that of an Outlay that runs, else its mongod alone.
 * @throws {StartProblem | MongodFailure} where there is none, or it cannot be started
 */
export async function openHomeDatabase({
  home,
  mongodbUri,
}: Pick<Settings, 'home' | 'mongodbUri'>): Promise<HomeDatabase> {
  if (mongodbUri) return { uri: databaseUri(mongodbUri, 'expense'), close: async () => {} };
  if (!existsSync(join(home, 'data')))
    throw new StartProblem(`There are no data in ${home} yet: \`npm start\` makes them.`);
  const { mongoKeyFile: keyFile, mongoPasswords: passwords } = readSecrets(join(home, 'secrets'));
  const claim = await claimHome(home).catch((error: unknown) => {
    if (!(error instanceof StartProblem)) throw error;
  });
  if (!claim) {
    const port = readFileSync(join(home, 'mongod-port'), 'utf8');
    const expense = { name: 'expense', password: passwords.expense };
    return { uri: userUri(expense, { name: 'rs0', members: [`127.0.0.1:${port}`] }), close: async () => {} };
  }
  const supervisor = createSupervisor();
  const close = async () => {
    await supervisor.stop([['mongod']], stopMs);
    await claim.release();
  };
  try {
    const { expense } = await startLocalMongo({ home, keyFile, passwords, supervisor, log: console.error });
    return { uri: expense, close };
  } catch (error) {
    await close();
    throw error;
  }
}
