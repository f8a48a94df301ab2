import { setTimeout } from 'node:timers/promises';
import { expect } from 'chai';
import { Types } from 'mongoose';
import { openTestDatabase } from '../../../../test/support/test-database.ts';
import { createLedgerTransactions, type InLedger } from '../ledger-transactions.ts';
import { csv, type ImportApi, type Importer, openImportApi } from './import-test-api.ts';

const year = { ranges: '2026-01-01..2026-12-31' };
const file = csv('2026-11-21,-1.00,Bistro,', '2026-11-22,-2.00,Bakery,', '2026-11-23,2000.00,Employer,');
const many = (count: number) =>
  csv(...Array.from({ length: count }, (_, row) => `2026-11-${(row % 9) + 10},-3.50,Coffee bar,`));

async function imported(person: Importer, text = file): Promise<string> {
  const { id } = (await person.upload(text)).body;
  await person.commit(id);
  return id;
}
const drift = async ({ parts }: ImportApi, person: Importer) =>
  parts.rollupCheck.compare((await person.ledger.get('')).body.id);

describe('POST imports/{id}/undo', () => {
  let service: ImportApi;
  before(async () => {
    service = await openImportApi();
  });
  after(() => service.stop());

  it('removes exactly what the import wrote, with its sums, and forgets it, so that the file can come again', async () => {
    const person = service.person();
    const own = await person.record({ date: '2026-11-22', amount: 4_711, currency: 'EUR', payee: 'Own' });
    const other = await imported(person, csv('2026-11-22,-9.00,Other file,'));
    const before = (await person.figures(year)).body;
    const id = await imported(person);

    const answer = await person.undo(id);
    expect(answer.status).to.equal(200);
    expect(answer.body).to.deep.include({ id, status: 'undone', undone: { removed: 3, kept: 0 } });
    const left = await person.expenses();
    expect(left.map(({ payee }) => payee)).to.have.members(['Own', 'Other file']);
    expect(left.map(({ id: expense }) => expense)).to.include(own.id);
    expect((await person.figures(year)).body).to.deep.equal(before);
    expect(await drift(service, person)).to.deep.equal([]);

    expect((await person.upload(file)).body.counts).to.include({ new: 3, duplicate: 0 });
    expect((await person.read(other)).body.status).to.equal('committed');
    expect((await person.upload(csv('2026-11-22,-9.00,Other file,'))).body.counts).to.include({ duplicate: 1 });
  });

  it('takes back what was imported when rows were kept as a list', async () => {
    const person = service.person();
    const id = await imported(person);
    const chunks = service.database.connection.collection('import_chunks');
    const chunk = await chunks.findOne({ import: new Types.ObjectId(id) });
    const before = { $set: { rows: JSON.parse(chunk!.rows) }, $unset: { hasAlike: '' } } as const;
    await chunks.updateOne({ _id: chunk!._id }, before);

    expect((await person.undo(id)).body).to.deep.include({ status: 'undone', undone: { removed: 3, kept: 0 } });
    expect(await person.expenses()).to.deep.equal([]);
    expect((await person.upload(file)).body.counts).to.include({ new: 3, duplicate: 0 });
  });

  describe('where expenses were changed since', () => {
    let person: Importer;
    let id: string;
    beforeEach(async () => {
      person = service.person();
      id = await imported(person);
      await person.change((await person.expenses())[0], { note: 'with Ann' });
    });

    it('says how many, and asks what becomes of them', async () => {
      const { status, body } = await person.undo(id);
      expect(status).to.equal(409);
      expect(body.type).to.equal('/problems/import-entries-changed');
      expect(body.errors).to.deep.equal([
        { pointer: '#/changed', detail: 'must be keep or remove, for 1 changed expenses' },
      ]);
      expect(await person.expenses()).to.have.lengthOf(3);
    });

    it('keeps them as asked; the file again then brings only the others', async () => {
      expect((await person.undo(id, { changed: 'keep' })).body.undone).to.deep.equal({ removed: 2, kept: 1 });
      expect((await person.expenses()).map(({ payee }) => payee)).to.deep.equal(['Bistro']);
      expect(await drift(service, person)).to.deep.equal([]);
      expect((await person.upload(file)).body.counts).to.include({ new: 2, duplicate: 1 });
    });

    it('removes them as asked', async () => {
      expect((await person.undo(id, { changed: 'remove' })).body.undone).to.deep.equal({ removed: 3, kept: 0 });
      expect(await person.expenses()).to.deep.equal([]);
      expect((await person.upload(file)).body.counts).to.include({ new: 3 });
    });
  });

  it('leaves alone what was deleted before, which then cannot be restored', async () => {
    const person = service.person();
    const id = await imported(person);
    const [gone] = await person.expenses();
    await person.ledger.delete(`/expenses/${gone?.id}`);
    expect((await person.undo(id)).body.undone).to.deep.equal({ removed: 2, kept: 0 });
    expect((await person.ledger.post(`/expenses/${gone?.id}/restore`)).status).to.equal(404);
    expect(await drift(service, person)).to.deep.equal([]);
  });

  it('answers the same when asked again, also at the same time', async () => {
    const person = service.person();
    const id = await imported(person, many(1_200));
    const answers = await Promise.all([person.undo(id), person.undo(id)]);
    answers.push(await person.undo(id));
    for (const { body } of answers) expect(body.undone).to.deep.equal({ removed: 1_200, kept: 0 });
  });

  it('refuses an import that wrote nothing', async () => {
    const person = service.person();
    const { id } = (await person.upload(file)).body;
    expect((await person.undo(id)).body).to.include({ status: 409, type: '/problems/import-not-ready' });
  });

  for (const endsBeforeCommit of [true, false])
    it(`goes on where it failed, ${endsBeforeCommit ? 'before' : 'after'} a transaction was committed`, async () => {
      const database = await openTestDatabase();
      const real = createLedgerTransactions(database.connection);
      let failIn = Number.POSITIVE_INFINITY;
      const inLedger: InLedger = async (ledger, work) => {
        if (--failIn !== 0) return real(ledger, work);
        const ended = new Error('the service ends here');
        await real(ledger, async (session) => {
          await work(session);
          if (endsBeforeCommit) throw ended;
        });
        throw ended;
      };
      const own = await openImportApi({ database, inLedger });
      try {
        const person = own.person();
        const id = await imported(person, many(1_800));
        failIn = 2;
        expect((await person.undo(id)).body.undone).to.deep.equal({ removed: 1_800, kept: 0 });
        expect(failIn).to.be.below(0);
        expect(await person.expenses()).to.deep.equal([]);
        expect(await drift(own, person)).to.deep.equal([]);
      } finally {
        await own.stop();
        await database.drop();
      }
    });
});

