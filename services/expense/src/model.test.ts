import { isDeepStrictEqual } from 'node:util';
import { addDays } from '@outlay/contracts/calendar.ts';
import type { Expense, Kind } from '@outlay/contracts/expense.ts';
import { type Cell, emptyCell, type Figures } from '@outlay/contracts/internal.ts';
import { expect } from 'chai';
import fc from 'fast-check';
import { newId } from '../../../test/support/new-id.ts';
import type { Answer, Api } from '../../../test/support/request.ts';
import { startTestExpense, type TestExpense, under } from '../test/start-test-expense.ts';

/** FC_SEED and FC_RUNS replay and deepen. What two clients do at once cannot be replayed to the microsecond. */
const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
const numRuns = Number(process.env.FC_RUNS ?? 25);

/** What a plain reader of the API holds true of an expense. */
interface Entry {
  date: string;
  amount: number;
  currency: string;
  kind: Kind;
  category: string | null;
}

type Op =
  | { do: 'create'; entry: Generated; sentTwice: boolean }
  | { do: 'change'; which: number; patch: Partial<Generated>; isStale: boolean }
  | { do: 'delete'; which: number }
  | { do: 'delete category'; which: number; to: number | null }
  | { do: 'wrong'; which: number };
type Generated = Omit<Entry, 'category'> & { category: number | null };

// Around New Year, so that days, months and years are crossed and met again.
const entry = fc.record<Generated>({
  date: fc.integer({ min: 0, max: 40 }).map((day) => addDays('2026-12-10', day)),
  amount: fc.oneof(fc.integer({ min: 1, max: 5_000 }), fc.constant(99_999_999_999)),
  currency: fc.constantFrom('EUR', 'EUR', 'USD'),
  kind: fc.constantFrom('expense', 'expense', 'income', 'refund', 'transfer'),
  category: fc.option(fc.nat(5), { nil: null }),
});
const which = fc.nat(20);
const op = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('create' as const), entry, sentTwice: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('change' as const),
      which,
      patch: fc
        .tuple(entry, fc.subarray(['date', 'amount', 'currency', 'kind', 'category'] as const, { minLength: 1 }))
        .map(([full, names]) => Object.fromEntries(names.map((name) => [name, full[name]])) as Partial<Generated>),
      isStale: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), which }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('delete category' as const),
      which: fc.nat(5),
      to: fc.option(fc.nat(5), { nil: null }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wrong' as const), which }) },
);

describe(`any history of a ledger (FC_SEED=${seed} FC_RUNS=${numRuns})`, function () {
  this.timeout(30_000 + numRuns * 2_000);
  let replicas: TestExpense[];
  before(async () => {
    const first = await startTestExpense();
    replicas = [first, await startTestExpense({ database: first.database, identity: first.identity })];
  });
  after(async () => {
    for (const replica of replicas.toReversed()) await replica.stop();
  });

  it('ends with figures that are the sums of its expenses, to the cent, whatever two clients did at once', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(op, { maxLength: 25, size: 'max' }),
        fc.array(op, { maxLength: 25, size: 'max' }),
        async (mine, theirs) => {
          const user = newId();
          const apis = replicas.map((replica) => under(replica.api.as(user), '/api/v1/ledgers/default'));
          const ledger = await History.begin(apis[0]!);
          const histories = await Promise.all(
            [mine, theirs].map((ops, client) => new History(ledger, apis[client]!).play(ops)),
          );
          const expected = new Map(histories.flatMap((history) => history.entries()));

          const stored = await allExpenses(apis[1]!);
          expect(new Map(stored.map((each) => [each.id, entryOf(each)]))).to.deep.equal(expected);
          await expectFigures(replicas[0]!.apiOf('analytics').as(user), [...expected.values()]);
          const { id } = (await apis[0]!.get('')).body;
          expect(await replicas[1]!.parts.rollupCheck.compare(id)).to.deep.equal([]);
        },
      ),
      { seed, numRuns, endOnFailure: true },
    ));
});

/** What both clients share: the categories, and where the expenses of deleted ones went. */
interface Shared {
  readonly categories: string[];
  readonly moved: Map<string, string | null>;
}

/** One client: does one thing after the other and believes what it is answered. */
class History {
  readonly #mine = new Map<string, Entry>();
  readonly #shared: Shared;
  readonly #api: Api;

  constructor(shared: Shared, api: Api) {
    this.#shared = shared;
    this.#api = api;
  }

  static async begin(api: Api): Promise<Shared> {
    const { items } = (await api.get('/categories')).body;
    const leaves = items.filter((category: { parent: string | null }) => category.parent !== null);
    return { categories: leaves.slice(0, 6).map(({ id }: { id: string }) => id), moved: new Map() };
  }

  async play(ops: readonly Op[]): Promise<this> {
    for (const each of ops) await this.#do(each);
    return this;
  }

  /** Follows each expense's category to where it was moved in the end. */
  entries(): [string, Entry][] {
    return [...this.#mine].map(([id, entry]) => {
      let { category } = entry;
      while (category !== null && this.#shared.moved.has(category)) category = this.#shared.moved.get(category)!;
      return [id, { ...entry, category }];
    });
  }

