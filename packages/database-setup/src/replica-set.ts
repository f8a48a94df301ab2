import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type Document, MongoClient, MongoServerError } from 'mongodb';

export interface ReplicaSet {
  readonly name: string;
  /** Every member as `host:port`, as the members and the clients reach each other. */
  readonly members: readonly [string, ...string[]];
  /** The members' shared key; where given, it is how we log in. */
  readonly keyFile?: string;
}

interface SetConfig {
  _id: string;
  version: number;
  members: { _id: number; host: string }[];
}

/**
 * Connects as the members themselves do: user `__system`, whose password is the key file without white space. So no
 * administrator needs to exist whose password could leak, and it works over the network before any user is there,
 * where the localhost exception does not.
 */
export function connectAsMember(set: ReplicaSet, hosts: readonly string[] = set.members, direct = false) {
  const options = direct ? 'directConnection=true' : `replicaSet=${set.name}`;
  return MongoClient.connect(`mongodb://${hosts.join(',')}/?${options}`, {
    serverSelectionTimeoutMS: 5_000,
    appName: 'outlay-setup',
    ...(set.keyFile && {
      auth: { username: '__system', password: readFileSync(set.keyFile, 'utf8').replace(/\s/g, '') },
      authSource: 'local',
    }),
  });
}

/**
 * Makes the members one replica set and waits for its primary. Idempotent: initiates where none is initiated, and
 * where members joined, left or moved to another port changes the set to what is asked for.
 * @throws {Error} where there is no primary in time
 */
export async function ensureReplicaSet(
  set: ReplicaSet,
  { timeoutMs = 30_000, signal }: { timeoutMs?: number; signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  const configs = await Promise.all(set.members.map((member) => readConfig(set, member)));
  if (configs.every((config) => config === 'uninitiated' || config === 'unreachable')) {
    if (configs[0] === 'unreachable') throw new Error(`MongoDB at ${set.members[0]} does not answer.`);
    await onMember(set, set.members[0], (admin) =>
      admin({ replSetInitiate: { _id: set.name, members: set.members.map((host, _id) => ({ _id, host })) } }),
    );
  }
  const lostItself = configs.find((config) => typeof config === 'object' && config.removed);
  if (typeof lostItself === 'object' && set.members.length === 1) await forceHost(set, lostItself.config);
  await waitForPrimary(set, deadline, signal);
  await reconfigureByOne(set, deadline);
}

type MemberConfig = 'unreachable' | 'uninitiated' | { config: SetConfig; removed: boolean };

async function readConfig(set: ReplicaSet, member: string): Promise<MemberConfig> {
  try {
    return await onMember(set, member, async (admin) => {
      const config = await admin({ replSetGetConfig: 1 }).catch((error: unknown) => {
        if (error instanceof MongoServerError && error.codeName === 'NotYetInitialized') return undefined;
        throw error;
      });
      if (!config) return 'uninitiated';
      // A member whose own address is no longer in the configuration is "removed" and refuses replSetGetStatus.
      const removed = await admin({ replSetGetStatus: 1 }).then(
        (status) => status.myState === 10,
        () => true,
      );
      return { config: config.config as SetConfig, removed };
    });
  } catch (error) {
    if (error instanceof Error && error.name === 'MongoServerSelectionError') return 'unreachable';
    throw error;
  }
}

/**
 * The only member moved to another port and no longer finds itself in its configuration: nobody is left to vote, so force.
 * @throws {Error} where it has not moved, but could not resolve its own name as it started: it looks only then
 */
async function forceHost(set: ReplicaSet, config: SetConfig): Promise<void> {
  if (config.members[0]?.host === set.members[0])
    throw new Error(`MongoDB at ${set.members[0]} did not find itself in its replica set as it started: restart it.`);
  const members = [{ ...config.members[0]!, host: set.members[0] }];
  await onMember(set, set.members[0], (admin) =>
    admin({ replSetReconfig: { ...config, members, version: config.version + 1 }, force: true }),
  );
}

/** One voting member per step, as MongoDB ≥ 4.4 demands; each step waits until a majority has it. */
async function reconfigureByOne(set: ReplicaSet, deadline: number): Promise<void> {
  const client = await connectAsMember(set);
  try {
    while (Date.now() < deadline) {
      const { config } = (await client.db('admin').command({ replSetGetConfig: 1 })) as unknown as {
        config: SetConfig;
      };
      const members = nextMembers(config.members, set.members);
      if (!members) return;
      try {
        await client.db('admin').command({ replSetReconfig: { ...config, members, version: config.version + 1 } });
      } catch (error) {
        // The step before is not yet on a majority of the members, or the primary changed: look again.
        if (!(error instanceof MongoServerError) || !retryable.has(error.codeName ?? '')) throw error;
        await delay(200);
      }
    }
    throw new Error(`The replica set ${set.name} could not be changed to ${set.members.join(', ')} in time.`);
  } finally {
    await client.close();
  }
}
const retryable = new Set([
  'CurrentConfigNotCommittedYet',
  'ConfigurationInProgress',
  'NotWritablePrimary',
  'NewReplicaSetConfigurationIncompatible',
]);

function nextMembers(now: SetConfig['members'], wanted: readonly string[]): SetConfig['members'] | undefined {
  const missing = wanted.find((host) => !now.some((member) => member.host === host));
  if (missing) return [...now, { _id: Math.max(...now.map((member) => member._id)) + 1, host: missing }];
  const extra = now.find((member) => !wanted.includes(member.host));
  return extra && now.filter((member) => member !== extra);
}

async function waitForPrimary(set: ReplicaSet, deadline: number, signal?: AbortSignal): Promise<void> {
  while (Date.now() < deadline) {
    signal?.throwIfAborted();
    for (const member of set.members) {
      const hello = await onMember(set, member, (admin) => admin({ hello: 1 })).catch(() => undefined);
      if (hello?.isWritablePrimary) return;
    }
    await delay(50);
  }
  throw new Error(`The replica set ${set.name} (${set.members.join(', ')}) has no primary.`);
}

async function onMember<T>(
  set: ReplicaSet,
  member: string,
  work: (admin: (command: Document) => Promise<Document>) => Promise<T>,
): Promise<T> {
  const client = await connectAsMember(set, [member], true);
  try {
    return await work((command) => client.db('admin').command(command));
  } finally {
    await client.close();
  }
}
