import { addDays, dateOfDay, dayNumber, daysBetween } from '@outlay/contracts/calendar.ts';
import { expect } from 'chai';
import fc from 'fast-check';
import { piecesOf, rollupsOf } from './figure-buckets.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
const day = fc.integer({ min: dayNumber('1960-01-01'), max: dayNumber('2100-12-31') }).map(dateOfDay);
const range = fc.tuple(day, fc.nat(1_500)).map(([from, length]) => ({ from, to: addDays(from, length) }));
const split = fc.record({ by: fc.constantFrom('total', 'month', 'day' as const), categories: fc.boolean() });

describe(`pieces of a range (FC_SEED=${seed})`, () => {
  it('follow each other without gap or overlap from the first day to the last', () => {
    fc.assert(
      fc.property(range, split, (whole, how) => {
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

  it('read a month’s own sums for whole months only, and at most 60 rollups of days for what is cut', () => {
    fc.assert(
      fc.property(range, split, (whole, how) => {
        for (const piece of piecesOf(whole, how)) {
          if (piece.unit === 'day' && how.by !== 'day') expect(daysBetween(piece.from, piece.to)).to.be.at.most(60);
          if (piece.unit === 'day' || piece.part === 'days') continue;
          expect(piece.from).to.match(/-01$/);
          expect(addDays(piece.to, 1)).to.match(/-01$/);
        }
      }),
      { seed, numRuns: 1_000 },
    );
  });

  const cases: [from: string, to: string, rollups: string[]][] = [
    ['2026-01-01', '2026-12-31', ['month 2026-01–2026-12 total']],
    ['2026-02-01', '2026-02-28', ['month 2026-02–2026-02 total']],
    ['2024-02-01', '2024-02-28', ['month 2024-02–2024-02 days']],
    ['2026-01-15', '2026-01-15', ['month 2026-01–2026-01 days']],
    ['2026-01-15', '2026-02-14', ['month 2026-01–2026-02 days']],
    [
      '2025-12-31',
      '2027-01-01',
      ['month 2025-12–2025-12 days', 'month 2026-01–2026-12 total', 'month 2027-01–2027-01 days'],
    ],
  ];
  for (const [from, to, rollups] of cases)
    it(`of ${from} to ${to} read ${rollups.join(', ')}`, () => {
      const pieces = piecesOf({ from, to }, { by: 'total', categories: false });
      expect(
        pieces.map((piece) => {
          const { unit, from, to } = rollupsOf(piece);
          return `${unit} ${from}–${to} ${piece.part}`;
        }),
      ).to.deep.equal(rollups);
    });
});
