import { expect } from 'chai';
import fc from 'fast-check';
import { amount, type CsvCell, toCsv } from './csv.ts';

const field = (cell: CsvCell) => toCsv({ columns: ['a'], rows: [[cell]] }).slice('a\r\n'.length, -'\r\n'.length);

/** A reader by the letter of RFC 4180. */
function parse(text: string): string[][] {
  const rows: string[][] = [];
  for (let at = 0; at < text.length; at += 2) {
    const row: string[] = [];
    for (;;) {
      const match = /"((?:[^"]|"")*)"|[^",\r\n]*/y;
      match.lastIndex = at;
      const [whole, quoted] = match.exec(text)!;
      row.push(quoted === undefined ? whole : quoted.replaceAll('""', '"'));
      at += whole.length;
      if (text[at] !== ',') break;
      at += 1;
    }
    expect(text.slice(at, at + 2)).to.equal('\r\n');
    rows.push(row);
  }
  return rows;
}

describe('CSV', () => {
  it('has a row of names and ends every row by CRLF, also where there is nothing', () => {
    expect(toCsv({ columns: ['start', 'spent'], rows: [['2026-11-01', amount(1250, 'EUR')]] })).to.equal(
      'start,spent\r\n2026-11-01,12.50\r\n',
    );
    expect(toCsv({ columns: ['start', 'spent'], rows: [] })).to.equal('start,spent\r\n');
  });

  for (const [minor, currency, written] of [
    [0, 'EUR', '0.00'],
    [-5, 'EUR', '-0.05'],
    [Number.MAX_SAFE_INTEGER, 'EUR', '90071992547409.91'],
    [-1_250, 'JPY', '-1250'],
    [1_250, 'KWD', '1.250'],
  ] as const)
    it(`writes ${minor} minor units of ${currency} as ${written}`, () =>
      expect(field(amount(minor, currency))).to.equal(written));

  for (const [cell, written] of [
    ['Food', 'Food'],
    ['Food, drink', '"Food, drink"'],
    ['The "Anchor"', '"The ""Anchor"""'],
    ['two\nlines', '"two\nlines"'],
    [null, ''],
    [-0.25, '-0.25'],
    ['=1+1', "'=1+1"],
    ['+49 30 1', "'+49 30 1"],
    ['-Misc', "'-Misc"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['＝1', "'＝1"],
    ['  =1', "  '=1"],
    ['\t=1', "\t'=1"],
    ['Food;=1', "Food;'=1"],
    ['Food,=1', `"Food,'=1"`],
    ['Food\n=1', `"Food\n'=1"`],
    ['Food";"=1', `"Food"";""'=1"`],
    ['Salary + bonus', 'Salary + bonus'],
    ['Self-care', 'Self-care'],
  ] as const)
    it(`writes ${JSON.stringify(cell)} as ${JSON.stringify(written)}`, () => expect(field(cell)).to.equal(written));

  it('is read back as it was, whatever the text', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'ß', '"', ',', ';', '\r', '\n', ' ', '\t', "'") });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell)), (rows) => {
        expect(parse(toCsv({ columns: ['a', 'b'], rows }))).to.deep.equal([['a', 'b'], ...rows]);
      }),
    );
  });

  it('never starts a field by what a spreadsheet runs, wherever it looks for fields', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '=', '-', '@', '"', ',', ';', '\n', ' ', "'") }), (text) => {
        for (const part of field(text).split(/[,;\r\n]/)) expect(part.replace(/^[\s"]+/, '')).to.not.match(/^[=+\-@]/);
      }),
    );
  });
});
