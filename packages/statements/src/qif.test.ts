import { expect } from 'chai';
import { fixture, readAll, rowsOf } from './testing.ts';

describe('readStatement of QIF', () => {
  it('reads Quicken’s export: apostrophe years, splits, lists and accounts; refuses investments', async () => {
    const { all } = await readAll(fixture('qif/quicken-us.qif'), { currency: 'USD' });

    expect(await rowsOf(fixture('qif/quicken-us.qif'), { currency: 'USD' })).to.deep.equal([
      '18: refused: The opening balance of the account is no booking.',
      '24: 2026-01-05 -12345 USD | Corner Shop | Weekly shopping',
      '32: 2026-01-31 -4000 USD | Supermarket | Bread',
      '32: 2026-01-31 -2000 USD | Supermarket | ',
      '42: 2026-02-28 +300000 USD | ACME | ',
      '42: 2026-02-28 -50000 USD | ACME | Withheld',
      '52: 2026-02-28 -20000 USD | To savings | ',
      '58: refused: !Type:Invst holds no bookings of money: only Bank, CCard, Cash and Oth can be imported.',
    ]);
    expect(all.flatMap((row) => (row.ok ? [row.booking.categoryName] : []))).to.deep.equal([
      'Food:Groceries',
      'Food',
      'Household',
      'Salary',
      'Tax',
      null,
    ]);
    expect(all[1]?.ok && all[1].booking.account).to.equal('Checking');
  });

  it('reads a German card’s export: Windows-1252, decimal comma, day first', async () => {
    const { encoding } = await readAll(fixture('qif/card-de.qif'));

    expect(encoding).to.equal('windows-1252');
    expect(await rowsOf(fixture('qif/card-de.qif'))).to.deep.equal([
      '2: 2025-12-31 -123456 EUR | Möbelhaus Übersee | ',
      '6: 2026-01-02 -990 EUR | Bäckerei | Brötchen',
      '11: refused: The date (D) "30.02.26" is no day of the calendar.',
      '15: refused: The amount (T) is zero: no money moved.',
      '19: refused: The record does not end with ^: the file is cut off here.',
    ]);
  });

  const record = (date: string, rest = 'T-1.00') => `D${date}\n${rest}\nPShop\n^\n`;
  for (const { title, dates, days } of [
    { title: 'month first', dates: ['1/2/2026', '1/13/2026'], days: ['2026-01-02', '2026-01-13'] },
    { title: 'day first', dates: ['1/2/2026', '13/2/2026'], days: ['2026-02-01', '2026-02-13'] },
    { title: 'year first', dates: ['2026-02-01', '2026-02-13'], days: ['2026-02-01', '2026-02-13'] },
    {
      title: 'year first with two digits',
      dates: ['26-02-01', '26-02-13', '26-02-14'],
      days: ['2026-02-01', '2026-02-13', '2026-02-14'],
    },
    { title: 'an apostrophe and spaces', dates: ["1/ 2'26", "12/31' 5"], days: ['2026-01-02', '2005-12-31'] },
    { title: 'two-digit years of two centuries', dates: ['12/31/99', '1/13/00'], days: ['1999-12-31', '2000-01-13'] },
  ]) {
    it(`reads dates with ${title}`, async () => {
      const { all } = await readAll(`!Type:Bank\n${dates.map((date) => record(date)).join('')}`, { currency: 'USD' });
      expect(all.map((row) => (row.ok ? row.booking.date : undefined))).to.deep.equal(days);
    });
  }

  it('keeps the whole where the splits do not add up to it', async () => {
    const splits = 'T-10.00\nLFood\nSFood\n$-4.00\nSHome\n$-5.00';
    expect(await rowsOf(`!Type:Cash\n${record('2026-01-05', splits)}`)).to.deep.equal([
      '2: 2026-01-05 -1000 EUR | Shop | ',
    ]);
  });

  it('names a check by its number where nothing else is known', async () => {
    expect(await rowsOf('!Type:Bank\nD2026-01-05\nT-1\nN1041\n^\n')).to.deep.equal([
      '2: 2026-01-05 -100 EUR | Check 1041 | ',
    ]);
  });
});
