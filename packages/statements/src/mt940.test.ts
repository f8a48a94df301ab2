import { expect } from 'chai';
import { brief, fixture, readAll, rowsOf } from './testing.ts';

const mt940 = (name: string) => rowsOf(fixture(`mt940/${name}.sta`));
const statement = (...lines: string[]) =>
  `:20:1\n:25:12345678\n:28C:1\n:60F:C260101EUR1,00\n${lines.join('\n')}\n:62F:C260131EUR1,00\n-\n`;

describe('readStatement of MT940 files', () => {
  it('reads the slash codes of Dutch banks, cut wherever a line ends (abn-amro)', async () => {
    const { all, format, encoding } = await readAll(fixture('mt940/abn-amro.sta'));
    expect({ format, encoding }).to.deep.equal({ format: 'mt940', encoding: 'utf-8' });
    const rows = [
      '2012-05-14 +50001 EUR | QASD JGRED | Dit zijn de omschrijvingsregels',
      '2014-12-05 -1567 EUR | DATA | ',
      '2017-12-14 +1567 EUR |  | ',
    ];
    // The same statement twice, the second one without its end.
    expect(all.map((row) => brief(row).replace(/^\d+: /, ''))).to.deep.equal([...rows, ...rows]);
    expect(all.map(({ line }) => line)).to.deep.equal([8, 13, 15, 23, 28, 30]);
  });

  it('takes the ledger’s currency where the statement has no balance to name it (abn-amro-without-balance)', async () => {
    const { all } = await readAll(fixture('mt940/abn-amro-without-balance.sta'), { currency: 'CHF' });
    expect(all.map((row) => row.ok && row.booking.currency)).to.deep.equal(['CHF', 'CHF', 'CHF']);
  });

  it('reads the numbered subfields of German banks, several statements, and a refused line by its number (sparkasse-de)', async () => {
    expect(await mt940('sparkasse-de')).to.deep.equal([
      '5: 2026-01-02 -85000 EUR | Hausverwaltung Linden GmbH | Miete Januar Wohnung 4 Lindenstrasse 12 inkl. Nebenkosten',
      '7: 2026-01-05 -2345 EUR | REWE SAGT DANKE. 40511//Frankfurt/DE | 2026-01-03T18:22 Debitk.1 2027-12',
      '9: 2026-01-07 +1990 EUR | FITNESS STUDIO GMBH | RUECKGABE GYM BEITRAG',
      '11: 2026-01-30 +285000 EUR | NORTHWIND TRADERS AG | LOHN 01/2026',
      '19: 2026-02-02 -1250 EUR | Kontofuehrung Entgelt Januar | ',
      '22: refused: Field 61 "26x2020202D12,5NMSCNONREF" is no statement line: a date, C or D and an amount must begin it.',
    ]);
  });

  it('books what a bank takes back of a debit as a refund, and of a credit as an expense', async () => {
    const { all } = await readAll(
      statement(':61:2601050105RD9,90NMSCNONREF', ':61:2601050105RC9,90NMSCNONREF', ':61:2601050105C9,90NMSCNONREF'),
    );
    expect(all.map((row) => row.ok && row.booking.kind)).to.deep.equal(['refund', 'expense', 'income']);
  });

  it('reads a message in its envelope, with counterparties in one field and the bank’s own references (ing-nl)', async () => {
    const { all } = await readAll(fixture('mt940/ing-nl.sta'));
    expect(all.map(brief)).to.deep.equal([
      '8: 2026-01-02 -4530 EUR | ING BANK N.V. INZAKE WEB | EV123 REP 1000000 T26SEP01',
      '12: 2026-01-03 +13000 EUR | J. Jansen | Boodschappen samen',
    ]);
    expect(all.map((row) => row.ok && [row.booking.bankId, row.booking.account])).to.deep.equal([
      ['26002123456789@2026-01-02', 'NL69INGB0123456789'],
      ['26003123456789@2026-01-03', 'NL69INGB0123456789'],
    ]);
  });

  it('finds the year of an entry on the other side of New Year', async () => {
    const { all } = await readAll(
      statement(':61:2601021231D1,00NMSCNONREF', ':61:2512310102D1,00NMSCNONREF', ':61:990228D1,00NMSCNONREF'),
    );
    expect(all.map((row) => row.ok && row.booking.date)).to.deep.equal(['2025-12-31', '2026-01-02', '1999-02-28']);
  });

  for (const [what, line, reason] of [
    ['a day that is none', ':61:260230D1,00NMSCNONREF', 'Field 61 "260230D1,00NMSCNONREF" is no day of the calendar.'],
    ['an amount of nothing', ':61:260228D0,00NMSCNONREF', 'Field 61 is zero: no money moved.'],
    [
      'what is only expected',
      ':61:260228ED1,00NMSCNONREF',
      'The booking is expected only: the bank has not booked it yet.',
    ],
  ])
    it(`refuses ${what} and says why`, async () => {
      expect(await rowsOf(statement(line as string))).to.deep.equal([`5: refused: ${reason}`]);
    });

  it('gives a reference that says nothing no weight: two equal bookings stay two', async () => {
    const line = ':61:2601050105D3,50NMSCNONREF//POS';
    const { all } = await readAll(statement(line, ':86:Coffee bar', line, ':86:Coffee bar'));
    expect(all.map((row) => row.ok && row.booking.bankId)).to.deep.equal([null, null]);
  });
});
