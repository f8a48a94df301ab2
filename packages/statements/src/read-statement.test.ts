import { expect } from 'chai';
import { lookAheadBytes, readStatement } from './read-statement.ts';
import { UnreadableStatement } from './statement.ts';
import { readAll, rowsOf } from './testing.ts';

async function refusal(source: string | Uint8Array): Promise<string> {
  try {
    await readAll(source);
  } catch (error) {
    expect(error).to.be.instanceOf(UnreadableStatement);
    return (error as Error).message;
  }
  throw new Error('was read');
}

describe('readStatement', () => {
  const hint = 'Export the bookings as OFX, QIF, CSV, MT940 or camt.053.';
  for (const { what, source, says } of [
    { what: 'nothing', source: '', says: 'The file is empty.' },
    { what: 'white space', source: '\n \r\n', says: 'The file is empty.' },
    { what: 'a PDF', source: '%PDF-1.7\n…', says: `The file is a PDF document. ${hint}` },
    {
      what: 'an Excel workbook',
      source: 'PK\x03\x04…',
      says: `The file is a ZIP archive or an Excel workbook. ${hint}`,
    },
    {
      what: 'a web page',
      source: '<!DOCTYPE html><html>',
      says: `The file is a web page: the bank may have asked for a new login. ${hint}`,
    },
    { what: 'other XML', source: '<?xml version="1.0"?><rss/>', says: `The file is XML, but no statement. ${hint}` },
    {
      what: 'camt.052',
      source: '<Document><BkToCstmrAcctRpt></BkToCstmrAcctRpt></Document>',
      says: 'The file is a camt.052 report of the running day. Export the statement (camt.053).',
    },
    { what: 'bytes with zeros', source: 'ab\0\0cd', says: `The file is no text. ${hint}` },
    {
      what: 'prose',
      source: 'Dear Sir,\nwe thank you; truly.\n',
      says: 'The file is neither OFX, QIF, MT940 nor camt.053, nor a table (CSV) with dates and amounts.',
    },
  ])
    it(`says what ${what} is instead of a statement`, async () => {
      expect(await refusal(source)).to.equal(says);
    });

  it('closes the source where it refuses the file, and where the reader stops early', async () => {
    let closed = 0;
    async function* source(start: string) {
      try {
        for (const text of [start, ...Array.from({ length: 100 }, () => '2026-01-05,Shop,-1.00\n'.repeat(1_000))])
          yield new TextEncoder().encode(text);
      } finally {
        closed += 1;
      }
    }
    await readStatement(source('%PDF'), { currency: 'EUR' }).catch(() => {});
    expect(closed).to.equal(1);

    const { batches } = await readStatement(source('Date,Payee,Amount\n'), { currency: 'EUR' });
    for await (const rows of batches) if (rows.length > 0) break;
    expect(closed).to.equal(2);
  });

  it('hands on the error of a source that breaks', async () => {
    async function* source() {
      yield new TextEncoder().encode(`Date,Payee,Amount\n${'2026-01-05,Shop,-1.00\n'.repeat(5_000)}`);
      throw new Error('connection lost');
    }
    const { batches } = await readStatement(source(), { currency: 'EUR' });
    let message = '';
    try {
      for await (const rows of batches) expect(rows.every(({ ok }) => ok)).to.equal(true);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).to.equal('connection lost');
  });
});

