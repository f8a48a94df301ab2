import { expect } from 'chai';
import { newId } from '../../../../test/support/new-id.ts';
import { startTestExpense, type TestExpense, under } from '../../test/start-test-expense.ts';
import { ledgersMax } from './open-ledger.ts';

describe('ledgers', () => {
  let expense: TestExpense;
  before(async () => {
    expense = await startTestExpense();
  });
  after(() => expense.stop());

  it('begin with a first one, made when it is first used, which `default` stands for', async () => {
    const { api, ledger } = expense.person();
    const { status, body } = await api.get('/api/v1/ledgers');
    expect(status).to.equal(200);
    expect(body.items).to.have.length(1);
    expect(body.items[0]).to.include({ name: 'Personal', currency: 'EUR', timeZone: 'UTC', isDefault: true });
    expect((await ledger.get('')).body).to.deep.equal(body.items[0]);
    expect((await api.get(`/api/v1/ledgers/${body.items[0].id}`)).body).to.deep.equal(body.items[0]);
  });

  it('are one for a user whose first requests come at the same time, at two replicas', async () => {
    const other = await startTestExpense({ database: expense.database, identity: expense.identity });
    const user = newId();
    const requests = Array.from({ length: 12 }, (_, index) =>
      (index % 2 ? expense : other).api.as(user).get('/api/v1/ledgers/default'),
    );
    const ids = new Set((await Promise.all(requests)).map(({ body }) => body.id));
    expect(ids.size).to.equal(1);
    expect((await expense.api.as(user).get('/api/v1/ledgers')).body.items).to.have.length(1);
    expect((await expense.api.as(user).get('/api/v1/ledgers/default/categories')).body.items.length).to.be.lessThan(60);
    await other.stop();
  });

  it('start with about fourteen categories with theirs below, each with a colour and an icon', async () => {
    const { items } = (await expense.person().ledger.get('/categories')).body;
    const top = items.filter(({ parent }: { parent: string | null }) => parent === null);
    expect(top.map(({ name }: { name: string }) => name)).to.deep.equal([
      'Housing',
      'Food',
      'Transport',
      'Shopping',
      'Health',
      'Leisure',
      'Travel',
      'Children',
      'Pets',
      'Personal care',
      'Insurance',
      'Taxes and fees',
      'Gifts and donations',
      'Income',
    ]);
    const food = top.find(({ name }: { name: string }) => name === 'Food').id;
    const below = items.filter(({ parent }: { parent: string | null }) => parent === food);
    expect(below.map(({ name }: { name: string }) => name)).to.deep.equal([
      'Groceries',
      'Eating out',
      'Coffee and snacks',
    ]);
    for (const { color, icon } of items) {
      expect(color).to.match(/^#[0-9a-f]{6}$/);
      expect(icon).to.match(/^[a-z0-9-]+$/);
    }
  });

  it('can be more, each with its own currency, time zone, categories and expenses', async () => {
    const { api, ledger, record } = expense.person();
    const made = await api.post('/api/v1/ledgers', { name: ' Flat ', currency: 'NOK', timeZone: 'Europe/Oslo' });
    expect(made.status).to.equal(201);
    expect(made.body).to.include({ name: 'Flat', currency: 'NOK', timeZone: 'Europe/Oslo', isDefault: false });
    const flat = under(api, made.headers.get('location')!);
    await record();
    expect((await flat.get('/expenses')).body.items).to.deep.equal([]);
    const [mine, theirs] = [await ledger.get('/categories'), await flat.get('/categories')];
    expect(theirs.body.items[0].name).to.equal(mine.body.items[0].name);
    expect(theirs.body.items[0].id).to.not.equal(mine.body.items[0].id);
    const names = (await api.get('/api/v1/ledgers')).body.items.map(({ name }: { name: string }) => name);
    expect(names).to.deep.equal(['Personal', 'Flat']);
  });

  it('are bounded in number', async () => {
    const { api } = expense.person();
    const { parts } = expense;
    const id = (await api.get('/api/v1/ledgers/default')).body.id;
    const first = (await parts.ledgerStore.model.findById(id).lean())!;
    const copies = Array.from({ length: ledgersMax - 1 }, () => ({ ...first, _id: undefined, isDefault: false }));
    await parts.ledgerStore.model.insertMany(copies.map(({ _id: _, ...ledger }) => ledger));
    const answer = await api.post('/api/v1/ledgers', { name: 'One more' });
    expect(answer.status).to.equal(409);
    expect(answer.body.type).to.equal('/problems/too-many-ledgers');
  });

  it('change what the body names, and nothing else', async () => {
    const { ledger } = expense.person();
    const before = (await ledger.get('')).body;
    const answer = await ledger.patch('', { currency: 'CHF', timeZone: 'Europe/Zurich' });
    expect(answer.status).to.equal(200);
    expect(answer.body).to.deep.equal({ ...before, currency: 'CHF', timeZone: 'Europe/Zurich' });
    expect((await ledger.get('')).body).to.deep.equal(answer.body);
  });

  it('are not there for anybody else, by whatever route', async () => {
    const { api, record } = expense.person();
    const { id } = (await api.get('/api/v1/ledgers/default')).body;
    const recorded = (await record()).body.id;
    const category = (await api.get(`/api/v1/ledgers/${id}/categories`)).body.items[0].id;
    const stranger = under(expense.person().api, `/api/v1/ledgers/${id}`);
    const tries = [
      await stranger.get(''),
      await stranger.patch('', { name: 'Mine' }),
      await stranger.get('/categories'),
      await stranger.post('/categories', { name: 'Mine' }),
      await stranger.patch(`/categories/${category}`, { name: 'Mine' }),
      await stranger.delete(`/categories/${category}`),
      await stranger.get('/expenses'),
      await stranger.post('/expenses', { date: '2026-11-23', amount: 1, currency: 'EUR' }),
      await stranger.get(`/expenses/${recorded}`),
      await stranger.patch(`/expenses/${recorded}`, { amount: 1 }),
      await stranger.delete(`/expenses/${recorded}`),
      await stranger.get('/payees'),
      await stranger.get('/imports'),
    ];
    for (const answer of tries) {
      expect(answer.status).to.equal(404);
      expect(answer.body.type).to.equal('/problems/ledger-not-found');
    }
    const figures = `/internal/v1/ledgers/${id}/figures?ranges=2026-11-01..2026-11-30`;
    expect((await expense.apiOf('analytics').as(newId()).get(figures)).status).to.equal(404);
    expect((await api.get(`/api/v1/ledgers/${id}/expenses/${recorded}`)).body.amount).to.equal(1250);
  });

  it('do not lend an expense or a category to another ledger of the same user', async () => {
    const { api, ledger, record } = expense.person();
    const recorded = (await record()).body.id;
    const category = (await ledger.get('/categories')).body.items[0].id;
    const { id } = (await api.post('/api/v1/ledgers', { name: 'Flat' })).body;
    const flat = under(api, `/api/v1/ledgers/${id}`);
    expect((await flat.get(`/expenses/${recorded}`)).body.type).to.equal('/problems/expense-not-found');
    expect((await flat.patch(`/expenses/${recorded}`, { amount: 1 })).status).to.equal(404);
    expect((await flat.delete(`/expenses/${recorded}`)).status).to.equal(404);
    expect((await flat.patch(`/categories/${category}`, { name: 'x' })).status).to.equal(404);
    const filed = await flat.post('/expenses', { date: '2026-11-23', amount: 1, currency: 'EUR', category });
    expect(filed.body.errors).to.deep.equal([{ pointer: '#/category', detail: 'is no category of this ledger' }]);
  });

  const wrong: [method: string, path: string, body: object | undefined, names: string][] = [
    ['POST', '', {}, '#/name'],
    ['POST', '', { name: '' }, '#/name'],
    ['POST', '', { name: '   ' }, '#/name'],
    ['POST', '', { name: 'x', currency: 'eur' }, '#/currency'],
    ['POST', '', { name: 'x', timeZone: 'Europe/Atlantis' }, '#/timeZone'],
    ['POST', '', { name: 'x', isDefault: true }, '#/isDefault'],
    ['PATCH', '/default', { currency: 1 }, '#/currency'],
    ['PATCH', '/default', { name: 'x', owner: 'me' }, '#/owner'],
    ['PATCH', '/default', {}, '#'],
    ['GET', '/nonsense', undefined, 'ledger'],
    ['GET', '/6742C0FFEE00C0FFEE00BEEF', undefined, 'ledger'],
    ['GET', '/%00', undefined, 'ledger'],
    ['GET', '/%zz', undefined, 'ledger'],
  ];
  for (const [method, path, body, names] of wrong)
    it(`answer 422 naming ${names} to ${method} ${path} ${body ? JSON.stringify(body) : ''}`, async () => {
      const answer = await expense.person().api.send(method, `/api/v1/ledgers${path}`, body);
      expect(answer.status, answer.text).to.equal(422);
      expect(
        answer.body.errors.map((error: { pointer?: string; parameter?: string }) => error.pointer ?? error.parameter),
      ).to.deep.equal([names]);
    });
});
