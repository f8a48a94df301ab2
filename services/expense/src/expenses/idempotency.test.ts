import { expect } from 'chai';
import { newId } from '../../../../test/support/new-id.ts';
import { startTestExpense, type TestExpense, under } from '../../test/start-test-expense.ts';

describe('an Idempotency-Key', () => {
  let expense: TestExpense;
  let now = new Date('2026-11-23T12:00:00Z');
  before(async () => {
    expense = await startTestExpense({ now: () => now });
  });
  after(() => expense.stop());
  const key = (value = newId()) => ({ 'idempotency-key': value });

  it('writes once and answers alike, headers included', async () => {
    const person = expense.person();
    const headers = key();
    const first = await person.record({ payee: 'Once' }, headers);
    const again = await person.record({ payee: 'Once' }, headers);
    expect([first.status, again.status]).to.deep.equal([201, 201]);
    expect(again.body).to.deep.equal(first.body);
    expect(again.headers.get('etag')).to.equal(first.headers.get('etag'));
    expect(again.headers.get('location')).to.equal(first.headers.get('location'));
    expect((await person.ledger.get('/expenses')).body.items).to.have.length(1);
  });

  it('takes a body for the same whose members come in another order or are named at their default', async () => {
    const person = expense.person();
    const headers = key();
    const first = await person.ledger.post('/expenses', { date: '2026-11-23', amount: 1, currency: 'EUR' }, headers);
    const again = await person.ledger.post(
      '/expenses',
      { kind: 'expense', currency: 'EUR', amount: 1, date: '2026-11-23', tags: [] },
      headers,
    );
    expect(again.body).to.deep.equal(first.body);
  });

  it('is refused with another body', async () => {
    const person = expense.person();
    const headers = key();
    await person.record({ amount: 1 }, headers);
    const { status, body } = await person.record({ amount: 2 }, headers);
    expect(status).to.equal(422);
    expect(body.type).to.equal('/problems/idempotency-key-reused');
    expect(body.errors[0].parameter).to.equal('Idempotency-Key');
  });

  it('writes once though it comes many times at once, at two replicas', async () => {
    const other = await startTestExpense({ database: expense.database, identity: expense.identity, now: () => now });
    for (let round = 0; round < 5; round++) {
      const person = expense.person();
      await person.ledger.get('');
      const headers = key();
      const body = { date: '2026-11-23', amount: 1250, currency: 'EUR' };
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          index % 2
            ? person.ledger.post('/expenses', body, headers)
            : other.api.as(person.id).post('/api/v1/ledgers/default/expenses', body, headers),
        ),
      );
      expect(new Set(answers.map(({ status, body }) => `${status} ${body.id}`)).size).to.equal(1);
      expect((await person.ledger.get('/expenses')).body.items).to.have.length(1);
      const figures = await person.figures({ ranges: '2026-11-01..2026-11-30' });
      expect(figures.body.ranges[0].buckets[0].cell.expense).to.equal(1250);
    }
    await other.stop();
  });

  it('is another’s key for another user and another ledger', async () => {
    const headers = key();
    const [ada, bob] = [expense.person(), expense.person()];
    const first = await ada.record({}, headers);
    expect((await bob.record({}, headers)).body.id).to.not.equal(first.body.id);
    const { id } = (await ada.api.post('/api/v1/ledgers', { name: 'Flat' })).body;
    const flat = under(ada.api, `/api/v1/ledgers/${id}`);
    const other = await flat.post('/expenses', { date: '2026-11-23', amount: 1250, currency: 'EUR' }, headers);
    expect(other.status).to.equal(201);
    expect(other.body.id).to.not.equal(first.body.id);
    const byAlias = await under(ada.api, `/api/v1/ledgers/${(await ada.ledger.get('')).body.id}`);
    const again = await byAlias.post('/expenses', { date: '2026-11-23', amount: 1250, currency: 'EUR' }, headers);
    expect(again.body.id).to.equal(first.body.id);
  });

  it('is free again after a refusal', async () => {
    const person = expense.person();
    const headers = key();
    expect((await person.record({ amount: 0 }, headers)).status).to.equal(422);
    expect((await person.record({ category: newId() }, headers)).status).to.equal(422);
    expect((await person.record({}, headers)).status).to.equal(201);
  });

  it('is forgotten after a day', async () => {
    const person = expense.person();
    const headers = key();
    const first = await person.record({ amount: 1 }, headers);
    now = new Date(now.getTime() + 24 * 3_600_000 - 1);
    expect((await person.record({ amount: 1 }, headers)).body.id).to.equal(first.body.id);
    now = new Date(now.getTime() + 1);
    const later = await person.record({ amount: 2 }, headers);
    expect(later.status).to.equal(201);
    expect(later.body.id).to.not.equal(first.body.id);
    expect((await person.record({ amount: 2 }, headers)).body.id).to.equal(later.body.id);
  });

  for (const wrong of ['with space', 'ü', 'x'.repeat(256)])
    it(`is refused as "${wrong.slice(0, 20)}"`, async () => {
      const { status, body } = await expense.person().record({}, key(wrong));
      expect(status).to.equal(422);
      expect(body.errors[0].parameter).to.equal('Idempotency-Key');
    });
});
