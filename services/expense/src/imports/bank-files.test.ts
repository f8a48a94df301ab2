import { readdirSync, readFileSync } from 'node:fs';
import type { Import } from '@outlay/contracts/import.ts';
import { expect } from 'chai';
import { type ImportApi, openImportApi } from './import-test-api.ts';

const fixtures = new URL('../../../../packages/statements/fixtures/', import.meta.url);
const files = readdirSync(fixtures, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.(ofx|qif|csv|xml|sta)$/.test(path))
  .sort();

describe('real banks’ files', () => {
  let service: ImportApi;
  before(async () => {
    service = await openImportApi();
  });
  after(() => service.stop());

  it('are there, of every format', () => {
    const formats = new Set(files.map((path) => path.slice(0, path.indexOf('/'))));
    expect([...formats]).to.have.members(['camt053', 'csv', 'mt940', 'ofx', 'qif']);
  });

  for (const path of files)
    it(`${path}: every row becomes an expense or is refused with its reason; the file again adds nothing`, async () => {
      const person = service.person();
      const bytes = readFileSync(new URL(path, fixtures));
      const preview = await person.upload(bytes);
      expect(preview.status).to.equal(201);
      const { id, counts, rows } = preview.body as Import;
      expect(rows).to.have.lengthOf(counts.total);
      for (const row of rows)
        if (row.status !== 'new') expect(row.reason, `row ${row.row}`).to.be.a('string').that.is.not.empty;

      const { body } = await person.commit(id);
      expect(body).to.deep.equal({ id, status: 'committed', imported: counts.new, skipped: counts.total - counts.new });
      const written = (await person.expenses()).map(({ date, amount, currency, kind, payee, note, category }) =>
        JSON.stringify({ date, amount, currency, kind, payee, note, category }),
      );
      const shown = rows.flatMap(({ status, expense }) => (status === 'new' && expense ? JSON.stringify(expense) : []));
      expect(written).to.have.members(shown);

      const again = (await person.upload(bytes)).body as Import;
      expect(again.counts).to.deep.equal({
        total: counts.total,
        new: 0,
        duplicate: counts.total - counts.invalid,
        invalid: counts.invalid,
        imported: 0,
      });
      expect((await person.commit(again.id)).body.imported).to.equal(0);
      expect(await person.expenses()).to.have.lengthOf(counts.new);
    });

  it('all in one ledger, and all of them again: nothing is written twice', async () => {
    const person = service.person();
    const bringAll = async () => {
      let imported = 0;
      for (const path of files) imported += (await person.bring(readFileSync(new URL(path, fixtures)))).body.imported;
      return imported;
    };
    const first = await bringAll();
    expect(first).to.be.above(0);
    expect(await bringAll()).to.equal(0);
    expect(await person.expenses()).to.have.lengthOf(first);
  }).timeout(120_000);
});
