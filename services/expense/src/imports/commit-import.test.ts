import { expect } from 'chai';
import { newId } from '../../../../test/support/new-id.ts';
import { serviceApi } from '../../../../test/support/request.ts';
import { openTestDatabase } from '../../../../test/support/test-database.ts';
import { createLedgerTransactions, type InLedger } from '../ledger-transactions.ts';
import { csv, type ImportApi, openImportApi } from './import-test-api.ts';

const many = (count: number) =>
  csv(...Array.from({ length: count }, (_, row) => `2026-0${(row % 9) + 1}-15,-${row + 1}.25,Shop ${row % 50},`));

describe('POST imports/{id}/commit', () => {
  let service: ImportApi;
  before(async () => {
    service = await openImportApi();
  });
  after(() => service.stop());

  it('writes every new row as an expense that names its import', async () => {
    const person = service.person();
    const { id } = (await person.upload(csv('2026-11-23,-12.50,Corner shop,cake', '2026-02-30,-1,X,'))).body;
    const answer = await person.commit(id);
    expect(answer.status).to.equal(200);
    expect(answer.body).to.deep.equal({ id, status: 'committed', imported: 1, skipped: 1 });
    const [expense, ...others] = await person.expenses();
    expect(others).to.deep.equal([]);
    const { body } = await person.figures({ ranges: '2026-11-01..2026-11-30' });
    expect(body.ranges[0].buckets[0].cell).to.include({ expense: 1250, expenseCount: 1 });
    expect(expense).to.deep.include({
      date: '2026-11-23',
      amount: 1250,
      currency: 'EUR',
      kind: 'expense',
      payee: 'Corner shop',
      note: 'cake',
      category: null,
      tags: [],
      importId: id,
    });
    const committed = (await person.read(id)).body;
    expect(committed).to.include({ status: 'committed', expiresAt: null });
    expect(committed.counts).to.deep.equal({ total: 2, new: 1, duplicate: 0, invalid: 1, imported: 1 });
  });

  it('answers the same when the same is asked again, and writes nothing twice', async () => {
    const person = service.person();
    const { id } = (await person.upload(many(3))).body;
    const first = await person.commit(id, { rows: [0, 1] });
    const again = await person.commit(id, { rows: [1, 0, 1] });
    expect(first.body).to.deep.equal({ id, status: 'committed', imported: 2, skipped: 1 });
    expect([again.status, again.body]).to.deep.equal([200, first.body]);
    expect(await person.expenses()).to.have.lengthOf(2);
  });

  it('refuses another choice once one was made, instead of answering the result of the first', async () => {
    const person = service.person();
    const { id } = (await person.upload(many(3))).body;
    await person.commit(id, { rows: [1] });
    for (const other of [{ rows: [0, 2] }, { rows: 'new' }, { rows: [1], categories: { 1: null } }])
      expect((await person.commit(id, other)).body).to.include({
        status: 409,
        type: '/problems/import-choice-differs',
      });
    expect(await person.expenses()).to.have.lengthOf(1);
  });

  it('writes once when two ask at the same time', async () => {
    const person = service.person();
    const { id } = (await person.upload(many(1_200))).body;
    const answers = await Promise.all([person.commit(id), person.commit(id), person.commit(id)]);
    for (const { status, body } of answers)
      expect([status, body]).to.deep.equal([200, { id, status: 'committed', imported: 1_200, skipped: 0 }]);
    expect(await person.expenses()).to.have.lengthOf(1_200);
  });

  it('writes once when the same file is committed from two previews at the same time', async () => {
    const person = service.person();
    const [a, b] = await Promise.all([person.upload(many(1_200)), person.upload(many(1_200))]);
    const results = await Promise.all([person.commit(a.body.id), person.commit(b.body.id)]);
    expect(results.map(({ status }) => status)).to.deep.equal([200, 200]);
    expect(results[0].body.imported + results[1].body.imported).to.equal(1_200);
    expect(await person.expenses()).to.have.lengthOf(1_200);
  });

  it('writes once when two replicas of the service are asked at the same time', async () => {
    const { database, identity } = service;
    const other = await openImportApi({ database, identity });
    try {
      const person = service.person();
      const there = serviceApi(other.server.baseUrl, identity, 'expense').as(person.id);
      const [a, b] = [(await person.upload(many(1_200))).body.id, (await person.upload(many(1_200))).body.id];
      const commitThere = (id: string) => there.post(`/api/v1/ledgers/default/imports/${id}/commit`, {});
      const results = await Promise.all([person.commit(a), commitThere(a), commitThere(b)]);
      expect(results.map(({ status }) => status)).to.deep.equal([200, 200, 200]);
      expect(results[0].body).to.deep.equal(results[1].body);
      expect(results[0].body.imported + results[2].body.imported).to.equal(1_200);
      expect(await person.expenses()).to.have.lengthOf(1_200);
      const { body } = await person.figures({ ranges: '2026-01-01..2026-12-31' });
      expect(body.ranges[0].buckets[0].cell.expenseCount).to.equal(1_200);
    } finally {
      await other.stop();
    }
  });

  it('skips what became a duplicate since the preview, and says why', async () => {
    const person = service.person();
    const { id } = (await person.upload(csv('2026-11-23,-12.50,Corner shop,', '2026-11-23,-8.00,Bistro,'))).body;
    await person.record({ date: '2026-11-22', amount: 1250, currency: 'EUR', payee: 'Corner shop' });
    expect((await person.commit(id)).body).to.include({ imported: 1, skipped: 1 });
    const { rows, counts } = (await person.read(id)).body;
    expect(rows[0].reason).to.equal('Same amount and payee one day before: “Corner shop” on 2026-11-22.');
    expect(counts).to.deep.equal({ total: 2, new: 1, duplicate: 1, invalid: 0, imported: 1 });
  });

  describe('where the ledger changes between the look for duplicates and the writing', () => {
    /** A service that does this once, just before it begins the transaction of a chunk. */
    async function amid(change: () => Promise<unknown>): Promise<ImportApi & { arm(): void; close(): Promise<void> }> {
      const database = await openTestDatabase();
      const real = createLedgerTransactions(database.connection);
      let isArmed = false;
      const inLedger: InLedger = async (ledger, work) => {
        const isNow = isArmed;
        isArmed = false;
        if (isNow) await change();
        return real(ledger, work);
      };
      const own = await openImportApi({ database, inLedger });
      const arm = () => {
        isArmed = true;
      };
      const close = async () => {
        await own.stop();
        await database.drop();
      };
      return { ...own, arm, close };
    }

    it('leaves out what another import has brought, and still what repeats an expense', async () => {
      const own = await amid(() => person.bring(csv('2026-11-23,-8.00,Bistro,')));
      const person = own.person();
      const { id } = (await person.upload(csv('2026-11-23,-12.50,Corner shop,', '2026-11-23,-8.00,Bistro,'))).body;
      await person.record({ date: '2026-11-22', amount: 1250, currency: 'EUR', payee: 'Corner shop' });
      own.arm();
      expect((await person.commit(id)).body).to.include({ imported: 0, skipped: 2 });
      expect((await person.expenses()).map(({ payee }) => payee)).to.have.members(['Corner shop', 'Bistro']);
      await own.close();
    });

    it('files nothing under a category that is gone', async () => {
      let category = '';
      const own = await amid(() => person.ledger.delete(`/categories/${category}`));
      const person = own.person();
      category = (await person.ledger.post('/categories', { name: 'Treats' })).body.id;
      const { id } = (await person.upload(csv('2026-11-23,-8.00,Bistro,'))).body;
      own.arm();
      expect((await person.commit(id, { rows: [0], categories: { 0: category } })).body).to.include({ imported: 1 });
      expect((await person.expenses()).map((expense) => expense.category)).to.deep.equal([null]);
      await own.close();
    });
  });

  it('does not take an expense for a second row that explained a first one in the preview', async () => {
    const person = service.person();
    await person.record({ date: '2026-11-22', amount: 350, currency: 'EUR', payee: 'Coffee bar' });
    const file = csv('2026-11-22,-3.50,Coffee bar,', '2026-11-23,-3.50,Coffee bar,');
    expect((await person.bring(file)).body).to.include({ imported: 1, skipped: 1 });
  });

  describe('with chosen rows', () => {
    it('writes these only, and duplicates among them too', async () => {
      const person = service.person();
      await person.bring(csv('2026-11-23,-12.50,Corner shop,'));
      const { id, rows } = (
        await person.upload(csv('2026-11-23,-12.50,Corner shop,', '2026-11-24,-1,A,', '2026-11-25,-1,B,'))
      ).body;
      expect(rows[0].status).to.equal('duplicate');
      expect((await person.commit(id, { rows: [0, 2, 0] })).body).to.include({ imported: 2, skipped: 1 });
      const payees = (await person.expenses()).map(({ payee }) => payee);
      expect(payees).to.deep.equal(['Corner shop', 'Corner shop', 'B']);
      // Both are known now, and the file adds nothing but what was left out.
      expect(
        (await person.bring(csv('2026-11-23,-12.50,Corner shop,', '2026-11-24,-1,A,', '2026-11-25,-1,B,'))).body
          .imported,
      ).to.equal(1);
    });

    it('refuses rows that are not there or cannot be imported, each by its place, and writes nothing', async () => {
      const person = service.person();
      const { id } = (await person.upload(csv('2026-11-23,-1,A,', '2026-02-30,-1,B,', '2026-11-23,-1,C,'))).body;
      const { status, body } = await person.commit(id, { rows: [0, 1, 2, 3] });
      expect(status).to.equal(422);
      expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).to.deep.equal(['#/rows/1', '#/rows/3']);
      expect(body.errors[0].detail).to.match(/^cannot be imported: .*2026-02-30/);
      expect(body.errors[1].detail).to.equal('is no row of the file: they count from 0 to 2');
      expect(await person.expenses()).to.deep.equal([]);
      expect((await person.commit(id)).body.imported).to.equal(2);
    });
  });

  describe('with categories', () => {
    it('files rows under the suggested category, unless another one or none is given', async () => {
      const person = service.person();
      const [eating, coffee] = [await person.category('Eating out'), await person.category('Coffee and snacks')];
      await person.record({ date: '2026-01-01', amount: 1, currency: 'EUR', payee: 'Bistro', category: eating });
      const { id } = (
        await person.upload(csv('2026-11-21,-1,Bistro,', '2026-11-22,-2,Bistro,', '2026-11-23,-3,Bistro,'))
      ).body;
      await person.commit(id, { categories: { 1: coffee, 2: null } });
      const categories = (await person.expenses()).map(({ category }) => category);
      expect(categories).to.deep.equal([eating, eating, coffee, null]);
    });

    it('refuses a category of another ledger and a row that is not there, and names them', async () => {
      const person = service.person();
      const { id } = (await person.upload(csv('2026-11-23,-1,A,'))).body;
      const { status, body } = await person.commit(id, { categories: { 0: newId(), 12: null } });
      expect(status).to.equal(422);
      expect(body.errors).to.deep.equal([
        { pointer: '#/categories/0', detail: 'is no category of this ledger' },
        { pointer: '#/categories/12', detail: 'is no row of the file: they count from 0 to 0' },
      ]);
    });

    it('leaves a row without one where the suggested category has been deleted since the preview', async () => {
      const person = service.person();
      const pets = await person.category('Pets');
      const { id, rows } = (await person.upload('!Type:Bank\nD11/23/2026\nT-40.00\nPVet\nLPets\n^\n')).body;
      expect(rows[0].expense.category).to.equal(pets);
      expect((await person.ledger.delete(`/categories/${pets}`)).status).to.equal(204);
      expect((await person.commit(id)).body.imported).to.equal(1);
      expect((await person.expenses())[0]!.category).to.equal(null);
    });
  });

  it('answers 404 for an import that there is not, and 422 for a choice that makes no sense', async () => {
    const person = service.person();
    expect((await person.commit(newId())).body).to.include({ status: 404, type: '/problems/import-not-found' });
    const { id } = (await person.upload(csv('2026-11-23,-1,A,'))).body;
    expect((await person.commit(id, { rows: [-1] })).body.errors[0].pointer).to.equal('#/rows/0');
    expect((await person.commit(id, { rows: [] })).body.errors[0].pointer).to.equal('#/rows');
  });

  it('is counted by outcome', async () => {
    const own = await openImportApi();
    try {
      const person = own.person();
      await person.bring(csv('2026-11-23,-1,A,', '2026-02-30,-1,B,'));
      await person.upload('%PDF-1.7');
      for (const outcome of ['previewed', 'committed', 'unreadable'])
        expect(await own.metric('outlay_imports_total', `outcome="${outcome}"`), outcome).to.equal(1);
      for (const outcome of ['new', 'invalid', 'imported', 'skipped'])
        expect(await own.metric('outlay_import_rows_total', `format="csv",outcome="${outcome}"`), outcome).to.equal(1);
    } finally {
      await own.stop();
    }
  });

  describe('DELETE imports/{id}', () => {
    it('discards a preview with its rows', async () => {
      const person = service.person();
      const { id } = (await person.upload(many(600))).body;
      expect((await person.ledger.delete(`/imports/${id}`)).status).to.equal(204);
      expect((await person.read(id)).status).to.equal(404);
      expect((await person.commit(id)).status).to.equal(404);
      const chunks = await service.database.connection.collection('import_chunks').find().toArray();
      expect(chunks.map((chunk) => String(chunk.import))).to.not.include(id);
    });

    it('refuses where the expenses are in the ledger', async () => {
      const person = service.person();
      const { id } = (await person.upload(many(1))).body;
      await person.commit(id);
      const answer = await person.ledger.delete(`/imports/${id}`);
      expect(answer.body).to.include({ status: 409, type: '/problems/import-committed' });
      expect(await person.expenses()).to.have.lengthOf(1);
    });
  });
});

