import type { Booking } from '@outlay/statements/statement.ts';
import { expect } from 'chai';
import { createFingerprints } from './row-fingerprint.ts';

const coffee: Booking = {
  date: '2026-11-23',
  amount: 350,
  currency: 'EUR',
  kind: 'expense',
  payee: 'Coffee bar',
  note: '',
  bankId: null,
  account: null,
  categoryName: null,
};
const fingerprintsOf = (bookings: Booking[]) => {
  const fingerprint = createFingerprints();
  return bookings.map((booking, row) => fingerprint({ row, line: 10 + row }, booking));
};
const keysOf = (bookings: Booking[]) => fingerprintsOf(bookings).map(({ key }) => key);

describe('fingerprints of a file’s rows', () => {
  it('tells two equal rows of one file apart, and gives both the same again when the file is read again', () => {
    const first = keysOf([coffee, coffee, coffee]);
    expect(new Set(first).size).to.equal(3);
    expect(keysOf([coffee, coffee, coffee])).to.deep.equal(first);
  });

  it('knows a row again in another file that overlaps, wherever it stands there', () => {
    const [key] = keysOf([coffee]);
    expect(keysOf([{ ...coffee, date: '2026-11-22' }, coffee])[1]).to.equal(key);
  });

  for (const [what, change] of [
    ['day', { date: '2026-11-24' }],
    ['amount', { amount: 351 }],
    ['currency', { currency: 'CHF' }],
    ['direction', { kind: 'income' }],
    ['payee', { payee: 'Tea bar' }],
    ['note', { note: 'with cake' }],
    ['account', { account: 'DE02120300000000202051' }],
  ] as [string, Partial<Booking>][])
    it(`takes a row of another ${what} for another booking`, () => {
      expect(keysOf([{ ...coffee, ...change }])).to.not.deep.equal(keysOf([coffee]));
    });

  it('knows a refund again that was read as income by an earlier version: the direction counts, not the word', () => {
    expect(keysOf([{ ...coffee, kind: 'refund' }])).to.deep.equal(keysOf([{ ...coffee, kind: 'income' }]));
  });

  it('does not look at the category, which is the bank’s opinion and changes', () => {
    expect(keysOf([{ ...coffee, categoryName: 'Food' }])).to.deep.equal(keysOf([coffee]));
  });

  const posted: Booking = { ...coffee, bankId: '2009040300005', account: '9100' };
  it('goes by the bank’s id alone where there is one, though the bank words the booking otherwise by now', () => {
    expect(keysOf([{ ...posted, date: '2026-11-24', payee: 'COFFEE BAR BERLIN', note: 'card 1234' }])).to.deep.equal(
      keysOf([posted]),
    );
  });

  it('names the earlier row of the file that has the same bank’s id', () => {
    expect(fingerprintsOf([coffee, posted, coffee, posted, posted]).map(({ earlier }) => earlier)).to.deep.equal([
      null,
      null,
      null,
      { row: 1, line: 11 },
      { row: 1, line: 11 },
    ]);
  });

  it('keeps the same id of two accounts, and one id that the bank gave to two amounts, apart', () => {
    const fingerprints = fingerprintsOf([posted, { ...posted, account: '9200' }, { ...posted, amount: 351 }]);
    expect(new Set(fingerprints.map(({ key }) => key)).size).to.equal(3);
    expect(fingerprints.map(({ earlier }) => earlier)).to.deep.equal([null, null, null]);
  });
});
