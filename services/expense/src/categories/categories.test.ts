import { expect } from 'chai';
import { type Person, startTestExpense, type TestExpense } from '../../test/start-test-expense.ts';
import { batchMax } from '../expenses/bookkeeping.ts';
import { categoriesMax } from './manage-categories.ts';

describe('categories', () => {
  let expense: TestExpense;
  before(async () => {
    expense = await startTestExpense();
  });
  after(() => expense.stop());

  const make = async (person: Person, category: object): Promise<string> => {
    const answer = await person.ledger.post('/categories', category);
    expect(answer.status, answer.text).to.equal(201);
    return answer.body.id;
  };
  const spent = async (person: Person): Promise<Record<string, number>> => {
    const { body } = await person.figures({ ranges: '2026-01-01..2026-12-31', categories: 'true' });
    return Object.fromEntries(
      body.ranges[0].buckets.map(({ category, cell }: { category: string; cell: { expense: number } }) => [
        category,
        cell.expense,
      ]),
    );
  };
  const isTrue = async (person: Person) =>
    expect(await expense.parts.rollupCheck.compare((await person.ledger.get('')).body.id)).to.deep.equal([]);

  it('are made, changed, listed behind the others, and deleted', async () => {
    const person = expense.person();
    const made = await person.ledger.post('/categories', { name: ' Bees ', color: '#ffd43b', icon: 'flower' });
    expect(made.status).to.equal(201);
    expect(made.body).to.deep.include({ name: 'Bees', parent: null, color: '#ffd43b', icon: 'flower' });
    const hives = await make(person, { name: 'Hives', parent: made.body.id });
    const changed = await person.ledger.patch(`/categories/${made.body.id}`, { name: 'Beekeeping' });
    expect(changed.body).to.deep.equal({ ...made.body, name: 'Beekeeping' });
    const { items } = (await person.ledger.get('/categories')).body;
    expect(items.at(-1)).to.include({ id: hives, name: 'Hives', parent: made.body.id });
    const top = items.filter(({ parent }: { parent: string | null }) => parent === null);
    expect(top.at(-1)).to.deep.equal(changed.body);
    expect((await person.ledger.delete(`/categories/${hives}`)).status).to.equal(204);
    expect((await person.ledger.delete(`/categories/${hives}`)).status).to.equal(404);
    expect((await person.ledger.delete(`/categories/${made.body.id}`)).status).to.equal(204);
  });

  it('are in the next figure and list as another replica has just made them', async () => {
    const person = expense.person();
    const elsewhere = await startTestExpense({ database: expense.database, identity: expense.identity });
    const other = elsewhere.api.as(person.id);
    const path = '/api/v1/ledgers/default/categories';
    const food = await person.category('Food');
    await person.record({ category: food, amount: 100 });
    const seen = async () => {
      const { body } = await person.figures({ ranges: '2026-01-01..2026-12-31', category: food });
      const list = await person.ledger.get(`/expenses?category=${food}`);
      return [body.ranges[0].buckets[0].cell.expense, list.body.items.length];
    };
    const named = async (id: string) => {
      const { body } = await person.figures({ ranges: '2026-01-01..2026-12-31', categories: 'true' });
      return body.categories.find((each: { id: string }) => each.id === id)?.name;
    };
    expect(await seen()).to.deep.equal([100, 1]);
    const { id } = (await other.post(path, { name: 'Figs', parent: food })).body;
    await person.record({ category: id, amount: 7 });
    expect(await seen()).to.deep.equal([107, 2]);
    await other.patch(`${path}/${id}`, { name: 'Dates' });
    expect(await named(id)).to.equal('Dates');
    await other.patch(`${path}/${id}`, { parent: null });
    expect(await seen()).to.deep.equal([100, 1]);
    await other.delete(`${path}/${id}?moveTo=none`);
    expect(await named(id)).to.equal(undefined);
    expect((await person.ledger.get(`/expenses?category=${id}`)).status).to.equal(422);
    await elsewhere.stop();
  });

  it('have a name that no sibling has, case aside; cousins may', async () => {
    const person = expense.person();
    const food = await person.category('Food');
    const refused = await person.ledger.post('/categories', { name: 'gROCERIES', parent: food });
    expect(refused.status).to.equal(409);
    expect(refused.body.type).to.equal('/problems/category-name-taken');
    expect(refused.body.errors[0].pointer).to.equal('#/name');
    const treats = await make(person, { name: 'Treats', parent: food });
    expect((await person.ledger.patch(`/categories/${treats}`, { name: 'GROCERIES' })).status).to.equal(409);
    expect((await person.ledger.patch(`/categories/${treats}`, { name: 'TREATS' })).status).to.equal(200);
    const cousin = await make(person, { name: 'Groceries', parent: await person.category('Pets') });
    const moved = await person.ledger.patch(`/categories/${cousin}`, { parent: food });
    expect(moved.body.type).to.equal('/problems/category-name-taken');
    expect((await person.ledger.patch(`/categories/${cousin}`, { parent: null })).body.parent).to.equal(null);
  });

  it('have two levels: none below a child, and none with children becomes one', async () => {
    const person = expense.person();
    const groceries = await person.category('Groceries');
    const food = await person.category('Food');
    const refused = [
      await person.ledger.post('/categories', { name: 'Bread', parent: groceries }),
      await person.ledger.patch(`/categories/${await person.category('Pets')}`, { parent: groceries }),
      await person.ledger.patch(`/categories/${food}`, { parent: await person.category('Pets') }),
    ];
    for (const { status, body } of refused) {
      expect(status).to.equal(409);
      expect(body.type).to.equal('/problems/category-too-deep');
      expect(body.errors[0].pointer).to.equal('#/parent');
    }
    for (const parent of ['6742c0ffee00c0ffee00beef', food]) {
      const answer = await person.ledger.patch(`/categories/${food}`, { parent });
      expect(answer.status).to.equal(422);
      expect(answer.body.errors[0].pointer).to.equal('#/parent');
    }
    expect((await person.ledger.delete(`/categories/${food}`)).body.type).to.equal('/problems/category-has-children');
  });

  it('keep two levels though two clients change both ends at once', async () => {
    const other = await startTestExpense({ database: expense.database, identity: expense.identity });
    for (let round = 0; round < 8; round++) {
      const person = expense.person();
      const [a, b] = [await make(person, { name: 'A' }), await make(person, { name: 'B' })];
      const path = '/api/v1/ledgers/default/categories';
      const answers = await Promise.all([
        person.api.patch(`${path}/${a}`, { parent: b }),
        other.api.as(person.id).post(path, { name: 'below A', parent: a }),
        other.api.as(person.id).delete(`${path}/${b}`),
      ]);
      for (const { status } of answers) expect(status).to.be.oneOf([200, 201, 204, 409, 422, 404]);
      const { items } = (await person.ledger.get('/categories')).body;
      const parentOf = new Map(items.map(({ id, parent }: { id: string; parent: string | null }) => [id, parent]));
      for (const parent of parentOf.values())
        if (parent !== null) expect(parentOf.get(parent), 'parent is there and on top').to.equal(null);
    }
    await other.stop();
  });

  it('are bounded in number', async () => {
    const person = expense.person();
    const { items } = (await person.ledger.get('/categories')).body;
    for (let count = items.length; count < categoriesMax; count++) await make(person, { name: `No. ${count}` });
    const answer = await person.ledger.post('/categories', { name: 'One more' });
    expect(answer.status).to.equal(409);
    expect(answer.body.type).to.equal('/problems/too-many-categories');
  });

  it('are not deleted from under expenses without a word where those go', async () => {
    const person = expense.person();
    const category = await person.category('Groceries');
    const { body: recorded } = await person.record({ category });
    const refused = await person.ledger.delete(`/categories/${category}`);
    expect(refused.status).to.equal(409);
    expect(refused.body.type).to.equal('/problems/category-in-use');
    expect(refused.body.errors[0].parameter).to.equal('moveTo');
    for (const moveTo of [category, '6742c0ffee00c0ffee00beef', 'nowhere']) {
      const answer = await person.ledger.delete(`/categories/${category}?moveTo=${moveTo}`);
      expect(answer.status).to.equal(422);
      expect(answer.body.errors[0].parameter).to.equal('moveTo');
    }
    expect((await person.ledger.get(`/expenses/${recorded.id}`)).body).to.deep.equal(recorded);
  });

  it('hand their expenses on, with their figures and a new version of each', async () => {
    const person = expense.person();
    const [from, to] = [await person.category('Groceries'), await person.category('Eating out')];
    const { body: recorded } = await person.record({ category: from });
    await person.record({ category: to, amount: 50 });
    expect((await person.ledger.delete(`/categories/${from}?moveTo=${to}`)).status).to.equal(204);
    const moved = await person.ledger.get(`/expenses/${recorded.id}`);
    expect(moved.body).to.include({ category: to, version: 2 });
    expect(
      (await person.ledger.patch(`/expenses/${recorded.id}`, { amount: 1 }, { 'if-match': '"v1"' })).status,
    ).to.equal(412);
    expect(await spent(person)).to.deep.equal({ [to]: 1300 });
    expect((await person.ledger.delete(`/categories/${to}?moveTo=none`)).status).to.equal(204);
    expect(await spent(person)).to.deep.equal({ none: 1300 });
    await isTrue(person);
  });

  it('hand on more expenses than one transaction holds, and go on where a deletion broke off', async () => {
    const person = expense.person();
    const [from, to] = [await person.category('Groceries'), await person.category('Eating out')];
    const ledger = (await person.ledger.get('')).body.id;
    const { inLedger, bookkeeping } = expense.parts;
    const count = 2 * batchMax + 100;
    for (let first = 0; first < count; first += batchMax) {
      const rows = Array.from({ length: Math.min(batchMax, count - first) }, (_, index) => ({
        date: `2026-0${1 + (index % 9)}-15`,
        amount: 100,
        currency: 'EUR',
        kind: 'expense' as const,
        category: from,
        payee: 'Corner shop',
        note: '',
        tags: [],
      }));
      await inLedger(ledger, (await bookkeeping.prepareMany(ledger, rows)).write);
    }
    // As far as a service came that died after its first transaction.
    await inLedger(ledger, (session) => bookkeeping.refile(session, ledger, from, to));
    expect(await spent(person)).to.deep.equal({ [from]: (count - batchMax) * 100, [to]: batchMax * 100 });
    expect((await person.ledger.delete(`/categories/${from}?moveTo=${to}`)).status).to.equal(204);
    expect(await spent(person)).to.deep.equal({ [to]: count * 100 });
    await isTrue(person);
  });

  it('never leave an expense under what is gone, though it is filed at the moment of the deletion', async () => {
    const other = await startTestExpense({ database: expense.database, identity: expense.identity });
    for (let round = 0; round < 10; round++) {
      const person = expense.person();
      const category = await make(person, { name: 'Short-lived' });
      const path = '/api/v1/ledgers/default';
      const [deleted, ...recorded] = await Promise.all([
        other.api.as(person.id).delete(`${path}/categories/${category}`),
        ...Array.from({ length: 4 }, () => person.record({ category })),
      ]);
      const isFiled = recorded.map(({ status }) => status === 201);
      if (deleted!.status === 204) expect(isFiled).to.not.include(true);
      else expect(deleted!.status).to.equal(409);
      const { items } = (await person.ledger.get('/categories')).body;
      const ids = items.map(({ id }: { id: string }) => id);
      for (const { category: filed } of (await person.ledger.get('/expenses')).body.items)
        expect(ids).to.include(filed);
    }
    await other.stop();
  });

  const wrong: [body: object, names: string][] = [
    [{}, '#/name'],
    [{ name: ' ' }, '#/name'],
    [{ name: 'x'.repeat(61) }, '#/name'],
    [{ name: 'x', color: 'red' }, '#/color'],
    [{ name: 'x', icon: 'Shopping Cart' }, '#/icon'],
    [{ name: 'x', parent: 'food' }, '#/parent'],
    [{ name: 'x', parent: '6742c0ffee00c0ffee00beef' }, '#/parent'],
    [{ name: 'x', order: 1 }, '#/order'],
  ];
  for (const [body, names] of wrong)
    it(`are refused as ${JSON.stringify(body).slice(0, 50)}, naming ${names}`, async () => {
      const answer = await expense.person().ledger.post('/categories', body);
      expect(answer.status).to.equal(422);
      expect(answer.body.errors).to.have.length(1);
      expect(answer.body.errors[0].pointer).to.equal(names);
    });
});
