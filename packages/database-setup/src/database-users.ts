import { type MongoClient, MongoServerError } from 'mongodb';

export interface DatabaseUser {
  /** Also the name of its database, the only one it can touch. */
  readonly name: string;
  readonly password: string;
}

/**
 * Makes each user, or sets its password and rights to what is asked for: it reads and writes the database of its own
 * name and sees no other. That role also covers what the services use beside documents: indexes, transactions and
 * change streams on its own collections.
 * @param client connected with the right to manage users, see `connectAsMember`
 */
export async function ensureUsers(client: MongoClient, users: readonly DatabaseUser[]): Promise<void> {
  await Promise.all(
    users.map(async ({ name, password }) => {
      const database = client.db(name);
      const rights = { pwd: password, roles: [{ role: 'readWrite', db: name }], mechanisms: ['SCRAM-SHA-256'] };
      try {
        await database.command({ createUser: name, ...rights });
      } catch (error) {
        if (!(error instanceof MongoServerError) || error.code !== userExists) throw error;
        await database.command({ updateUser: name, ...rights });
      }
    }),
  );
}
const userExists = 51_003;

/** The connection string of a user of {@link ensureUsers}. */
export function userUri(user: DatabaseUser, set: { name: string; members: readonly string[] }): string {
  const credentials = `${user.name}:${encodeURIComponent(user.password)}`;
  return `mongodb://${credentials}@${set.members.join(',')}/${user.name}?replicaSet=${set.name}&authSource=${user.name}`;
}
