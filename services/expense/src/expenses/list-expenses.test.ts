import type { Expense, ExpenseQuery } from '@outlay/contracts/expense.ts';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Api } from '../../../../test/support/request.ts';
import { type Person, startTestExpense, type TestExpense } from '../../test/start-test-expense.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
const numRuns = Number(process.env.FC_RUNS ?? 150);

type Query = Record<string, string>;

async function pages(api: Api, query: Query, limit = 200): Promise<Expense[]> {
  const found: Expense[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const search = new URLSearchParams({ ...query, limit: String(limit), ...(cursor && { cursor }) });
    const { status, text, body } = await api.get(`/expenses?${search}`);
    expect(status, text).to.equal(200);
    expect(body.items.length).to.be.at.most(limit);
    found.push(...body.items);
    cursor = body.next;
  }
  return found;
}

describe('a list of expenses', () => {
  let expense: TestExpense;
  let person: Person;
  let all: Expense[];
  let categories: { id: string; name: string; parent: string | null }[];
  const idOf = (name: string) => categories.find((category) => category.name === name)!.id;

  const payees = ['Corner Shop', 'corner shop', 'Café Größe', 'Bäckerei Müller', 'ACME 24-7', '寿司屋', ''];
  const notes = ['', 'milk and bread', 'Milch', 'REF12345678', 'gift for Zoë'];

  before(async () => {
    expense = await startTestExpense();
    person = expense.person();
    categories = (await person.ledger.get('/categories')).body.items;
    const pool = [null, idOf('Food'), idOf('Groceries'), idOf('Eating out'), idOf('Pets'), idOf('Salary')];
    const ledger = (await person.ledger.get('')).body.id;
    // Sums of primes: every combination comes, in no visible order, and many share day and amount.
    const rows = Array.from({ length: 400 }, (_, index) => ({
      date: `2026-${String(1 + ((index * 7) % 12)).padStart(2, '0')}-${String(1 + ((index * 11) % 28)).padStart(2, '0')}`,
      amount: 100 * (1 + ((index * 13) % 29)),
      currency: index % 9 === 0 ? 'USD' : 'EUR',
      kind: (['expense', 'expense', 'expense', 'income', 'refund', 'transfer', 'expense'] as const)[index % 7]!,
      category: pool[(index * 5) % pool.length]!,
      payee: payees[(index * 3) % payees.length]!,
      note: notes[index % notes.length]!,
      tags: [['holiday'], ['holiday', 'Rome'], [], [], []][index % 5]!,
    }));
    await expense.parts.inLedger(ledger, (await expense.parts.bookkeeping.prepareMany(ledger, rows)).write);
    all = await pages(person.ledger, {});
    // Somebody else's, which no list may show.
    await expense.person().record({ payee: 'Corner Shop', tags: ['holiday'] });
  });
  after(() => expense.stop());

  const ids = (expenses: readonly Expense[]) => expenses.map(({ id }) => id);

  it('holds every expense once, the latest first', () => {
    expect(all).to.have.length(400);
    expect(new Set(ids(all)).size).to.equal(400);
    for (const [index, each] of all.slice(1).entries())
      expect(all[index]!.date > each.date || (all[index]!.date === each.date && all[index]!.id > each.id)).to.equal(
        true,
      );
  });

  const filters: [query: Query, passes: (expense: Expense) => boolean][] = [
    [{ from: '2026-03-01' }, ({ date }) => date >= '2026-03-01'],
    [{ to: '2026-03-01' }, ({ date }) => date <= '2026-03-01'],
    [{ from: '2026-03-01', to: '2026-03-01' }, ({ date }) => date === '2026-03-01'],
    [{ kind: 'expense' }, ({ kind }) => kind === 'expense'],
    [{ kind: 'transfer' }, ({ kind }) => kind === 'transfer'],
    [{ currency: 'USD' }, ({ currency }) => currency === 'USD'],
    [{ min: '2000' }, ({ amount }) => amount >= 2000],
    [{ max: '100' }, ({ amount }) => amount <= 100],
    [{ min: '500', max: '500' }, ({ amount }) => amount === 500],
    [{ category: 'none' }, ({ category }) => category === null],
    [{ tag: 'Rome' }, ({ tags }) => tags.includes('Rome')],
    [{ tag: 'rome' }, () => false],
    [{ payee: 'CORNER  shop' }, ({ payee }) => payee.toLowerCase() === 'corner shop'],
    [{ payee: 'corner' }, () => false],
    [{ q: 'cor' }, ({ payee }) => payee.toLowerCase() === 'corner shop'],
    [{ q: 'SHOP corner' }, ({ payee }) => payee.toLowerCase() === 'corner shop'],
    [{ q: 'cafe grosse' }, ({ payee }) => payee === 'Café Größe'],
    [{ q: 'muller' }, ({ payee }) => payee === 'Bäckerei Müller'],
    [{ q: 'zoe' }, ({ note }) => note === 'gift for Zoë'],
    [{ q: 'mil' }, ({ note }) => /^mil/i.test(note)],
    [{ q: 'corner milk' }, ({ payee, note }) => /^corner/i.test(payee) && /^milk/.test(note)],
    [{ q: 'ref12345678' }, ({ note }) => note === 'REF12345678'],
    [{ q: '24' }, ({ payee }) => payee === 'ACME 24-7'],
    [{ q: '寿司' }, ({ payee }) => payee === '寿司屋'],
    [{ q: 'ornershop' }, () => false],
    [{ q: '?!' }, () => false],
    [{ q: '.*' }, () => false],
  ];
  for (const [query, passes] of filters)
    it(`shows by ${new URLSearchParams(query)} what fits, and nothing else`, async () => {
      expect(ids(await pages(person.ledger, query))).to.deep.equal(ids(all.filter(passes)));
    });

  it('shows by a category what stands under its children too', async () => {
    const inFood = new Set([idOf('Food'), idOf('Groceries'), idOf('Eating out'), idOf('Coffee and snacks')]);
    expect(ids(await pages(person.ledger, { category: idOf('Food') }))).to.deep.equal(
      ids(all.filter(({ category }) => category !== null && inFood.has(category))),
    );
    expect(ids(await pages(person.ledger, { category: idOf('Groceries') }))).to.deep.equal(
      ids(all.filter(({ category }) => category === idOf('Groceries'))),
    );
  });

  const sorts: Record<ExpenseQuery['sort'], (a: Expense, b: Expense) => number> = {
    date: (a, b) => compare(a.date, b.date) || compare(a.id, b.id),
    '-date': (a, b) => compare(b.date, a.date) || compare(b.id, a.id),
    amount: (a, b) => a.amount - b.amount || compare(a.date, b.date) || compare(a.id, b.id),
    '-amount': (a, b) => b.amount - a.amount || compare(b.date, a.date) || compare(b.id, a.id),
  };

  it(`is the same as a loop over all, for any filters, order and size of page (FC_SEED=${seed})`, async function () {
    this.timeout(20_000 + numRuns * 1_000);
    const category: [Query, (expense: Expense) => boolean][] = [
      [{ category: idOf('Groceries') }, (each) => each.category === idOf('Groceries')],
      [{ category: idOf('Travel') }, () => false],
    ];
    const choice = fc.subarray([...filters, ...category], { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        choice,
        fc.constantFrom(...(Object.keys(sorts) as ExpenseQuery['sort'][])),
        fc.integer({ min: 1, max: 60 }),
        async (chosen, sort, limit) => {
          // Of two filters of one name the later one is asked for.
          const byName = new Map(
            chosen.flatMap(([query, passes]) => Object.keys(query).map((name) => [name, { query, passes }])),
          );
          const used = [...new Set(byName.values())];
          const query = Object.assign({}, ...used.map((each) => each.query)) as Query;
          fc.pre(used.every((each) => Object.entries(each.query).every(([name, value]) => query[name] === value)));
          fc.pre(
            !(query.from && query.to && query.from > query.to) && !(query.min && query.max && +query.min > +query.max),
          );
          const expected = all.filter((each) => used.every(({ passes }) => passes(each))).sort(sorts[sort]);
          fc.pre(expected.length / limit < 40);
          expect(ids(await pages(person.ledger, { ...query, sort }, limit))).to.deep.equal(ids(expected));
        },
      ),
      { seed, numRuns },
    );
  });

  it('goes on where it was though expenses come and go meanwhile', async () => {
    const other = expense.person();
    for (const day of ['01', '02', '03', '04', '05']) await other.record({ date: `2026-11-${day}` });
    const first = (await other.ledger.get('/expenses?limit=2')).body;
    await other.record({ date: '2026-11-30' });
    await other.ledger.delete(`/expenses/${first.items[1].id}`);
    const second = (await other.ledger.get(`/expenses?limit=2&cursor=${first.next}`)).body;
    const dates = second.items.map(({ date }: Expense) => date);
    expect(dates).to.deep.equal(['2026-11-03', '2026-11-02']);
  });

  it('takes a cursor for its own list only', async () => {
    const { next } = (await person.ledger.get('/expenses?limit=10&kind=expense')).body;
    expect((await person.ledger.get(`/expenses?limit=99&kind=expense&cursor=${next}`)).status).to.equal(200);
    for (const query of ['', 'kind=income', 'kind=expense&sort=date', 'kind=expense&q=corner'])
      await isRefused(`${query}&cursor=${next}`, 'cursor');
    for (const forged of ['x', next.slice(1), Buffer.from('{"list":{"$ne":1}}').toString('base64url')])
      await isRefused(`kind=expense&cursor=${forged}`, 'cursor');
  });

  const isRefused = async (query: string, parameter: string) => {
    const { status, body } = await person.ledger.get(`/expenses?${query}`);
    expect(status, query).to.equal(422);
    expect(new Set(body.errors.map((error: { parameter: string }) => error.parameter))).to.deep.equal(
      new Set([parameter]),
    );
  };
  const wrong: [query: string, parameter: string][] = [
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=ten', 'limit'],
    ['limit=1.5', 'limit'],
    ['from=yesterday', 'from'],
    ['to=2026-13-01', 'to'],
    ['from=2026-02-01&to=2026-01-01', 'from'],
    ['min=5&max=4', 'min'],
    ['min=-1', 'min'],
    ['max=1e30', 'max'],
    ['kind=loan', 'kind'],
    ['currency=euro', 'currency'],
    ['category=food', 'category'],
    ['category=6742c0ffee00c0ffee00beef', 'category'],
    ['sort=payee', 'sort'],
    ['q=', 'q'],
    ['tag=', 'tag'],
    ['payee[$ne]=x', 'payee[$ne]'],
    ['kind=expense&kind=income', 'kind'],
    ['order=asc', 'order'],
  ];
  for (const [query, parameter] of wrong)
    it(`is refused for ${query}, naming ${parameter}`, () => isRefused(query, parameter));

  it('suggests payees of the latest expenses, most used first, with their category', async () => {
    const other = expense.person();
    const groceries = await other.category('Groceries');
    for (const [payee, category] of [
      ['Corner Shop', groceries],
      ['corner shop', null],
      ['Bakery', groceries],
      ['Café Größe', null],
    ] as const)
      await other.record({ payee, category, note: 'shop' });
    const suggested = async (query: string) => (await other.ledger.get(`/payees?${query}`)).body.items;
    expect((await suggested('')).map(({ payee }: { payee: string }) => payee)).to.have.members([
      'corner shop',
      'Bakery',
      'Café Größe',
    ]);
    expect((await suggested(''))[0]).to.deep.equal({ payee: 'corner shop', category: groceries, count: 2 });
    expect(await suggested('q=cafe')).to.deep.equal([{ payee: 'Café Größe', category: null, count: 1 }]);
    expect(await suggested('q=sho')).to.have.length(1);
    expect(await suggested('limit=1')).to.have.length(1);
    expect((await other.ledger.get('/payees?limit=0')).body.errors[0].parameter).to.equal('limit');
  });
});

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
