import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findMongod } from '@outlay/database-setup/find-mongod.ts';
import { ensureReplicaSet } from '@outlay/database-setup/replica-set.ts';
import { type MongodOptions, startMongod } from '@outlay/database-setup/start-mongod.ts';
import { expect } from 'chai';
import { type Connection, Schema } from 'mongoose';
import { Registry } from 'prom-client';
import { type CutProxy, startCutProxy } from '../../../test/support/cut-proxy.ts';
import { openTestDatabase, type TestDatabase } from '../../../test/support/test-database.ts';
import { ConfigError } from './config.ts';
import { toProblem } from './create-app.ts';
import { connectMongo, ensureCollections, inTransaction, isDuplicateKey, pingMongo } from './mongo.ts';

interface Counter {
  _id: string;
  value: number;
}
const schema = new Schema<Counter>({ _id: { type: String, required: true }, value: Number }, { versionKey: false });
schema.index({ value: 1 }, { unique: true, name: 'by-value' });
const modelOn = (connection: Connection) => connection.model('Counter', schema);

const errorOf = (work: Promise<unknown>): Promise<Error & { code?: unknown }> =>
  work.then(
    () => expect.fail('it succeeded'),
    (error) => error,
  );

function connectThrough(proxy: CutProxy, uri: string): Promise<Connection> {
  proxy.target = Number(/:(\d+)/.exec(uri)![1]);
  const throughProxy = uri.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${proxy.port}`);
  return connectMongo({ uri: throughProxy, appName: 'test', registry: new Registry() });
}

/** A replica set of one that a test may do anything to. */
async function startOwnMongod(parameters: MongodOptions['parameters'] = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'outlay-own-mongod-'));
  const binary = await findMongod({ keepIn: join(import.meta.dirname, '../../../.outlay/mongodb') });
  const start = async (port: number) => {
    const mongod = await startMongod({ binary, dbPath: folder, port, parameters });
    await ensureReplicaSet({ name: 'rs0', members: [`127.0.0.1:${mongod.port}`] });
    return mongod;
  };
  let mongod = await start(0);
  const { port } = mongod;
  return {
    port,
    stop: () => mongod.stop(),
    async startAgain() {
      mongod = await start(port);
    },
    async remove() {
      await mongod.stop(1_000);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

describe('inTransaction', () => {
  let database: TestDatabase;
  let counters: ReturnType<typeof modelOn>;
  before(async () => {
    database = await openTestDatabase();
    counters = modelOn(database.connection);
    await ensureCollections([counters]);
  });
  after(() => database.drop());
  beforeEach(() => counters.deleteMany({}));

  it('writes all or nothing', async () => {
    const error = await errorOf(
      inTransaction(database.connection, async (session) => {
        await counters.create([{ _id: 'a', value: 1 }], { session });
        throw new Error('changed my mind');
      }),
    );
    expect(error.message).to.equal('changed my mind');
    expect(await counters.countDocuments()).to.equal(0);
  });

  it('runs again where it lost against another writer, so that no increment is lost', async () => {
    await counters.create({ _id: 'a', value: 0 });
    const increment = () =>
      inTransaction(database.connection, async (session) => {
        const { value } = (await counters.findById('a', null, { session }).lean())!;
        await counters.updateOne({ _id: 'a' }, { $set: { value: value + 1 } }, { session });
      });
    await Promise.all(Array.from({ length: 10 }, increment));
    expect((await counters.findById('a').lean())?.value).to.equal(10);
  });

  it('runs again where many connections are cut at once, of which the driver calls only the first one’s error transient', async () => {
    const proxy = await startCutProxy();
    const connection = await connectThrough(proxy, database.uri);
    const model = modelOn(connection);
    let writing = 0;
    const isWritten = Promise.withResolvers<void>();
    const ids = Array.from({ length: 8 }, (_, index) => `cut-${index}`);
    const writes = ids.map((_id, value) =>
      inTransaction(connection, async (session) => {
        // The driver's errors about batches hide what ended them.
        await model.collection.insertMany([{ _id, value }] as never[], { session });
        if (++writing === ids.length) isWritten.resolve();
        await isWritten.promise;
        await model.collection.bulkWrite(
          [{ updateOne: { filter: { _id } as never, update: { $inc: { value: 0 } } } }],
          {
            session,
          },
        );
      }),
    );
    await isWritten.promise;
    proxy.cut();
    await Promise.all(writes);
    expect(await counters.countDocuments({ _id: { $in: ids } })).to.equal(ids.length);
    await connection.close();
    await proxy.stop();
  });

  it('runs again where the server ends it in the middle of an operation since it took too long', async () => {
    const mongod = await startOwnMongod({ transactionLifetimeLimitSeconds: 1 });
    const uri = `mongodb://127.0.0.1:${mongod.port}/slow?directConnection=true`;
    const connection = await connectMongo({ uri, appName: 'test', registry: new Registry() });
    try {
      const slow = modelOn(connection);
      await ensureCollections([slow]);
      await slow.insertMany(Array.from({ length: 500 }, (_, value) => ({ _id: String(value), value })));
      let runs = 0;
      await inTransaction(connection, async (session) => {
        // The first time some ten seconds of work.
        const steps = { $range: [0, runs++ === 0 ? 100_000 : 1] };
        const sum = { $reduce: { input: steps, initialValue: 0, in: { $add: ['$$value', '$$this'] } } };
        await slow.updateMany({ $expr: { $gte: [sum, 0] } }, { $inc: { value: 10_000 } }, { session });
      });
      expect(runs).to.be.greaterThan(1);
      expect((await slow.findById('7').lean())?.value).to.equal(10_007);
    } finally {
      await connection.close();
      await mongod.remove();
    }
  });

  it('does not run again for a violated unique index', async () => {
    let runs = 0;
    await counters.create({ _id: 'a', value: 1 });
    const error = await errorOf(
      inTransaction(database.connection, async (session) => {
        runs++;
        await counters.create([{ _id: 'b', value: 1 }], { session });
      }),
    );
    expect(isDuplicateKey(error)).to.equal(true);
    expect(runs).to.equal(1);
  });
});

