import type { Booking } from '@outlay/statements/statement.ts';
import { expect } from 'chai';
import { type KnownExpense, matchSimilar, sameAccount } from './match-duplicates.ts';

const booking = (changes: Partial<Booking> = {}): Booking => ({
  date: '2026-11-23',
  amount: 1250,
  currency: 'EUR',
  kind: 'expense',
  payee: 'Corner shop',
  note: '',
  bankId: null,
  account: null,
  categoryName: null,
  ...changes,
});
const known = (id: string, changes: Partial<KnownExpense> = {}): KnownExpense => ({
  id,
  date: '2026-11-23',
  amount: 1250,
  currency: 'EUR',
  kind: 'expense',
  payee: 'Corner shop',
  note: '',
  origin: null,
  ...changes,
});
/** Which expense each row repeats. */
const matchesOf = (bookings: Booking[], expenses: KnownExpense[], used = new Set<string>()) => {
  const rows = bookings.map((booking, row) => ({ row, booking }));
  const matches = matchSimilar(rows, expenses, used);
  return rows.map(({ row }) => matches.get(row)?.expense.id ?? null);
};

describe('similar expenses', () => {
  for (const [date, isFound] of [
    ['2026-11-19', false],
    ['2026-11-20', true],
    ['2026-11-22', true],
    ['2026-11-26', true],
    ['2026-11-27', false],
  ] as const)
    it(`${isFound ? 'finds' : 'does not find'} one of ${date} for a row of 2026-11-23`, () => {
      expect(matchesOf([booking()], [known('a', { date })])).to.deep.equal([isFound ? 'a' : null]);
    });

  it('counts the days over the end of a month and a year', () => {
    expect(matchesOf([booking({ date: '2027-01-01' })], [known('a', { date: '2026-12-30' })])).to.deep.equal(['a']);
  });

  for (const [what, changes] of [
    ['amount', { amount: 1251 }],
    ['currency', { currency: 'CHF' }],
    ['kind', { kind: 'refund' }],
    ['payee', { payee: 'Book shop' }],
  ] as [string, Partial<KnownExpense>][])
    it(`does not take one of another ${what}`, () => {
      expect(matchesOf([booking()], [known('a', changes)])).to.deep.equal([null]);
    });

  it('compares the note where the bank names no payee', () => {
    const row = booking({ payee: '', note: 'CORNER SHOP 4711' });
    expect(matchesOf([row], [known('a', { date: '2026-11-21' })])).to.deep.equal(['a']);
  });

  it('takes an expense noted without a payee on the same day only', () => {
    expect(matchesOf([booking()], [known('a', { payee: '' })])).to.deep.equal(['a']);
    expect(matchesOf([booking()], [known('a', { payee: '', date: '2026-11-22' })])).to.deep.equal([null]);
  });

  it('lets each expense explain one row, so that a second coffee stays one', () => {
    expect(matchesOf([booking(), booking(), booking()], [known('a'), known('b')])).to.deep.equal(['a', 'b', null]);
  });

  it('leaves out expenses that explain rows of an earlier batch', () => {
    expect(matchesOf([booking()], [known('a'), known('b')], new Set(['a']))).to.deep.equal(['b']);
  });

  it('matches what lies nearest first, though a row further off stands earlier in the file', () => {
    const rows = [booking({ date: '2026-11-21' }), booking({ date: '2026-11-23' })];
    expect(matchesOf(rows, [known('a')])).to.deep.equal([null, 'a']);
  });

  it('matches equal payees before similar ones', () => {
    const rows = [booking({ payee: 'Corner shop Berlin' }), booking()];
    expect(matchesOf(rows, [known('a')])).to.deep.equal([null, 'a']);
  });

  it('says how many days lie between: positive where the expense came before', () => {
    const rows = [{ row: 0, booking: booking() }];
    const daysOf = (date: string) => matchSimilar(rows, [known('a', { date })], new Set()).get(0)?.days;
    expect(daysOf('2026-11-21')).to.equal(2);
    expect(daysOf('2026-11-24')).to.equal(-1);
  });

  describe('that were imported', () => {
    const imported = (account: string | null, hasBankId: boolean, payeeKey = 'corner shop') => ({
      origin: { account, hasBankId, payeeKey },
    });
    const row = (changes: Partial<Booking> = {}) => booking({ account: '9100', bankId: '77', ...changes });

    it('are known by the payee of their file, though a person has renamed it since', () => {
      expect(matchesOf([booking()], [known('a', { payee: 'Groceries', ...imported(null, false) })])).to.deep.equal([
        'a',
      ]);
    });
    it('are another booking where both name their account and it is another', () => {
      expect(matchesOf([row()], [known('a', imported('9200', false))])).to.deep.equal([null]);
      expect(matchesOf([row()], [known('a', imported('9100', false))])).to.deep.equal(['a']);
      expect(matchesOf([row()], [known('a', imported(null, true))])).to.deep.equal(['a']);
    });
    it('are another booking where the bank gave both an id, unless day and payee are equal too', () => {
      expect(matchesOf([row({ date: '2026-11-24' })], [known('a', imported('9100', true))])).to.deep.equal([null]);
      expect(matchesOf([row({ payee: 'Corner shops' })], [known('a', imported('9100', true))])).to.deep.equal([null]);
      expect(matchesOf([row()], [known('a', imported('9100', true))])).to.deep.equal(['a']);
      expect(
        matchesOf([row({ bankId: null, date: '2026-11-24' })], [known('a', imported('9100', true))]),
      ).to.deep.equal(['a']);
    });
  });

  it('stays quick where a ledger holds thousands of like expenses on one day', () => {
    const rows = Array.from({ length: 500 }, (_, index) => booking({ payee: `Shop ${'abcdefgh'[index % 8]}${index}` }));
    const expenses = Array.from({ length: 2_000 }, (_, index) => known(String(index), { payee: `${index} x${index}` }));
    expect(matchesOf(rows, expenses).every((match) => match === null)).to.equal(true);
  });
});

describe('sameAccount', () => {
  for (const [a, b, expected] of [
    ['DE02 1203 0000 0000 2020 51', 'DE02120300000000202051', true],
    ['DE02120300000000202051', '202051', true],
    ['0000202051', 'DE02120300000000202051', true],
    ['****2051', '4111111111112051', true],
    ['XXXXXX2051', '4111111111112051', true],
    ['9100', '9200', false],
    ['9100', null, undefined],
    [null, null, undefined],
    ['', '9100', undefined],
  ] as const)
    it(`of ${a} and ${b} is ${expected}`, () => {
      expect(sameAccount(a, b)).to.equal(expected);
      expect(sameAccount(b, a)).to.equal(expected);
    });
});