describe('a commit that fails in its middle', () => {
  for (const [when, endsBeforeCommit] of [
    ['before its third transaction is committed', true],
    ['after its third transaction is committed, before anyone hears of it', false],
  ] as const)
    it(`${when}, is taken up again by itself and ends with each row written once`, async () => {
      const database = await openTestDatabase();
      const real = createLedgerTransactions(database.connection);
      let transactions = 0;
      const inLedger: InLedger = async (ledger, work) => {
        if (++transactions !== 3) return real(ledger, work);
        const ended = new Error('the service ends here');
        await real(ledger, async (session) => {
          await work(session);
          if (endsBeforeCommit) throw ended;
        });
        throw ended;
      };
      const service = await openImportApi({ database, inLedger });
      try {
        const person = service.person();
        // Rows that look alike, so that a second run could take its own first half for duplicates, or write it twice.
        const file = csv(...Array.from({ length: 2_100 }, (_, row) => `2026-11-${(row % 9) + 10},-3.50,Coffee bar,`));
        const { id } = (await person.upload(file)).body;
        const answer = await person.commit(id);
        expect(answer.body).to.deep.equal({ id, status: 'committed', imported: 2_100, skipped: 0 });
        expect(transactions).to.equal(endsBeforeCommit ? 6 : 5);
        expect(await person.expenses()).to.have.lengthOf(2_100);
        const { body } = await person.read(id);
        expect(body.counts).to.deep.equal({ total: 2_100, new: 2_100, duplicate: 0, invalid: 0, imported: 2_100 });
        expect(
          await service.metric('outlay_import_job_duration_seconds_count', 'work="commit",outcome="failed"'),
        ).to.equal(1);
      } finally {
        await service.stop();
        await database.drop();
      }
    }).timeout(60_000);
});
