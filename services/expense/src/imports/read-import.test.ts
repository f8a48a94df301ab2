import { expect } from 'chai';
import mongoose from 'mongoose';
import { csv, type ImportApi, openImportApi } from './import-test-api.ts';

describe('POST imports', () => {
  let service: ImportApi;
  before(async () => {
    service = await openImportApi();
  });
  after(() => service.stop());

  it('answers a preview with each row as it would be written, and leaves the ledger alone', async () => {
    const person = service.person();
    const answer = await person.upload(csv('2026-11-23,-12.50,Corner shop,with cake', '2026-11-24,2000,Employer,'), {
      fileName: 'november.csv',
    });

    expect(answer.status).to.equal(201);
    const { id, createdAt, expiresAt, mapping, ...preview } = answer.body;
    expect(preview).to.deep.equal({
      status: 'preview',
      fileName: 'november.csv',
      format: 'csv',
      encoding: 'utf-8',
      columns: ['Date', 'Amount', 'Payee', 'Note'],
      counts: { total: 2, new: 2, duplicate: 0, invalid: 0, imported: 0 },
      progress: null,
      failure: null,
      undone: null,
      rows: [
        {
          row: 0,
          line: 2,
          status: 'new',
          reason: null,
          duplicateOf: null,
          expense: {
            date: '2026-11-23',
            amount: 1250,
            currency: 'EUR',
            kind: 'expense',
            payee: 'Corner shop',
            note: 'with cake',
            category: null,
          },
        },
        {
          row: 1,
          line: 3,
          status: 'new',
          reason: null,
          duplicateOf: null,
          expense: {
            date: '2026-11-24',
            amount: 200_000,
            currency: 'EUR',
            kind: 'income',
            payee: 'Employer',
            note: '',
            category: null,
          },
        },
      ],
      nextRow: null,
    });
    expect(mapping).to.include({ date: 0, amount: 1, payee: 2, note: 3, dateOrder: 'ymd', decimal: '.' });
    expect(Date.parse(expiresAt) - Date.parse(createdAt)).to.equal(86_400_000);
    expect(answer.headers.get('location')).to.match(new RegExp(`^/api/v1/ledgers/[0-9a-f]{24}/imports/${id}$`));
    expect(await person.expenses()).to.deep.equal([]);

    const { body } = await person.read(id);
    expect(body).to.deep.equal(answer.body);
  });

  it('refuses single rows with line and reason, and keeps the others', async () => {
    const { body } = await service
      .person()
      .upload(csv('2026-02-30,-1.00,A,', '2026-11-23,-1.00,B,', '2026-11-24,x,C,'));
    expect(body.counts).to.deep.equal({ total: 3, new: 1, duplicate: 0, invalid: 2, imported: 0 });
    expect(body.rows[0]).to.include({ status: 'invalid', line: 2, expense: null });
    expect(body.rows[0].reason).to.contain('2026-02-30');
    expect(body.rows[2]).to.include({ status: 'invalid', line: 4 });
  });

  it('takes amounts in the ledger’s currency, or in the one that is asked for, where the file names none', async () => {
    const person = service.person();
    await person.ledger.patch('', { currency: 'JPY' });
    const file = csv('2026-11-23,-1250,Konbini,');
    const inYen = await person.upload(file);
    expect(inYen.body.rows[0].expense).to.include({ currency: 'JPY', amount: 1250 });
    const inFrancs = await person.upload(file, { currency: 'CHF' });
    expect(inFrancs.body.rows[0].expense).to.include({ currency: 'CHF', amount: 125_000 });
  });

  for (const [what, file, detail] of [
    ['an empty body', '', 'The file is empty.'],
    ['a PDF', '%PDF-1.7 …', 'The file is a PDF document. Export the bookings as OFX, QIF, CSV, MT940 or camt.053.'],
  ] as const)
    it(`refuses ${what} as a whole, in words for the person`, async () => {
      const answer = await service.person().upload(file);
      expect(answer.status).to.equal(422);
      expect(answer.body).to.include({ type: '/problems/unreadable-statement', detail });
    });

  describe('shows long files page by page', () => {
    const file = csv(...Array.from({ length: 1_203 }, (_, row) => `2026-01-01,-${row + 1}.00,Shop ${row},`));
    it('500 rows at first, then from `nextRow` on', async () => {
      const person = service.person();
      const first = (await person.upload(file)).body;
      expect(first.rows).to.have.lengthOf(500);
      expect(first.nextRow).to.equal(500);
      const second = (await person.read(first.id, '?fromRow=950&limit=100')).body;
      expect(second.rows.map(({ row }: { row: number }) => row)).to.deep.equal(
        Array.from({ length: 100 }, (_, index) => 950 + index),
      );
      expect(second.nextRow).to.equal(1_050);
      const last = (await person.read(first.id, '?fromRow=1000')).body;
      expect(last.rows).to.have.lengthOf(203);
      expect(last.nextRow).to.equal(null);
      const beyond = (await person.read(first.id, '?fromRow=5000')).body;
      expect(beyond.rows).to.deep.equal([]);
      expect(beyond.nextRow).to.equal(null);
      expect((await person.read(first.id, '?limit=501')).body.errors[0].parameter).to.equal('limit');
    });

    it('or none of them, for who follows how far it is', async () => {
      const person = service.person();
      const { id } = (await person.upload(file)).body;
      const state = (await person.read(id, '?limit=0')).body;
      expect(state).to.include({ id, status: 'preview', nextRow: null });
      expect(state.counts.total).to.equal(1_203);
      expect(state.rows).to.deep.equal([]);
    });
  });

  it('refuses a file of more rows than a commit can name, and keeps nothing of it', async () => {
    const file = `Date,Amount\n${'2026-01-01,-1\n'.repeat(100_001)}`;
    const answer = await service.person().upload(file);
    expect(answer.body).to.include({
      status: 422,
      detail: 'The file has more than 100000 bookings. Split it, for example by year.',
    });
    const { body } = await service.person().upload(csv('2026-11-23,-1.00,A,'));
    const left = await service.database.connection.collection('import_chunks').distinct('import');
    expect(left.map(String)).to.include(body.id);
    expect(await service.database.connection.collection('import_chunks').countDocuments({ first: 99_500 })).to.equal(0);
  }).timeout(60_000);

  describe('of a CSV file', () => {
    // A bank's own words: neither the order of the date nor the payee can be guessed from them.
    const file = 'Day;Booked;Sum;Reference;Other side\n03/04/2026;04/04/2026;-5,00;Lunch;Bistro\n';
    const corrected = {
      delimiter: ';',
      headerRows: 1,
      date: 1,
      dateOrder: 'mdy',
      amount: 2,
      debit: null,
      credit: null,
      decimal: ',',
      negate: false,
      payee: 4,
      note: 3,
      currency: null,
      category: null,
      bankId: null,
    };

    it('reads by the mapping that is given, remembers it once committed, and uses it for the next file', async () => {
      const person = service.person();
      const guessed = (await person.upload(file)).body;
      expect(guessed.columns).to.deep.equal(['Day', 'Booked', 'Sum', 'Reference', 'Other side']);
      expect(guessed.rows[0].expense.date).to.equal('2026-04-03');

      const read = (await person.upload(file, { mapping: JSON.stringify(corrected) })).body;
      expect(read.mapping).to.include(corrected);
      expect(read.rows[0].expense).to.include({ date: '2026-04-04', payee: 'Bistro', note: 'Lunch' });
      expect((await person.upload(file)).body.rows[0].expense.payee).to.equal('Lunch');

      await person.commit(read.id);
      const next = 'Day;Booked;Sum;Reference;Other side\n05/06/2026;05/07/2026;-6,00;Dinner;Bistro\n';
      expect((await person.upload(next)).body.rows[0].expense).to.include({ date: '2026-05-07', payee: 'Bistro' });
      // Another person's ledger has its own memory.
      expect((await service.person().upload(next)).body.rows[0].expense.payee).to.equal('Dinner');
    });

    for (const [what, mapping, parameter] of [
      ['not JSON', '{', 'mapping'],
      ['wrong in a field', JSON.stringify({ ...corrected, date: -1 }), 'mapping.date'],
      ['incomplete', JSON.stringify({ delimiter: ';' }), 'mapping.headerRows'],
    ] as const)
      it(`refuses a mapping that is ${what} and names it`, async () => {
        const answer = await service.person().upload(file, { mapping });
        expect(answer.status).to.equal(422);
        expect(answer.body.errors[0].parameter).to.equal(parameter);
      });
  });

  describe('suggests a category', () => {
    const qif = '!Type:Bank\nD11/23/2026\nT-40.00\nPGas station\nLTransport:Fuel and charging\n^\n';

    it('by the name that the file gives it', async () => {
      const person = service.person();
      const { body } = await person.upload(qif);
      expect(body.rows[0].expense.category).to.equal(await person.category('Fuel and charging'));
    });

    it('by the category last given to the payee', async () => {
      const person = service.person();
      const [eating, coffee] = [await person.category('Eating out'), await person.category('Coffee and snacks')];
      const lunch = { amount: 900, currency: 'EUR', payee: 'Bistro' };
      await person.record({ ...lunch, date: '2026-03-01', category: coffee });
      await person.record({ ...lunch, date: '2026-03-02', category: eating });
      await person.record({ ...lunch, date: '2026-03-03' });
      const { body } = await person.upload(csv('2026-11-23,-11.00,BISTRO,', '2026-11-23,-11.00,Bar,'));
      expect(body.rows.map((row: { expense: { category: string } }) => row.expense.category)).to.deep.equal([
        eating,
        null,
      ]);
    });

    it('by what the payee’s earlier rows are filed under, though the person has renamed them since', async () => {
      const person = service.person();
      const groceries = await person.category('Groceries');
      await person.bring(csv('2026-11-02,-20.00,REWE SAGT DANKE 47110815//Berlin/DE,'));
      const [expense] = await person.expenses();
      await person.change(expense, { payee: 'Rewe', category: groceries });
      const { body } = await person.upload(csv('2026-11-23,-11.00,REWE SAGT DANKE 08154711//Berlin/DE,'));
      expect(body.rows[0].expense.category).to.equal(groceries);
    });
  });

  it('lists imports, the latest first, page by page, without their rows', async () => {
    const person = service.person();
    const ids: string[] = [];
    for (const day of ['01', '02', '03']) ids.unshift((await person.upload(csv(`2026-11-${day},-1.00,A,`))).body.id);
    await person.commit(ids[2]!);
    const first = (await person.ledger.get('/imports?limit=2')).body;
    expect(first.items.map(({ id }: { id: string }) => id)).to.deep.equal(ids.slice(0, 2));
    expect(first.items[0]).to.not.have.property('rows');
    const last = (await person.ledger.get(`/imports?limit=2&cursor=${first.next}`)).body;
    expect(last.items.map(({ id, status }: { id: string; status: string }) => [id, status])).to.deep.equal([
      [ids[2], 'committed'],
    ]);
    expect(last.next).to.equal(null);
    const wrong = await person.ledger.get('/imports?cursor=nonsense');
    expect(wrong.body.errors[0].parameter).to.equal('cursor');
  });

  it('keeps the latest 20 previews of a ledger', async () => {
    const person = service.person();
    const ids: string[] = [];
    for (let day = 1; day <= 22; day++) ids.push((await person.upload(csv(`2026-10-${day + 9},-1.00,A,`))).body.id);
    const { body } = await person.ledger.get('/imports?limit=50');
    expect(body.items).to.have.lengthOf(20);
    expect((await person.ledger.get(`/imports/${ids[1]}`)).status).to.equal(404);
  });

  describe('where the client does not wait', () => {
    const file = csv(...Array.from({ length: 1_203 }, (_, row) => `2026-01-01,-${row + 1}.00,Shop ${row},`));

    it('answers 202 and where to look, and reads on; the rows are there once all of them are compared', async () => {
      const person = service.person();
      const answer = await person.upload(file, {}, { prefer: 'respond-async' });
      expect(answer.status).to.equal(202);
      expect(answer.body.status).to.be.oneOf(['received', 'reading']);
      const path = String(answer.headers.get('location')).replace(/^.*(?=\/imports)/, '');
      const preview = await person.settled(answer.body.id);
      expect(preview).to.deep.include({ status: 'preview', progress: null, nextRow: 500 });
      expect((await person.ledger.get(path)).body).to.deep.equal(preview);
    });

    it('says why a file failed, and forgets it in time', async () => {
      const person = service.person();
      const { id } = (await person.upload('%PDF-1.7', {}, { prefer: 'respond-async' })).body;
      const failed = await person.settled(id);
      expect(failed.status).to.equal('failed');
      expect(failed.failure).to.match(/^The file is a PDF document\./);
      expect(Date.parse(failed.expiresAt ?? '') - Date.parse(failed.createdAt)).to.equal(86_400_000);
      expect((await person.commit(id)).body).to.include({ status: 409, type: '/problems/import-not-ready' });
      expect((await person.ledger.delete(`/imports/${id}`)).status).to.equal(204);
    });

    it('keeps nothing of the file once it is read', async () => {
      const person = service.person();
      const { id } = (await person.upload(file)).body;
      const pieces = await service.database.connection.collection('import_uploads').find().toArray();
      expect(pieces.map((piece) => String(piece.import))).to.not.include(id);
    });
  });

  it('gives a file up whose reader fails again and again, and says that the fault is ours', async () => {
    const person = service.person();
    const { id } = (await person.upload(csv('2026-11-23,-1.00,A,'))).body;
    const imports = service.database.connection.collection('imports');
    const read = await imports.findOne({ _id: new mongoose.Types.ObjectId(String(id)) });
    // As a fault in a parser would be: a mapping that no upload can ask for, so that reading throws.
    const broken = new mongoose.Types.ObjectId();
    const work = { dueAt: new Date(), holder: null, attempts: 0, traceparent: null };
    const bytes = Buffer.from(csv('2026-11-23,-1.00,A,'));
    await service.database.connection
      .collection('import_uploads')
      .insertOne({ import: broken, piece: 0, bytes, expiresAt: read?.expiresAt });
    const asked = { currency: null, mapping: { delimiter: 7 } };
    await imports.insertOne({ ...read, _id: broken, status: 'received', asked, work });
    const failed = await person.settled(broken.toHexString());
    expect(failed).to.include({ status: 'failed', failure: 'The file could not be read for a fault on our side.' });
    expect(await service.metric('outlay_import_job_duration_seconds_count', 'work="read",outcome="failed"')).to.equal(
      5,
    );
  }).timeout(30_000);

  it('shows an import to nobody else', async () => {
    const { id } = (await service.person().upload(csv('2026-11-23,-1.00,A,'))).body;
    const stranger = service.person();
    const discarded = await stranger.ledger.delete(`/imports/${id}`);
    for (const answer of [await stranger.read(id), await stranger.commit(id), discarded])
      expect(answer.body).to.include({ status: 404, type: '/problems/import-not-found' });
  });

  it('forgets previews by itself: database indexes expire imports, their rows and their files', async () => {
    for (const name of ['imports', 'import_chunks', 'import_uploads']) {
      const indexes = await service.database.connection.collection(name).indexes();
      expect(indexes.find(({ key }) => 'expiresAt' in key)).to.include({ expireAfterSeconds: 0 });
    }
  });
});