describe('ensureCollections', () => {
  it('makes collections and indexes, and may be called by several at once and again', async () => {
    const database = await openTestDatabase();
    try {
      const counters = modelOn(database.connection);
      await Promise.all([ensureCollections([counters]), ensureCollections([counters])]);
      await ensureCollections([counters]);
      const indexes = await database.connection.collection('counters').indexes();
      expect(indexes.map(({ name }) => name)).to.have.members(['_id_', 'by-value']);
    } finally {
      await database.drop();
    }
  });

  it('goes on where its connection breaks, as at the start of a service beside a database that restarts', async () => {
    const database = await openTestDatabase();
    const proxy = await startCutProxy();
    const connection = await connectThrough(proxy, database.uri);
    const counters = modelOn(connection);
    const steps: string[] = [];
    const begin = (step: string) => {
      if (!steps.includes(step)) proxy.loseAnAnswer();
      steps.push(step);
    };
    const model = {
      createCollection() {
        begin('collection');
        return counters.createCollection();
      },
      createIndexes() {
        begin('indexes');
        return counters.createIndexes();
      },
    };
    try {
      await ensureCollections([model]);
      expect(steps).to.deep.equal(['collection', 'collection', 'indexes', 'indexes']);
      const indexes = await database.connection.collection('counters').indexes();
      expect(indexes.map(({ name }) => name)).to.have.members(['_id_', 'by-value']);
    } finally {
      await connection.close();
      await proxy.stop();
      await database.drop();
    }
  });

  it('goes on where the server answers that it is not primary, as during an election', async () => {
    const mongod = await startOwnMongod();
    // Sent to the member whatever it is: where the driver knows of the election it waits for its end, and all goes well.
    const uri = `mongodb://127.0.0.1:${mongod.port}/election?directConnection=true`;
    const connection = await connectMongo({ uri, appName: 'test', registry: new Registry() });
    const counters = modelOn(connection);
    const operator = await connectMongo({ uri, appName: 'operator', registry: new Registry() });
    const admin = operator.getClient().db('admin');
    const steps: string[] = [];
    const begin = async (step: string) => {
      steps.push(step);
      const tries = steps.filter((each) => each === step).length;
      if (tries === 1) await admin.command({ replSetStepDown: 60, force: true });
      if (tries === 2) await admin.command({ replSetFreeze: 0 }); // it may be elected again
    };
    const model = {
      async createCollection() {
        await begin('collection');
        return counters.createCollection();
      },
      async createIndexes() {
        await begin('indexes');
        return counters.createIndexes();
      },
    };
    try {
      await ensureCollections([model]);
      for (const step of ['collection', 'indexes'])
        expect(steps.filter((each) => each === step)).to.have.length.greaterThan(1);
      const indexes = await connection.collection('counters').indexes();
      expect(indexes.map(({ name }) => name)).to.have.members(['_id_', 'by-value']);
    } finally {
      await Promise.all([operator.close(), connection.close()]);
      await mongod.remove();
    }
  });

  it('says at once what the server would answer again', async () => {
    const database = await openTestDatabase();
    try {
      const counters = modelOn(database.connection);
      await ensureCollections([counters]);
      await counters.collection.dropIndex('by-value');
      await counters.collection.createIndex({ value: 1 }, { name: 'by-value' });
      expect(await errorOf(ensureCollections([counters]))).to.include({ codeName: 'IndexKeySpecsConflict' });
    } finally {
      await database.drop();
    }
  });
});