describe('POST imports/{id}/cancel', () => {
  it('takes back what a commit has written so far, and the commit writes no more', async () => {
    const database = await openTestDatabase();
    const real = createLedgerTransactions(database.connection);
    const [reached, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let transactions = 0;
    const inLedger: InLedger = async (ledger, work) => {
      if (++transactions === 3) {
        reached.resolve();
        await goOn.promise;
      }
      return real(ledger, work);
    };
    const service = await openImportApi({ database, inLedger });
    try {
      const person = service.person();
      const { id } = (await person.upload(many(2_100))).body;
      expect((await person.commit(id, {}, { prefer: 'respond-async' })).status).to.equal(202);
      await reached.promise;
      expect(await person.expenses()).to.have.lengthOf(1_000);
      const cancelled = person.cancel(id);
      await eventually(async () => (await person.read(id)).body.status !== 'committing');
      goOn.resolve();
      expect((await cancelled).body).to.deep.include({ status: 'cancelled', undone: { removed: 1_000, kept: 0 } });
      await eventually(async () => (await service.metric('outlay_import_jobs_under_way', 'work="commit"')) === 0);
      expect(await person.expenses()).to.deep.equal([]);
      expect(await drift(service, person)).to.deep.equal([]);
      expect((await person.upload(many(2_100))).body.counts).to.include({ new: 2_100 });
      expect((await person.commit(id)).body).to.include({ status: 409, type: '/problems/import-not-ready' });
    } finally {
      await service.stop();
      await database.drop();
    }
  }).timeout(30_000);

  it('stops the reading of a file and leaves nothing of it', async () => {
    const service = await openImportApi();
    try {
      const person = service.person();
      const rows = Array.from({ length: 20_000 }, (_, row) => `2026-01-01,-${row + 1}.00,Shop ${row},`);
      const { id } = (await person.upload(csv(...rows), {}, { prefer: 'respond-async' })).body;
      await eventually(async () => (await person.read(id)).body.counts.total > 0);
      expect((await person.cancel(id)).body).to.deep.include({ status: 'cancelled', undone: null });
      await eventually(async () => (await service.metric('outlay_import_jobs_under_way', 'work="read"')) === 0);
      for (const name of ['import_chunks', 'import_uploads'])
        expect(await service.database.connection.collection(name).countDocuments(), name).to.equal(0);
      expect(await person.settled(id)).to.deep.include({ status: 'cancelled', rows: [] });
      expect((await person.ledger.delete(`/imports/${id}`)).status).to.equal(204);
    } finally {
      await service.stop();
    }
  }).timeout(30_000);
});

async function eventually(condition: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 10_000; !(await condition()); await setTimeout(10))
    if (Date.now() > end) throw new Error(`never came true: ${condition}`);
}