  async #do(op: Op): Promise<void> {
    const ids = [...this.#mine.keys()];
    if (op.do === 'create') return this.#create(op);
    if (op.do === 'delete category') return this.#deleteCategory(op);
    const id = ids[op.which % ids.length];
    if (id === undefined) return;
    if (op.do === 'change') return this.#change(id, op);
    if (op.do === 'delete') {
      expect((await this.#api.delete(`/expenses/${id}`)).status).to.equal(204);
      this.#mine.delete(id);
      return;
    }
    expect((await this.#api.patch(`/expenses/${id}`, { date: '2027-01-05', amount: 0 })).status).to.equal(422);
    expect((await this.#api.delete(`/expenses/${id}`, { 'if-match': '"v999"' })).status).to.equal(412);
  }

  async #create({ entry, sentTwice }: Op & { do: 'create' }): Promise<void> {
    const wanted = this.#named(entry) as Entry;
    const key = { 'idempotency-key': newId() };
    const answers = await Promise.all(
      Array.from({ length: sentTwice ? 2 : 1 }, () => this.#api.post('/expenses', wanted, sentTwice ? key : {})),
    );
    if (this.#isRefusedFor(wanted.category, answers)) return;
    for (const answer of answers) expect(answer.status, answer.text).to.equal(201);
    expect(new Set(answers.map(({ body }) => body.id)).size).to.equal(1);
    this.#mine.set(answers[0]!.body.id, wanted);
  }

  async #change(id: string, { patch, isStale }: Op & { do: 'change' }): Promise<void> {
    const wanted = this.#named(patch);
    const answer = await this.#api.patch(`/expenses/${id}`, wanted, isStale ? { 'if-match': '"v0"' } : {});
    if (isStale) return void expect(answer.status, answer.text).to.equal(412);
    if (this.#isRefusedFor(wanted.category, [answer])) return;
    expect(answer.status, answer.text).to.equal(200);
    this.#mine.set(id, { ...this.#mine.get(id)!, ...wanted });
  }

  async #deleteCategory({ which, to }: Op & { do: 'delete category' }): Promise<void> {
    const { categories, moved } = this.#shared;
    const id = categories[which]!;
    const target = to === null ? null : categories[to]!;
    const { status, text } = await this.#api.delete(`/categories/${id}?moveTo=${target ?? 'none'}`);
    if (status === 204) moved.set(id, target);
    else expect(status === 404 || (status === 422 && text.includes('moveTo')), text).to.equal(true);
  }

  /** A category may go at any moment; then nothing is written under it. */
  #isRefusedFor(category: string | null | undefined, answers: readonly Answer[]): boolean {
    if (!category || answers.every(({ status }) => status !== 422)) return false;
    for (const { status, body } of answers) {
      expect(status).to.equal(422);
      expect(body.errors).to.deep.equal([{ pointer: '#/category', detail: 'is no category of this ledger' }]);
    }
    return true;
  }

  #named({ category, ...rest }: Partial<Generated>): Partial<Entry> {
    if (category === undefined) return rest;
    return { ...rest, category: category === null ? null : this.#shared.categories[category]! };
  }
}

const entryOf = ({ date, amount, currency, kind, category }: Expense): Entry => ({
  date,
  amount,
  currency,
  kind,
  category,
});

async function allExpenses(api: Api): Promise<Expense[]> {
  const found: Expense[] = [];
  for (let cursor = ''; ; ) {
    const { body } = await api.get(`/expenses?limit=7&sort=-amount${cursor}`);
    found.push(...body.items);
    if (body.next === null) return found;
    cursor = `&cursor=${body.next}`;
  }
}

/** Every way to ask, compared with sums made by a loop over the expenses. */
async function expectFigures(api: Api, entries: readonly Entry[]): Promise<void> {
  const ranges = [
    '2026-12-01..2027-01-31',
    '2026-12-13..2027-01-09',
    '2026-12-20..2026-12-20',
    '2025-01-01..2026-12-15',
  ];
  for (const by of ['total', 'month', 'day'] as const)
    for (const categories of [true, false])
      for (const currency of ['EUR', 'USD']) {
        const query = new URLSearchParams({ ranges: ranges.join(','), by, categories: String(categories), currency });
        const { status, text, body } = await api.get(`/internal/v1/ledgers/default/figures?${query}`);
        expect(status, text).to.equal(200);
        for (const range of (body as Figures).ranges) {
          const inside = entries.filter(
            ({ date, kind }) => date >= range.from && date <= range.to && kind !== 'transfer',
          );
          expect(range.currencies).to.deep.equal([...new Set(inside.map((each) => each.currency))].sort());
          const isEmpty = (cell: Cell) => isDeepStrictEqual(cell, emptyCell());
          const buckets = range.buckets.filter(({ cell }) => !isEmpty(cell));
          expect(new Map(buckets.map(({ start, category, cell }) => [`${start} ${category}`, cell]))).to.deep.equal(
            sums(
              inside.filter((each) => each.currency === currency),
              ({ date, category }) => {
                const start = { total: range.from, month: `${date.slice(0, 7)}-01`, day: date }[by];
                return `${start < range.from ? range.from : start} ${categories ? (category ?? 'none') : null}`;
              },
            ),
          );
        }
      }
}

function sums(entries: readonly Entry[], keyOf: (entry: Entry) => string): Map<string, Cell> {
  const cells = new Map<string, Cell>();
  for (const entry of entries) {
    const kind = entry.kind as Exclude<Kind, 'transfer'>;
    const cell = cells.get(keyOf(entry)) ?? emptyCell();
    cell[kind] += entry.amount;
    cell[`${kind}Count`] += 1;
    cells.set(keyOf(entry), cell);
  }
  return cells;
}
