/**
 * The database-setup Job: makes the members one replica set and the two users. Idempotent; ends with 1 where members
 * do not answer within three minutes.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { ensureUsers } from './database-users.ts';
import { connectAsMember, ensureReplicaSet, type ReplicaSet } from './replica-set.ts';

const setting = (name: string): string => {
  const value = process.env[name];
  if (value) return value;
  console.error(`${name} is not set`);
  process.exit(1);
};
const secret = (name: string): string => readFileSync(setting(name), 'utf8').trim();

const set: ReplicaSet = {
  name: setting('REPLICA_SET'),
  members: setting('MEMBERS').split(',') as [string, ...string[]],
  keyFile: setting('KEY_FILE'),
};
const users = [
  { name: 'auth', password: secret('AUTH_PASSWORD_FILE') },
  { name: 'expense', password: secret('EXPENSE_PASSWORD_FILE') },
];

/** On a first install the members are being started at the same time. */
const giveUpAt = Date.now() + 180_000;
for (;;) {
  try {
    await ensureReplicaSet(set, { timeoutMs: 120_000 });
    const client = await connectAsMember(set);
    await ensureUsers(client, users);
    await client.close();
    console.log(`replica set ${set.name}: ${set.members.length} member(s), users auth and expense`);
    break;
  } catch (error) {
    if (Date.now() > giveUpAt) {
      console.error(error instanceof Error ? error.message : error);
      process.exit(1);
    }
    await delay(1_000);
  }
}
