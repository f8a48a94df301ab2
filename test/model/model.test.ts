import { toProblem } from '@outlay/service-kit/create-app.ts';
import { connectMongo } from '@outlay/service-kit/mongo.ts';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Connection } from 'mongoose';
import { Registry } from 'prom-client';
import { createExpenseParts, type ExpenseParts } from '../../services/expense/src/expense-parts.ts';
import { newId } from '../support/new-id.ts';
import { type BreakableSystem, startBreakableSystem } from './breakable-system.ts';
import { Client, entryOf, patienceMs, persist, type Shared, wayOf } from './client.ts';
import { expectFigures } from './expect-figures.ts';
import { savedReport } from './expect-reports.ts';
import { categoriesCount, type Drawn, heavyFault, histories, lightFault, type Op, past } from './histories.ts';
import type { Entry } from './ledger-model.ts';
import { type Lens, lens, type Period, periods, ratesByHand, withFamily } from './lens.ts';
import { openView } from './view.ts';

/** MODEL_SEED replays: with MODEL_RUNS=1 exactly that sequence. What clients do at once cannot be replayed to the microsecond. */
const firstSeed = Number(process.env.MODEL_SEED ?? Date.now() % 2 ** 31);
const runs = Number(process.env.MODEL_RUNS ?? 300);
/** One in so many has services killed and mongod restarted, which take seconds. */
const heavyShare = 25;
const atOnce = 4;

/** What a history begins with, what is done in it, and how it is looked at in the end: of hundreds, each in two ways. */
interface History {
  readonly before: readonly Drawn[];
  readonly clients: readonly Op[][];
  readonly looks: readonly { readonly lens: Lens; readonly period: Period }[];
}
const historiesWith = (...how: Parameters<typeof histories>): fc.Arbitrary<History> =>
  fc.record({
    before: past,
    clients: histories(...how),
    looks: fc.array(fc.record({ lens, period: fc.constantFrom(...periods) }), { minLength: 2, maxLength: 2 }),
  });

describe(`any history of a ledger (MODEL_SEED=${firstSeed} MODEL_RUNS=${runs})`, function () {
  this.timeout(120_000 + runs * 4_000);
  let system: BreakableSystem;
  let connection: Connection;
  let parts: ExpenseParts;

  before(async () => {
    system = await startBreakableSystem();
    connection = await connectMongo({ uri: system.mongodbUri, appName: 'model', registry: new Registry() });
    parts = createExpenseParts({ connection, registry: new Registry() });
  });
  after(async () => {
    await connection?.close();
    await system?.stop();
  });

  /** Runs sequences of successive seeds, a few at once, each with a ledger of its own. The first failure ends it. */
  async function runAll(count: number, drawn: fc.Arbitrary<History>): Promise<void> {
    let next = 0;
    let failure: Error | undefined;
    const work = async () => {
      while (next < count && !failure) {
        const seed = firstSeed + next++;
        try {
          await fc.assert(fc.asyncProperty(drawn, playAndCompare), { seed, numRuns: 1, endOnFailure: true });
        } catch (cause) {
          failure ??= new Error(`Replay by MODEL_SEED=${seed} MODEL_RUNS=1`, { cause });
        }
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    if (failure) throw failure;
    const unknown = system.unknownErrors();
    if (unknown.length > 0) expect.fail(unknown.join('\n'));
  }

  async function playAndCompare({ before, clients: all, looks }: History): Promise<void> {
    const user = newId();
    const api = system.expense(0, user);
    const ledger = '/api/v1/ledgers/default';
    const get = async (path: string) => (await persist(() => api.get(ledger + path))).body;
    const set = async (path: string, body: object) => {
      const { status, isRepeated } = await persist(() => api.post(ledger + path, body));
      expect(status).to.be.oneOf(isRepeated ? [201, 409] : [201]);
    };
    for (const rate of ratesByHand) await set('/exchange-rates', rate);
    await set('/reports', savedReport);
    const { items } = await get('/categories');
    const leaves = items.filter(({ parent }: { parent: string | null }) => parent !== null);
    const shared: Shared = {
      categories: leaves.slice(0, categoriesCount).map(({ id }: { id: string }) => id),
      moved: new Map(),
      restored: [],
    };
    const clients = all.map((_, number) => new Client(system, user, number, shared));
    await clients[0]!.bring(before);
    // Each to its end, whatever becomes of the others, so that a failed history leaves nobody asking.
    const played = await Promise.allSettled(clients.map((client, number) => client.play(all[number]!)));
    for (const end of played) if (end.status === 'rejected') throw end.reason;

    const expected = new Map(clients.flatMap((client) => client.entries()));
    expect(await allEntries(get)).to.deep.equal(expected);
    for (const { from, to } of shared.restored) {
      const way = wayOf(from, shared);
      // Restored without a category only where its own has gone.
      if (to === null) expect(way.length > 1 || from === null).to.equal(true);
      else expect(way).to.include(to);
    }
    const { items: categories } = await get('/categories');
    for (const { lens, period } of looks) {
      const entries = [...expected.values()];
      await expectFigures(openView(system.analytics(user), entries, categories, withFamily(lens, categories), period));
    }
    const { id } = await get('');
    expect(await driftOf(id)).to.deep.equal([]);
  }

  /** Asked of the database itself, which another history may just have restarted. */
  async function driftOf(id: string) {
    for (const giveUpAt = Date.now() + patienceMs; ; )
      try {
        return await parts.rollupCheck.compare(id);
      } catch (error) {
        if (toProblem(error).status !== 503 || Date.now() > giveUpAt) throw error;
      }
  }

  it('ends with figures that are the sums of its expenses, though connections break and transactions are aborted', () =>
    runAll(runs, historiesWith(lightFault)));

  it('ends so too where services are killed amid writes and mongod is restarted', () =>
    runAll(Math.ceil(runs / heavyShare), historiesWith(fc.oneof(lightFault, heavyFault), 3)));
});

async function allEntries(get: (path: string) => Promise<{ items: never[]; next: string | null }>) {
  const found = new Map<string, Entry>();
  for (let cursor = ''; ; ) {
    const { items, next } = await get(`/expenses?limit=17&sort=-amount${cursor}`);
    for (const item of items) found.set((item as { id: string }).id, entryOf(item));
    if (next === null) return found;
    cursor = `&cursor=${next}`;
  }
}
