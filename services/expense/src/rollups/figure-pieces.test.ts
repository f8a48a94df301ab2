import { addDays, dateOfDay, dayNumber, daysBetween } from '@outlay/contracts/calendar.ts';
import { expect } from 'chai';
import fc from 'fast-check';
import { type Need, piecesOf, type RollupPiece, rollupsOf } from './figure-pieces.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
const day = fc.integer({ min: dayNumber('1960-01-01'), max: dayNumber('2100-12-31') }).map(dateOfDay);
const range = fc.tuple(day, fc.nat(1_500)).map(([from, length]) => ({ from, to: addDays(from, length) }));
const need = fc.record({
  by: fc.constantFrom('total', 'month', 'day' as const),
  categories: fc.boolean(),
  payees: fc.boolean(),
  entries: fc.boolean(),
  years: fc.boolean(),
});
const nothing = { by: 'total', categories: false, payees: false, entries: false, years: true } as const;

describe(`pieces of a range (FC_SEED=${seed})`, () => {
  it('follow each other without gap or overlap from the first day to the last', () => {
    fc.assert(
      fc.property(range, need, (whole, how) => {
        const pieces = piecesOf(whole, how);
        expect(pieces[0]!.from).to.equal(whole.from);
        expect(pieces.at(-1)!.to).to.equal(whole.to);
        for (const [index, piece] of pieces.slice(1).entries())
          expect(addDays(pieces[index]!.to, 1)).to.equal(piece.from);
        for (const { from, to } of pieces) expect(from <= to).to.equal(true);
      }),
      { seed, numRuns: 1_000 },
    );
  });

  it('read a month’s own sums for whole months only, a year’s for whole years, and at most 60 days one by one for what is cut', () => {
    fc.assert(
      fc.property(range, need, (whole, how) => {
        for (const piece of piecesOf(whole, how)) {
          if (piece.unit === 'entries' && (how.entries || (how.categories && how.payees))) continue;
          const isOfDays = piece.unit === 'day' || piece.unit === 'entries';
          if (isOfDays && how.by !== 'day') expect(daysBetween(piece.from, piece.to)).to.be.at.most(60);
          if (isOfDays || piece.part === 'days') continue;
          expect(piece.from).to.match(/-01$/);
          expect(addDays(piece.to, 1)).to.match(/-01$/);
          if (piece.unit === 'year') expect(`${piece.from} ${addDays(piece.to, 1)}`).to.match(/-01-01 .*-01-01$/);
        }
      }),
      { seed, numRuns: 1_000 },
    );
  });

  const payees = { ...nothing, payees: true };
  const categories = { ...nothing, categories: true };
  const cases: [from: string, to: string, need: Need, pieces: string[]][] = [
    ['2026-01-01', '2026-12-31', nothing, ['month 2026-01–2026-12 total']],
    ['2026-02-01', '2026-02-28', nothing, ['month 2026-02–2026-02 total']],
    ['2024-02-01', '2024-02-28', nothing, ['month 2024-02–2024-02 days']],
    ['2026-01-15', '2026-01-15', nothing, ['month 2026-01–2026-01 days']],
    ['2026-01-15', '2026-02-14', nothing, ['month 2026-01–2026-02 days']],
    [
      '2025-12-31',
      '2027-01-01',
      nothing,
      ['month 2025-12–2025-12 days', 'month 2026-01–2026-12 total', 'month 2027-01–2027-01 days'],
    ],
    ['2026-01-01', '2026-12-31', payees, ['payee 2026-01–2026-12 payees']],
    ['2026-01-01', '2026-12-31', { ...payees, by: 'month' }, ['payee 2026-01–2026-12 payees']],
    ['2026-01-01', '2026-02-14', payees, ['payee 2026-01–2026-01 payees', 'entries 2026-02-01–2026-02-14']],
    ['2026-01-01', '2026-01-31', { ...payees, by: 'day' }, ['entries 2026-01-01–2026-01-31']],
    ['2026-01-01', '2026-12-31', { ...payees, categories: true }, ['entries 2026-01-01–2026-12-31']],
    ['2025-01-01', '2026-12-31', categories, ['year 2025–2026 yearly']],
    ['2025-01-01', '2026-12-31', { ...categories, years: false }, ['month 2025-01–2026-12 categories']],
    ['2025-01-01', '2026-12-31', { ...categories, by: 'month' }, ['month 2025-01–2026-12 categories']],
    ['2025-02-01', '2026-11-30', categories, ['month 2025-02–2026-11 categories']],
    [
      '2024-12-31',
      '2027-02-01',
      categories,
      [
        'day 2024-12-31–2024-12-31 categories',
        'year 2025–2026 yearly',
        'month 2027-01–2027-01 categories',
        'day 2027-02-01–2027-02-01 categories',
      ],
    ],
    ['2026-01-01', '2026-12-31', { ...nothing, entries: true }, ['entries 2026-01-01–2026-12-31']],
  ];
  for (const [from, to, need, expected] of cases)
    it(`of ${from} to ${to} read ${expected.join(', ')}`, () => {
      const named = (piece: RollupPiece) => {
        const { unit, from, to } = rollupsOf(piece);
        return `${unit} ${from}–${to} ${piece.part}`;
      };
      expect(
        piecesOf({ from, to }, need).map((piece) =>
          piece.unit === 'entries' ? `entries ${piece.from}–${piece.to}` : named(piece),
        ),
      ).to.deep.equal(expected);
    });
});
