import { expect } from 'chai';
import { startTestExpense, type TestExpense } from '../../test/start-test-expense.ts';

const nobody = '6742c0ffee00c0ffee00beef';

describe('an expense', () => {
  let expense: TestExpense;
  before(async () => {
    expense = await startTestExpense();
  });
  after(() => expense.stop());

  it('is answered as it was recorded, with what was left out, and reads the same', async () => {
    const person = expense.person();
    const category = await person.category('Groceries');
    const sent = {
      date: '2026-11-23',
      amount: 1250,
      currency: 'EUR',
      kind: 'refund',
      category,
      payee: ' Corner shop ',
      note: 'milk\nand bread',
      tags: ['holiday', ' holiday ', 'Rome'],
    };
    const { status, body, headers } = await person.ledger.post('/expenses', sent);
    expect(status).to.equal(201);
    expect(body).to.deep.include({ ...sent, payee: 'Corner shop', tags: ['holiday', 'Rome'] });
    expect(body).to.deep.include({ importId: null, version: 1, updatedAt: body.createdAt });
    expect(headers.get('etag')).to.equal('"v1"');
    const read = await person.api.get(headers.get('location')!);
    expect(read.body).to.deep.equal(body);
    expect(read.headers.get('etag')).to.equal('"v1"');

    const least = await person.record();
    expect(least.body).to.deep.include({ kind: 'expense', category: null, payee: '', note: '', tags: [] });
  });

  it('stays on its calendar day wherever the server stands', async () => {
    const person = expense.person();
    for (const date of ['2026-01-01', '2024-02-29', '1900-01-01', '2200-12-31']) {
      const { body } = await person.record({ date });
      expect(body.date).to.equal(date);
      expect((await person.ledger.get(`/expenses?from=${date}&to=${date}`)).body.items).to.have.length(1);
    }
  });

  it('changes in what the patch names, and counts up its version', async () => {
    const person = expense.person();
    const { body: before } = await person.record({
      payee: 'Corner shop',
      tags: ['a'],
      category: await person.category('Pets'),
    });
    const changed = await person.ledger.patch(`/expenses/${before.id}`, { amount: 7, category: null, tags: [] });
    expect(changed.status).to.equal(200);
    expect(changed.headers.get('etag')).to.equal('"v2"');
    const { updatedAt, ...rest } = changed.body;
    expect(rest).to.deep.equal({ ...without(before, 'updatedAt'), amount: 7, category: null, tags: [], version: 2 });
    expect(updatedAt >= before.updatedAt).to.equal(true);
    expect((await person.ledger.get(`/expenses/${before.id}`)).body).to.deep.equal(changed.body);
    expect((await person.ledger.get('/expenses?tag=a')).body.items).to.deep.equal([]);
  });

  it('is found by its new words after a change, and no longer by the old', async () => {
    const person = expense.person();
    const { id } = (await person.record({ payee: 'Corner shop' })).body;
    await person.ledger.patch(`/expenses/${id}`, { payee: 'Bäckerei' });
    expect((await person.ledger.get('/expenses?q=backer')).body.items).to.have.length(1);
    expect((await person.ledger.get('/expenses?q=corner')).body.items).to.have.length(0);
    expect((await person.ledger.get('/expenses?payee=bäckerei')).body.items).to.have.length(1);
  });

  it('is gone once deleted, from the figures too', async () => {
    const person = expense.person();
    const { id } = (await person.record()).body;
    expect((await person.ledger.delete(`/expenses/${id}`)).status).to.equal(204);
    expect((await person.ledger.get(`/expenses/${id}`)).body.type).to.equal('/problems/expense-not-found');
    expect((await person.ledger.patch(`/expenses/${id}`, { amount: 1 })).status).to.equal(404);
    expect((await person.ledger.delete(`/expenses/${id}`)).status).to.equal(404);
    const { body } = await person.figures({ ranges: '2026-11-01..2026-11-30' });
    expect(body.ranges[0].currencies).to.deep.equal([]);
  });

  it('is not changed or deleted by who read an older version', async () => {
    const person = expense.person();
    const { id } = (await person.record()).body;
    const path = `/expenses/${id}`;
    expect((await person.ledger.patch(path, { amount: 2 }, { 'if-match': '"v1"' })).status).to.equal(200);
    for (const refused of [
      await person.ledger.patch(path, { amount: 3 }, { 'if-match': '"v1"' }),
      await person.ledger.delete(path, { 'if-match': '"v1"' }),
      await person.ledger.delete(path, { 'if-match': 'W/"v2"' }),
    ]) {
      expect(refused.status).to.equal(412);
      expect(refused.body.type).to.equal('/problems/changed-meanwhile');
      expect(refused.body.errors[0].parameter).to.equal('If-Match');
      expect(refused.headers.get('etag')).to.equal('"v2"');
    }
    expect((await person.ledger.get(path)).body.amount).to.equal(2);
    expect((await person.ledger.patch(path, { amount: 4 }, { 'if-match': '"v1", "v2"' })).status).to.equal(200);
    expect((await person.ledger.delete(path, { 'if-match': '*' })).status).to.equal(204);
  });

  it('is changed by exactly one of many who read the same version', async () => {
    const person = expense.person();
    const path = `/expenses/${(await person.record()).body.id}`;
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        person.ledger.patch(path, { amount: 100 + index }, { 'if-match': '"v1"' }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, ...Array(7).fill(412)]);
    const winner = answers.find(({ status }) => status === 200)!.body;
    expect((await person.ledger.get(path)).body).to.deep.equal(winner);
  });

  it('loses no change of those who do not ask for a version', async () => {
    const person = expense.person();
    const path = `/expenses/${(await person.record()).body.id}`;
    await Promise.all([
      person.ledger.patch(path, { amount: 1 }),
      person.ledger.patch(path, { payee: 'A' }),
      person.ledger.patch(path, { note: 'B' }),
      person.ledger.patch(path, { kind: 'income' }),
    ]);
    expect((await person.ledger.get(path)).body).to.include({
      amount: 1,
      payee: 'A',
      note: 'B',
      kind: 'income',
      version: 5,
    });
  });

  it('need not be sent again to who has it', async () => {
    const person = expense.person();
    const path = `/expenses/${(await person.record()).body.id}`;
    const same = await person.ledger.get(path, { 'if-none-match': '"v1"' });
    expect(same.status).to.equal(304);
    expect(same.text).to.equal('');
    expect((await person.ledger.get(path, { 'if-none-match': '"v0", W/"v1"' })).status).to.equal(304);
    expect((await person.ledger.get(path, { 'if-none-match': '"v2"' })).status).to.equal(200);
  });

  const wrong: [body: Record<string, unknown>, names: string[]][] = [
    [{ amount: 0 }, ['#/amount']],
    [{ amount: -1 }, ['#/amount']],
    [{ amount: 12.5 }, ['#/amount']],
    [{ amount: '1250' }, ['#/amount']],
    [{ amount: 100_000_000_000 }, ['#/amount']],
    [{ amount: null }, ['#/amount']],
    [{ currency: 'eur' }, ['#/currency']],
    [{ currency: 'QQQ' }, ['#/currency']],
    [{ date: '2026-02-30' }, ['#/date']],
    [{ date: '2026-11-23T00:00:00Z' }, ['#/date']],
    [{ date: '1899-12-31' }, ['#/date']],
    [{ date: 20261123 }, ['#/date']],
    [{ kind: 'loan' }, ['#/kind']],
    [{ category: 'food' }, ['#/category']],
    [{ category: nobody }, ['#/category']],
    [{ category: { $ne: null } }, ['#/category']],
    [{ payee: 'x'.repeat(201) }, ['#/payee']],
    [{ payee: 'a\u0000b' }, ['#/payee']],
    [{ payee: 'half of an emoji: \ud83c' }, ['#/payee']],
    [{ tags: ['\udf55'] }, ['#/tags/0']],
    [{ note: 'x'.repeat(2001) }, ['#/note']],
    [{ note: ['a'] }, ['#/note']],
    [{ tags: 'holiday' }, ['#/tags']],
    [{ tags: ['ok', ''] }, ['#/tags/1']],
    [{ tags: Array.from({ length: 21 }, String) }, ['#/tags']],
    [{ id: nobody }, ['#/id']],
    [{ version: 3 }, ['#/version']],
    [{ amount: 0, currency: 'x', __proto__x: 1 }, ['#/amount', '#/currency', '#/__proto__x']],
  ];
  for (const [changes, names] of wrong)
    it(`is refused with ${JSON.stringify(changes).slice(0, 60)}, new or changed, naming ${names.join(', ')}`, async () => {
      const person = expense.person();
      const { id } = (await person.record()).body;
      for (const answer of [
        await person.record(changes),
        await person.ledger.patch(`/expenses/${id}`, { payee: 'x', ...changes }),
      ]) {
        expect(answer.status, answer.text).to.equal(422);
        expect(answer.body.errors.map(({ pointer }: { pointer: string }) => pointer)).to.have.members(names);
      }
      expect((await person.ledger.get('/expenses')).body.items).to.have.length(1);
    });

  it('is refused where the body is nothing, malformed, of another type or too large', async () => {
    const person = expense.person();
    const json = { 'content-type': 'application/json' };
    expect(
      (await person.ledger.post('/expenses')).body.errors.map(({ pointer }: { pointer: string }) => pointer),
    ).to.have.members(['#/date', '#/amount', '#/currency']);
    expect((await person.ledger.post('/expenses', '{"amount":', json)).status).to.equal(400);
    expect((await person.ledger.post('/expenses', 'amount=1')).status).to.equal(415);
    expect((await person.ledger.post('/expenses', `{"note":"${'x'.repeat(70_000)}"}`, json)).status).to.equal(413);
    const { id } = (await person.record()).body;
    const nothing = await person.ledger.patch(`/expenses/${id}`, {});
    expect(nothing.status).to.equal(422);
    expect(nothing.body.errors[0].detail).to.equal('must change at least one field');
  });

  it('is refused under an id or If-Match that is none', async () => {
    const person = expense.person();
    expect((await person.ledger.get('/expenses/1')).body.errors[0].parameter).to.equal('id');
    expect((await person.ledger.delete('/expenses/%24ne')).body.errors[0].parameter).to.equal('id');
    const { id } = (await person.record()).body;
    for (const header of ['v1', '"v1', '"v1";"v2"', '']) {
      const answer = await person.api.send('DELETE', `/api/v1/ledgers/default/expenses/${id}`, undefined, {
        'if-match': header || ' ',
      });
      expect(answer.status, header).to.equal(422);
      expect(answer.body.errors[0].parameter).to.equal('If-Match');
    }
    expect((await person.ledger.get(`/expenses/${id}`)).status).to.equal(200);
  });

  it('is counted by kind and outcome', async () => {
    const count = (labels: string) => expense.metric('outlay_expenses_written_total', labels);
    const before = await count('kind="transfer",outcome="created"');
    const person = expense.person();
    const { id } = (await person.record({ kind: 'transfer' })).body;
    await person.ledger.patch(`/expenses/${id}`, { kind: 'refund' });
    await person.ledger.delete(`/expenses/${id}`);
    await person.record({ kind: 'transfer', amount: 0 });
    expect(await count('kind="transfer",outcome="created"')).to.equal(before + 1);
    expect(await count('kind="refund",outcome="deleted"')).to.be.greaterThan(0);
  });

  it('leaves nothing personal in the log', async () => {
    const person = expense.person();
    await person.record({ payee: 'Dr. Secretive', note: 'very private', amount: 987654 });
    await person.ledger.get('/expenses?q=secretive');
    const log = expense.lines.join('');
    for (const word of ['ecretive', 'private', '987654']) expect(log).to.not.include(word);
  });
});

const without = (object: Record<string, unknown>, name: string) => {
  const { [name]: _, ...rest } = object;
  return rest;
};
