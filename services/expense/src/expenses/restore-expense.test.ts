import { expect } from 'chai';
import { type Person, startTestExpense, type TestExpense } from '../../test/start-test-expense.ts';

describe('restoring an expense', () => {
  let now = new Date('2026-11-23T10:00:00Z');
  let expense: TestExpense;
  before(async () => {
    expense = await startTestExpense({ now: () => now });
  });
  after(() => expense.stop());

  const year = { ranges: '2026-01-01..2026-12-31' };
  const spent = async (person: Person) => (await person.figures(year)).body.ranges[0].buckets[0].cell.expense;
  const restore = (person: Person, id: string) => person.ledger.post(`/expenses/${id}/restore`);

  it('undoes a deletion: the same expense, a version on, and counted again', async () => {
    const person = expense.person();
    const category = await person.category('Groceries');
    const { body } = await person.record({ category, payee: 'Corner shop', tags: ['shared'] });
    await person.ledger.delete(`/expenses/${body.id}`);
    expect(await spent(person)).to.equal(0);

    const answer = await restore(person, body.id);

    expect(answer.status, answer.text).to.equal(200);
    expect(answer.headers.get('etag')).to.equal('"v2"');
    expect(answer.body).to.deep.equal({ ...body, version: 2, updatedAt: now.toISOString() });
    expect((await person.ledger.get(`/expenses/${body.id}`)).body).to.deep.equal(answer.body);
    expect(await spent(person)).to.equal(1_250);
  });

  it('may be repeated, even at the same time: it comes back once', async () => {
    const person = expense.person();
    const { id } = (await person.record()).body;
    await person.ledger.delete(`/expenses/${id}`);
    const answers = await Promise.all([restore(person, id), restore(person, id)]);
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 200]);
    expect((await restore(person, id)).body).to.deep.equal(answers[0]!.body);
    expect(await spent(person)).to.equal(1_250);
  });

  it('can be followed by another deletion and another restoring', async () => {
    const person = expense.person();
    const { id } = (await person.record()).body;
    for (let time = 0; time < 3; time++) {
      expect((await person.ledger.delete(`/expenses/${id}`)).status).to.equal(204);
      expect((await restore(person, id)).status).to.equal(200);
    }
    expect(await spent(person)).to.equal(1_250);
  });

  it('brings it back without its category where that is gone', async () => {
    const person = expense.person();
    const category = (await person.ledger.post('/categories', { name: 'Boat' })).body.id;
    const { id } = (await person.record({ category })).body;
    await person.ledger.delete(`/expenses/${id}`);
    await person.ledger.delete(`/categories/${category}`);
    expect((await restore(person, id)).body).to.include({ id, category: null });
  });

  it('is refused after 30 days, for what never was, and in another ledger', async () => {
    const person = expense.person();
    const { id } = (await person.record()).body;
    await person.ledger.delete(`/expenses/${id}`);
    expect((await restore(expense.person(), id)).status).to.equal(404);
    expect((await restore(person, '0123456789abcdef01234567')).status).to.equal(404);
    now = new Date(now.getTime() + 30 * 24 * 3_600_000);
    expect((await restore(person, id)).status).to.equal(404);
  });
});
