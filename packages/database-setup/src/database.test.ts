import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { MongoClient } from 'mongodb';
import { ensureUsers, userUri } from './database-users.ts';
import { findMongod } from './find-mongod.ts';
import { connectAsMember, ensureReplicaSet, type ReplicaSet } from './replica-set.ts';
import { type Mongod, type MongodOptions, startMongod } from './start-mongod.ts';

const users = [
  { name: 'auth', password: 'p/w: of @auth?' },
  { name: 'expense', password: 'password-of-expense' },
];

describe('a replica set with access control', function () {
  this.timeout(30_000);
  let folder: string;
  let options: MongodOptions;
  let mongod: Mongod;
  let set: ReplicaSet;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'outlay-database-'));
    const keyFile = join(folder, 'keyfile');
    writeFileSync(keyFile, 'c2VjcmV0IG9mIHRoaXMgdGVzdA==\n', { mode: 0o600 });
    const binary = await findMongod({ keepIn: join(import.meta.dirname, '../../../.outlay/mongodb') });
    options = { binary, dbPath: join(folder, 'data'), port: 0, keyFile };
    mongod = await startMongod(options);
    set = { name: 'rs0', members: [`127.0.0.1:${mongod.port}`], keyFile };
    await ensureReplicaSet(set);
    await makeUsers(set);
  });
  after(async () => {
    await mongod?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('lets each user read, write, index and watch its own database, in transactions too', async () => {
    await using client = await MongoClient.connect(userUri(users[0]!, set));
    const things = client.db('auth').collection<{ _id: number }>('things');
    await things.createIndex({ name: 1 });
    await using changes = things.watch();
    const first = changes.next();

    await client.withSession((session) => session.withTransaction(() => things.insertOne({ _id: 1 }, { session })));

    expect((await first).operationType).to.equal('insert');
    expect(await things.countDocuments()).to.equal(1);
  });

  it('lets neither user read or write the other’s database', async () => {
    for (const [mine, other] of [users, [...users].reverse()]) {
      await using client = await MongoClient.connect(userUri(mine!, set));
      const foreign = client.db(other!.name).collection('things');

      expect(await codeOf(foreign.findOne())).to.equal('Unauthorized');
      expect(await codeOf(foreign.insertOne({ a: 1 }))).to.equal('Unauthorized');
      expect(await codeOf(foreign.watch().next())).to.equal('Unauthorized');
    }
  });

  it('lets no user manage users, read the oplog or end the server', async () => {
    await using client = await MongoClient.connect(userUri(users[1]!, set));

    expect(await codeOf(client.db('expense').command({ createUser: 'x', pwd: 'x', roles: [] }))).to.equal(
      'Unauthorized',
    );
    expect(await codeOf(client.db('local').collection('oplog.rs').findOne())).to.equal('Unauthorized');
    expect(await codeOf(client.db('admin').command({ shutdown: 1 }))).to.equal('Unauthorized');
  });

  it('shows nothing to who does not log in', async () => {
    await using client = await MongoClient.connect(`mongodb://${set.members[0]}/?directConnection=true`);

    expect(await codeOf(client.db('expense').collection('things').findOne())).to.equal('Unauthorized');
  });

  it('changes passwords where asked for again with others, and nothing where asked with the same', async () => {
    await makeUsers(set);
    await makeUsers(set, [{ name: 'auth', password: 'changed' }]);

    const stale = MongoClient.connect(userUri(users[0]!, set));
    expect(await codeOf(stale)).to.equal('AuthenticationFailed');
    await using client = await MongoClient.connect(userUri({ name: 'auth', password: 'changed' }, set));
    expect(await client.db('auth').collection('things').countDocuments()).to.equal(1);
    await makeUsers(set);
  });

  it('takes back rights that somebody added by hand', async () => {
    await using admin = await connectAsMember(set);
    await admin.db('auth').command({ grantRolesToUser: 'auth', roles: [{ role: 'readWrite', db: 'expense' }] });

    await ensureUsers(admin, users);

    const { users: found } = await admin.db('auth').command({ usersInfo: 'auth' });
    expect(found[0].roles).to.deep.equal([{ role: 'readWrite', db: 'auth' }]);
  });

  it('keeps data and users when the next start is on another port', async () => {
    const before = mongod.port;
    await mongod.stop();
    mongod = await startMongod({ ...options, port: await otherPort(before) });
    set = { ...set, members: [`127.0.0.1:${mongod.port}`] };

    await ensureReplicaSet(set);

    expect(mongod.port).not.to.equal(before);
    await using client = await MongoClient.connect(userUri(users[0]!, set));
    expect(await client.db('auth').collection('things').countDocuments()).to.equal(1);
  });

  it('says in a line that the port is taken', async () => {
    const message = await failureOf(startMongod({ ...options, dbPath: join(folder, 'other'), port: mongod.port }));

    expect(message).to.equal(
      `Port ${mongod.port} for MongoDB is taken. Stop what listens there, or choose another port.`,
    );
  });

  it('says in a line that another mongod uses the data', async () => {
    const message = await failureOf(startMongod({ ...options, port: 0, dataInUseMs: 0 }));

    expect(message).to.equal(
      `Another mongod uses the data in ${options.dbPath}. Stop it, or choose another folder by OUTLAY_HOME.`,
    );
  });

  it('waits for a mongod that is just ending and then takes over its data', async () => {
    const ending = mongod.stop();
    mongod = await startMongod(options);

    await ending;
    expect(mongod.process.exitCode).to.equal(undefined);
  });
});

