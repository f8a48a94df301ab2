import { addDays, intervals } from '@outlay/contracts/calendar.ts';
import { ValidationFailed } from '@outlay/service-kit/problem.ts';
import { expect } from 'chai';
import fc from 'fast-check';
import { bucketsOf, dateBetween, type Entry, entriesIn, sumOf } from '../../test/naive-model.ts';
import { bucketsFor, checkPoints, series } from './series.ts';

const spend = (date: string, amount: number): Entry => ({ date, amount, kind: 'expense', category: null });

const drawn = (from: string, to: string, interval: (typeof intervals)[number], entries: readonly Entry[]) =>
  series({ from, to }, interval, bucketsOf(entries, { from, by: bucketsFor[interval] })).map(
    ({ start, end, totals }) => [start, end, totals.spent],
  );

describe('a series', () => {
  it('has a point for every day, also for those without an entry', () => {
    expect(drawn('2024-02-28', '2024-03-01', 'day', [spend('2024-02-28', 100), spend('2024-03-01', 7)])).to.deep.equal([
      ['2024-02-28', '2024-02-28', 100],
      ['2024-02-29', '2024-02-29', 0],
      ['2024-03-01', '2024-03-01', 7],
    ]);
  });

  it('starts weeks on Monday and cuts the first and last to the period', () => {
    const entries = [
      spend('2026-11-25', 1),
      spend('2026-11-29', 20),
      spend('2026-11-30', 300),
      spend('2026-12-08', 4_000),
    ];
    expect(drawn('2026-11-25', '2026-12-08', 'week', entries)).to.deep.equal([
      ['2026-11-25', '2026-11-29', 21],
      ['2026-11-30', '2026-12-06', 300],
      ['2026-12-07', '2026-12-08', 4_000],
    ]);
  });

  it('cuts months and years likewise', () => {
    const entries = [spend('2025-11-20', 5), spend('2026-01-01', 60), spend('2026-01-31', 700)];
    expect(drawn('2025-11-15', '2026-02-03', 'month', entries)).to.deep.equal([
      ['2025-11-15', '2025-11-30', 5],
      ['2025-12-01', '2025-12-31', 0],
      ['2026-01-01', '2026-01-31', 760],
      ['2026-02-01', '2026-02-03', 0],
    ]);
    expect(drawn('2025-11-15', '2026-02-03', 'year', entries)).to.deep.equal([
      ['2025-11-15', '2025-12-31', 5],
      ['2026-01-01', '2026-02-03', 760],
    ]);
  });

  it('covers the period day by day, and each point holds what the entries of its days come to', () => {
    const date = dateBetween('1968-06-01', '1971-06-30');
    const question = fc
      .tuple(date, date, fc.constantFrom(...intervals))
      .map(([a, b, interval]) => ({ from: a < b ? a : b, to: a < b ? b : a, interval }));
    fc.assert(
      fc.property(question, entriesIn(date, [null]), ({ from, to, interval }, all) => {
        const entries = all.filter((entry) => entry.date >= from && entry.date <= to);
        const points = series({ from, to }, interval, bucketsOf(entries, { from, by: bucketsFor[interval] }));

        expect([points.at(0)?.start, points.at(-1)?.end]).to.deep.equal([from, to]);
        points.slice(1).forEach((point, index) => {
          expect(point.start).to.equal(addDays(points[index]!.end, 1));
        });
        for (const { start, end, totals } of points) {
          const inside = entries.filter((entry) => entry.date >= start && entry.date <= end);
          expect(totals.expense).to.equal(sumOf(inside, 'expense'));
          expect(totals.income).to.equal(sumOf(inside, 'income'));
          expect(totals.refund).to.equal(sumOf(inside, 'refund'));
          expect(totals.count).to.equal(inside.filter(({ kind }) => kind !== 'transfer').length);
        }
      }),
    );
  }).timeout(60_000); // a hundred times a thousand points
});

describe('the length of a series', () => {
  const refused = (from: string, to: string, interval: (typeof intervals)[number]): boolean => {
    try {
      checkPoints({ from, to }, interval);
      return false;
    } catch (error) {
      expect(error).to.be.instanceOf(ValidationFailed);
      expect((error as ValidationFailed).errors?.[0]?.parameter).to.equal('interval');
      return true;
    }
  };

  it('is 3,660 points at most', () => {
    const first = '2020-01-01';
    expect(refused(first, addDays(first, 3_659), 'day')).to.equal(false);
    expect(refused(first, addDays(first, 3_660), 'day')).to.equal(true);
    const monday = '1950-01-02';
    expect(refused(monday, addDays(monday, 3_660 * 7 - 1), 'week')).to.equal(false);
    expect(refused(monday, addDays(monday, 3_660 * 7), 'week')).to.equal(true);
    expect(refused('1900-01-01', '2200-12-31', 'month')).to.equal(false);
    expect(refused('1900-01-01', '2200-12-31', 'year')).to.equal(false);
  });

  it('is counted as the series is drawn', () => {
    const date = dateBetween('1900-01-01', '2200-12-31');
    fc.assert(
      fc.property(date, date, fc.constantFrom(...intervals), (a, b, interval) => {
        const [from, to] = a < b ? [a, b] : [b, a];
        expect(refused(from, to, interval)).to.equal(series({ from, to }, interval, []).length > 3_660);
      }),
      { numRuns: 20 },
    );
  });
});
