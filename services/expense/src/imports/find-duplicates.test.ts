import { expect } from 'chai';
import { csv, type ImportApi, type Importer, openImportApi } from './import-test-api.ts';

interface Row {
  status: string;
  reason: string | null;
  duplicateOf: { expense: string | null; row: number | null } | null;
}

const ofx = (
  ...bookings: { id: string; date?: string; amount?: string; name?: string; account?: string }[]
) => `OFXHEADER:100
DATA:OFXSGML
VERSION:102
ENCODING:USASCII
CHARSET:1252

<OFX><BANKMSGSRSV1>${bookings
  .map(
    ({ id, date = '20261102', amount = '-12.50', name = 'CORNER SHOP', account = '9100' }) =>
      `<STMTTRNRS><STMTRS><CURDEF>EUR<BANKACCTFROM><BANKID>1<ACCTID>${account}<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST><STMTTRN><TRNTYPE>DEBIT<DTPOSTED>${date}<TRNAMT>${amount}<FITID>${id}<NAME>${name}</STMTTRN></BANKTRANLIST></STMTRS></STMTTRNRS>`,
  )
  .join('')}</BANKMSGSRSV1></OFX>`;

describe('duplicates of an import', () => {
  let service: ImportApi;
  let person: Importer;
  before(async () => {
    service = await openImportApi();
  });
  beforeEach(() => {
    person = service.person();
  });
  after(() => service.stop());

  const preview = async (file: string): Promise<Row[]> => (await person.upload(file)).body.rows;
  const statuses = async (file: string) => (await preview(file)).map(({ status }) => status);
  const today = new Date().toISOString().slice(0, 10);

  describe('by the bank’s id', () => {
    it('are found though the bank words the booking otherwise by now, with the day it was imported', async () => {
      await person.bring(ofx({ id: 'A1' }));
      const [expense] = await person.expenses();
      const [row] = await preview(ofx({ id: 'A1', name: 'POS 4711 CORNERSH BERLIN', date: '20261109' }));
      expect(row).to.deep.include({
        status: 'duplicate',
        reason: `The bank’s id A1 was imported on ${today}.`,
        duplicateOf: { expense: expense!.id, row: null },
      });
    });

    it('are told apart by account', async () => {
      await person.bring(ofx({ id: 'A1' }));
      expect(await statuses(ofx({ id: 'A1', account: '9200' }))).to.deep.equal(['new']);
    });

    it('inside one file repeat the earlier row', async () => {
      const [first, second] = await preview(ofx({ id: 'A1' }, { id: 'A1' }));
      expect(first!.status).to.equal('new');
      expect(second).to.deep.include({
        status: 'duplicate',
        reason: 'The bank’s id A1 stands in line 7 of this file already.',
        duplicateOf: { expense: null, row: 0 },
      });
    });

    it('keep bookings of one account apart that look alike a day later', async () => {
      await person.bring(ofx({ id: 'A1' }));
      expect(await statuses(ofx({ id: 'A2', date: '20261103' }))).to.deep.equal(['new']);
    });
  });

  describe('without one', () => {
    const twoCoffees = csv('2026-11-02,-3.50,Coffee bar,', '2026-11-02,-3.50,Coffee bar,');

    it('two equal rows inside one file are two expenses, and the file again adds nothing', async () => {
      expect((await person.bring(twoCoffees)).body).to.include({ imported: 2, skipped: 0 });
      const rows = await preview(twoCoffees);
      expect(rows.map(({ status }) => status)).to.deep.equal(['duplicate', 'duplicate']);
      expect(rows[0]!.reason).to.equal(`This row was imported on ${today}.`);
      const explained = new Set(rows.map(({ duplicateOf }) => duplicateOf?.expense));
      expect(explained).to.deep.equal(new Set((await person.expenses()).map(({ id }) => id)));
      expect((await person.bring(twoCoffees)).body).to.include({ imported: 0, skipped: 2 });
    });

    it('a third coffee in a longer export of the same day is new', async () => {
      await person.bring(twoCoffees);
      expect(await statuses(`${twoCoffees}2026-11-02,-3.50,Coffee bar,\n`)).to.deep.equal([
        'duplicate',
        'duplicate',
        'new',
      ]);
    });

    it('the file again adds nothing after the person has changed an expense', async () => {
      await person.bring(twoCoffees);
      const [expense] = await person.expenses();
      await person.change(expense, { payee: 'Breakfast with Ada', amount: 700, date: '2026-10-20', kind: 'transfer' });
      expect(await statuses(twoCoffees)).to.deep.equal(['duplicate', 'duplicate']);
    });

    it('the file again adds nothing after the person has deleted an expense, and says so', async () => {
      await person.bring(csv('2026-11-02,-3.50,Coffee bar,'));
      const [expense] = await person.expenses();
      await person.ledger.delete(`/expenses/${expense!.id}`);
      expect((await preview(csv('2026-11-02,-3.50,Coffee bar,')))[0]).to.deep.include({
        status: 'duplicate',
        reason: `This row was imported on ${today}, and its expense was deleted since.`,
        duplicateOf: { expense: null, row: null },
      });
    });
  });

  describe('of expenses noted by hand', () => {
    const noted = { date: '2026-11-21', amount: 1250, currency: 'EUR', payee: 'Corner shop' };

    for (const [date, reason] of [
      ['2026-11-21', 'Same amount and payee on the same day: “Corner shop” on 2026-11-21.'],
      ['2026-11-23', 'Same amount and payee two days before: “Corner shop” on 2026-11-21.'],
      ['2026-11-20', 'Same amount and payee one day after: “Corner shop” on 2026-11-21.'],
      ['2026-11-25', null],
    ] as const)
      it(`a row of ${date} is ${reason === null ? 'new' : `“${reason}”`}`, async () => {
        const { id } = await person.record(noted);
        const [row] = await preview(csv(`${date},-12.50,CORNER SHOP 4711 BERLIN,`));
        expect(row!.reason).to.equal(reason);
        expect(row!.duplicateOf).to.deep.equal(reason === null ? null : { expense: id, row: null });
      });

    it('each explains one row only', async () => {
      await person.record(noted);
      const rows = csv('2026-11-22,-12.50,Corner shop,', '2026-11-21,-12.50,Corner shop,a');
      expect(await statuses(rows)).to.deep.equal(['new', 'duplicate']);
    });

    it('are not taken for a row by another row’s likeness, wherever in a long file its own row stands', async () => {
      await person.bring(csv('2026-01-31,-3.50,Coffee bar,'));
      const others = Array.from({ length: 700 }, (_, row) => `2025-06-01,-${row + 10}.00,Shop ${row},`);
      const preview = await person.upload(
        csv('2026-02-01,-3.50,Coffee bar,', ...others, '2026-01-31,-3.50,Coffee bar,'),
      );
      expect(preview.body.counts).to.include({ new: 701, duplicate: 1 });
      expect(preview.body.rows[0].status).to.equal('new');
    });
  });

  describe('over formats', () => {
    it('a CSV row repeats the booking that came as OFX', async () => {
      await person.bring(ofx({ id: 'A1' }));
      expect(await statuses(csv('2026-11-03,-12.50,Corner shop,'))).to.deep.equal(['duplicate']);
    });
    it('also where the person has renamed its payee since', async () => {
      await person.bring(ofx({ id: 'A1' }));
      const [expense] = await person.expenses();
      await person.change(expense, { payee: 'Groceries' });
      expect(await statuses(csv('2026-11-03,-12.50,Corner shop,'))).to.deep.equal(['duplicate']);
    });
  });

  it('are nobody else’s expenses', async () => {
    await person.bring(ofx({ id: 'A1' }));
    person = service.person();
    expect(await statuses(ofx({ id: 'A1' }))).to.deep.equal(['new']);
  });
});