describe('a replica set of three', function () {
  this.timeout(60_000);
  const mongods: Mongod[] = [];
  let folder: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'outlay-three-'));
    const binary = await findMongod({ keepIn: join(import.meta.dirname, '../../../.outlay/mongodb') });
    const dbPaths = ['a', 'b', 'c'].map((name) => join(folder, name));
    mongods.push(...(await Promise.all(dbPaths.map((dbPath) => startMongod({ binary, dbPath, port: 0 })))));
  });
  after(async () => {
    await Promise.all(mongods.map((mongod) => mongod.stop(1_000)));
    rmSync(folder, { recursive: true, force: true });
  });

  it('grows from one member to three and shrinks again, asked for the same way', async () => {
    const hosts = mongods.map((mongod) => `127.0.0.1:${mongod.port}`) as [string, string, string];

    await ensureReplicaSet({ name: 'rs0', members: [hosts[0]] });
    expect(await membersOf(hosts[0])).to.deep.equal([hosts[0]]);
    await ensureReplicaSet({ name: 'rs0', members: hosts });
    expect(await membersOf(hosts[0])).to.deep.equal(hosts);
    await ensureReplicaSet({ name: 'rs0', members: hosts });
    await ensureReplicaSet({ name: 'rs0', members: [hosts[0]] });
    expect(await membersOf(hosts[0])).to.deep.equal([hosts[0]]);
  });
});

async function membersOf(host: string): Promise<string[]> {
  await using client = await MongoClient.connect(`mongodb://${host}/?directConnection=true`);
  const { config } = await client.db('admin').command({ replSetGetConfig: 1 });
  return config.members.map((member: { host: string }) => member.host);
}

async function makeUsers(set: ReplicaSet, wanted = users): Promise<void> {
  await using admin = await connectAsMember(set);
  await ensureUsers(admin, wanted);
}

/** A free port that is not `port`. */
async function otherPort(port: number): Promise<number> {
  const server = createServer().listen(port, '127.0.0.1');
  const second = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => second.once('listening', resolve));
  const address = second.address();
  await Promise.all([server, second].map((each) => new Promise((resolve) => each.close(resolve))));
  return typeof address === 'object' && address ? address.port : 0;
}

const codeOf = (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(
    () => 'no error',
    (error: { codeName?: string; message: string }) => error.codeName ?? error.message,
  );

const failureOf = (attempt: Promise<Mongod>): Promise<string> =>
  attempt.then(
    async (mongod) => {
      await mongod.stop();
      return 'it started';
    },
    (error: Error) => error.message,
  );