describe('encodings', () => {
  const file = (payee: string) => `Date,Payee,Amount\n2026-01-05,${payee},-1.00\n`;
  const utf16 = (text: string, isBig: boolean) => {
    const bytes = Buffer.from(text, 'utf16le');
    return isBig ? bytes.swap16() : bytes;
  };
  const latin1 = (text: string) => Buffer.from(text, 'latin1');

  for (const { name, bytes, encoding } of [
    { name: 'UTF-8', bytes: Buffer.from(file('Café “Ü”')), encoding: 'utf-8' },
    { name: 'UTF-8 with a byte order mark', bytes: Buffer.from(`\ufeff${file('Café “Ü”')}`), encoding: 'utf-8' },
    {
      name: 'UTF-16 LE with a byte order mark',
      bytes: utf16(`\ufeff${file('Café “Ü”')}`, false),
      encoding: 'utf-16le',
    },
    { name: 'UTF-16 BE with a byte order mark', bytes: utf16(`\ufeff${file('Café “Ü”')}`, true), encoding: 'utf-16be' },
    { name: 'UTF-16 LE without a mark', bytes: utf16(file('Café “Ü”'), false), encoding: 'utf-16le' },
    { name: 'UTF-16 BE without a mark', bytes: utf16(file('Café “Ü”'), true), encoding: 'utf-16be' },
    { name: 'Windows-1252', bytes: latin1(file('Caf\xe9 \x93\xdc\x94')), encoding: 'windows-1252' },
  ])
    it(`${name} is recognised`, async () => {
      const reader = await readAll(bytes);

      expect(reader.encoding).to.equal(encoding);
      expect(reader.all[0]?.ok && reader.all[0].booking.payee).to.equal('Café “Ü”');
    });

  const ofx = (header: string, name: string) =>
    latin1(
      `OFXHEADER:100\nDATA:OFXSGML\n${header}\n\n<OFX><STMTTRN><DTPOSTED>20260105<TRNAMT>-1<NAME>${name}</STMTTRN></OFX>`,
    );

  it('OFX: what the header declares counts, unless the bytes are UTF-8 all the same', async () => {
    const utf8 = Buffer.from('Łódź').toString('latin1');
    expect(await rowsOf(ofx('ENCODING:USASCII\nCHARSET:1250', '\xa3\xf3d\x9f'))).to.deep.equal([
      '6: 2026-01-05 -100 EUR | Łódź | ',
    ]);
    expect(await rowsOf(ofx('ENCODING:USASCII\nCHARSET:1252', utf8))).to.deep.equal([
      '6: 2026-01-05 -100 EUR | Łódź | ',
    ]);
    expect(await rowsOf(ofx('ENCODING:UTF-8\nCHARSET:NONE', utf8))).to.deep.equal(['6: 2026-01-05 -100 EUR | Łódź | ']);
    expect(await rowsOf(ofx('ENCODING:UTF-8\nCHARSET:NONE', 'Caf\xe9'))).to.deep.equal([
      '6: 2026-01-05 -100 EUR | Café | ',
    ]);
    expect(await rowsOf(ofx('ENCODING:NONSENSE\nCHARSET:WHATEVER', 'Caf\xe9'))).to.deep.equal([
      '6: 2026-01-05 -100 EUR | Café | ',
    ]);
  });

  it('XML: what the declaration says counts', async () => {
    const xml = latin1(
      '<?xml version="1.0" encoding="ISO-8859-15"?><Document><BkToCstmrStmt><Stmt><Ntry><Amt Ccy="EUR">1</Amt><CdtDbtInd>DBIT</CdtDbtInd><BookgDt><Dt>2026-01-05</Dt></BookgDt><AddtlNtryInf>20 \xa4</AddtlNtryInf></Ntry></Stmt></BkToCstmrStmt></Document>',
    );
    expect(await rowsOf(xml)).to.deep.equal(['1: 2026-01-05 -100 EUR | 20 € | ']);
  });

  it('XML: a declaration of UTF-16 in a file that was converted since is not believed', async () => {
    const file =
      '<?xml version="1.0" encoding="UTF-16"?><OFX><STMTTRN><DTPOSTED>20260105<TRNAMT>-1<NAME>A</STMTTRN></OFX>';
    expect(await rowsOf(file)).to.deep.equal(['1: 2026-01-05 -100 EUR | A | ']);
  });

  it('are decided by the first character beyond ASCII, even far behind the look-ahead', async () => {
    const ascii = file('Shop')
      .repeat(1)
      .concat('2026-01-05,Shop,-1.00\n'.repeat(lookAheadBytes / 16));
    const last = async (bytes: Buffer) => {
      const { all } = await readAll(Buffer.concat([Buffer.from(ascii), bytes]));
      const row = all.at(-1);
      return row?.ok && row.booking.payee;
    };
    expect(await last(latin1('2026-01-05,Caf\xe9,-1.00\n'))).to.equal('Café');
    expect(await last(Buffer.from('2026-01-05,Café,-1.00\n'))).to.equal('Café');
    expect(await last(Buffer.from('2026-01-05,Ł,-1.00'))).to.equal('Ł');
    expect(await last(latin1('2026-01-05,-1.00,\xe9'))).to.equal(false);
  });
});

describe('100,000 bookings', () => {
  const count = 100_000;
  const formats = {
    *csv() {
      yield 'Date,Description,Amount\n';
      for (let i = 1; i <= count; i++) yield `2026-01-05,"Shop, ${i}",-${i}.50\n`;
    },
    *ofx() {
      yield '<OFX><STMTRS><CURDEF>EUR<BANKTRANLIST>';
      for (let i = 1; i <= count; i++) yield `<STMTTRN><DTPOSTED>20260105<TRNAMT>-${i}.50<NAME>Shop, ${i}</STMTTRN>`;
      yield '</BANKTRANLIST></STMTRS></OFX>';
    },
    *qif() {
      yield '!Type:Bank\n';
      for (let i = 1; i <= count; i++) yield `D2026-01-05\nT-${i}.50\nPShop, ${i}\n^\n`;
    },
    *camt053() {
      yield '<Document><BkToCstmrStmt><Stmt>';
      for (let i = 1; i <= count; i++)
        yield `<Ntry><Amt Ccy="EUR">${i}.50</Amt><CdtDbtInd>DBIT</CdtDbtInd><BookgDt><Dt>2026-01-05</Dt></BookgDt><AddtlNtryInf>Shop, ${i}</AddtlNtryInf></Ntry>`;
      yield '</Stmt></BkToCstmrStmt></Document>';
    },
  };

  for (const [name, make] of Object.entries(formats))
    it(`${name}: stream through, with never more than a few look-aheads between source and reader`, async function () {
      this.timeout(30_000);
      /** Bytes taken from the source up to each booking, and the most that ever waited to be read. */
      let taken = 0;
      let waiting = 0;
      async function* source() {
        let text = '';
        for (const record of make()) {
          text += record;
          if (text.length < 16_384) continue;
          taken += text.length;
          yield new TextEncoder().encode(text);
          text = '';
        }
        taken += text.length;
        yield new TextEncoder().encode(text);
      }
      const { batches } = await readStatement(source(), { currency: 'EUR' });
      const sizes = [...make()].map(({ length }) => length);
      let read = sizes[0]!;
      let good = 0;
      for await (const rows of batches)
        for (const row of rows) {
          expect(row.ok && row.booking.amount).to.equal((good + 1) * 100 + 50);
          good += 1;
          read += sizes[good]!;
          waiting = Math.max(waiting, taken - read);
        }

      expect(good).to.equal(count);
      expect(waiting).to.be.below(4 * lookAheadBytes);
    });
});
