import { randomBytes } from 'node:crypto';
import { connectMongo } from '@outlay/service-kit/mongo.ts';
import type { Connection } from 'mongoose';
import { Registry } from 'prom-client';

export interface TestDatabase {
  /** For a process or a second connection to the same database. */
  readonly uri: string;
  readonly connection: Connection;
  /** Drops the database and closes the connection. */
  drop(): Promise<void>;
}

/** A database of its own on the run's real mongod. */
export async function openTestDatabase(): Promise<TestDatabase> {
  const server = process.env.OUTLAY_TEST_MONGODB_URI;
  if (!server) throw new Error('OUTLAY_TEST_MONGODB_URI is not set: run the tests by `npm test`.');
  // 'mongodb://host:1,host:2/?replicaSet=rs0': the name goes between the hosts and the options.
  const [, hosts, options = ''] = /^(mongodb(?:\+srv)?:\/\/[^/?]+)\/?[^?]*(\?.*)?$/.exec(server) ?? [];
  const uri = `${hosts}/test-${randomBytes(6).toString('hex')}${options}`;
  const connection = await connectMongo({ uri, appName: 'outlay-test', registry: new Registry() });
  return {
    uri,
    connection,
    async drop() {
      await connection.dropDatabase();
      await connection.close();
    },
  };
}