describe('connectMongo', () => {
  const wrong: [what: string, uri: string, message: RegExp][] = [
    [
      'nobody listens',
      'mongodb://127.0.0.1:1/x',
      /^[^\n]*MONGODB_URI leads to no usable MongoDB: connect ECONNREFUSED 127\.0\.0\.1:1$/,
    ],
    ['an option is unknown', 'mongodb://127.0.0.1:1/x?nonsense=1', /MongoDB: option nonsense is not supported$/],
  ];
  for (const [what, uri, message] of wrong)
    it(`says in a line that ${what}`, async () => {
      const error = await errorOf(
        connectMongo({ uri, appName: 'test', registry: new Registry(), serverSelectionTimeoutMs: 100 }),
      );
      expect(error).to.be.instanceOf(ConfigError);
      expect(error.message).to.match(message);
    });

  it('does not say the password of a user who is not let in', async () => {
    const { uri, drop } = await openTestDatabase();
    const error = await errorOf(
      connectMongo({ uri: uri.replace('://', '://ada:hunter2@'), appName: 'test', registry: new Registry() }),
    );
    expect(error.message).to.match(/: Authentication failed\.$/);
    await drop();
  });

  it('counts the connections of its pool', async () => {
    const { uri, drop } = await openTestDatabase();
    const registry = new Registry();
    const connection = await connectMongo({ uri, appName: 'test', registry });
    await pingMongo(connection);
    expect(await registry.metrics()).to.match(/mongodb_pool_connections\{state="open"\} [1-9]/);
    expect(await registry.metrics()).to.match(/mongodb_pool_connections\{state="in_use"\} 0/);
    await connection.close();
    expect(await registry.metrics()).to.match(/mongodb_pool_connections\{state="open"\} 0/);
    await drop();
  });
});

describe('a database that goes away', function () {
  this.timeout(30_000);

  it('is 503 for a write that the driver does not repeat, while another primary is being elected', async () => {
    const mongod = await startOwnMongod();
    const uri = `mongodb://127.0.0.1:${mongod.port}/election?directConnection=true`;
    const connection = await connectMongo({ uri, appName: 'test', registry: new Registry() });
    try {
      const counters = modelOn(connection);
      await ensureCollections([counters]);
      await connection.getClient().db('admin').command({ replSetStepDown: 60, force: true });
      const problem = toProblem(await errorOf(counters.updateMany({}, { $inc: { value: 1 } })));
      expect([problem.status, problem.headers['retry-after']]).to.deep.equal([503, '1']);
    } finally {
      await connection.close();
      await mongod.remove();
    }
  });

  it('is 503 for reads, writes and transactions, and back without a new start', async () => {
    const mongod = await startOwnMongod();
    try {
      const connection = await connectMongo({
        uri: `mongodb://127.0.0.1:${mongod.port}/outage?replicaSet=rs0`,
        appName: 'test',
        registry: new Registry(),
        serverSelectionTimeoutMs: 500,
      });
      const counters = modelOn(connection);
      await ensureCollections([counters]);
      const inOne = (id: string) =>
        inTransaction(connection, (session) => counters.create([{ _id: id, value: 1 }], { session }));

      await mongod.stop();
      for (const work of [
        () => counters.findById('a').lean(),
        () => counters.insertOne({ _id: 'a', value: 2 }),
        () => inOne('b'),
      ])
        expect(toProblem(await errorOf(work())).status).to.equal(503);
      await errorOf(pingMongo(connection));

      await mongod.startAgain();
      await inOne('c');
      expect((await counters.findById('c').lean())?.value).to.equal(1);
      await connection.close();
    } finally {
      await mongod.remove();
    }
  });
});
