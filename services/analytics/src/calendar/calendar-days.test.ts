import { ValidationFailed } from '@outlay/service-kit/problem.ts';
import { expect } from 'chai';
import fc from 'fast-check';
import { bucketsOf, dateBetween, type Entry, entriesIn, sumOf } from '../../test/naive-model.ts';
import { calendarDays, daysAsked, yearOf } from './calendar-days.ts';

const calendar = (year: number, entries: readonly Entry[]) => {
  const period = daysAsked({ year }, '2026-11-23');
  return calendarDays(period, bucketsOf(entries, { from: period.from, by: 'day' }));
};

describe('the days of a calendar', () => {
  for (const [wish, from, to, year] of [
    [{}, '2026-01-01', '2026-12-31', 2026],
    [{ year: 2024 }, '2024-01-01', '2024-12-31', 2024],
    [{ from: '2025-01-01', to: '2025-12-31' }, '2025-01-01', '2025-12-31', 2025],
    [{ from: '2025-04-06' }, '2025-04-06', '2026-04-05', null],
    [{ to: '2026-04-05' }, '2025-04-06', '2026-04-05', null],
    [{ from: '2026-11-23', to: '2026-11-23' }, '2026-11-23', '2026-11-23', null],
    [{ from: '2025-01-01', to: '2026-02-04' }, '2025-01-01', '2026-02-04', null],
  ] as const)
    it(`asked by ${JSON.stringify(wish)} are ${from} to ${to}`, () => {
      expect(daysAsked(wish, '2026-11-23')).to.deep.equal({ from, to });
      expect(yearOf({ from, to })).to.equal(year);
    });

  for (const [wish, message] of [
    [{ year: 2026, from: '2026-01-01' }, 'Wrong: year.'],
    [{ from: '2026-01-02', to: '2026-01-01' }, 'Wrong: to.'],
    [{ from: '2025-01-01', to: '2026-02-05' }, 'Wrong: to.'],
  ] as const)
    it(`cannot be asked by ${JSON.stringify(wish)}`, () =>
      expect(() => daysAsked(wish, '2026-11-23')).to.throw(ValidationFailed, message));
});

describe('the calendar of a year', () => {
  for (const [year, days] of [
    [1900, 365],
    [2000, 366],
    [2024, 366],
    [2026, 365],
    [2100, 365],
    [2200, 365],
  ] as const)
    it(`has the ${days} days of ${year}, each once and in order`, () => {
      const dates = calendar(year, []).days.map(({ date }) => date);
      expect([dates.length, new Set(dates).size]).to.deep.equal([days, days]);
      expect(dates).to.deep.equal(dates.toSorted());
      expect([dates[0], dates.at(-1)]).to.deep.equal([`${year}-01-01`, `${year}-12-31`]);
    });

  it('shows on each day what was spent after refunds and what came in', () => {
    const { totals, days } = calendar(2024, [
      { date: '2024-02-29', amount: 1_250, kind: 'expense', category: null },
      { date: '2024-02-29', amount: 50, kind: 'refund', category: null },
      { date: '2024-02-29', amount: 99, kind: 'transfer', category: null },
      { date: '2024-12-31', amount: 700, kind: 'refund', category: null },
      { date: '2024-12-31', amount: 3_000, kind: 'income', category: null },
    ]);
    expect(days.filter(({ count }) => count > 0)).to.deep.equal([
      { date: '2024-02-29', spent: 1_200, income: 0, count: 2 },
      { date: '2024-12-31', spent: -700, income: 3_000, count: 2 },
    ]);
    expect(totals).to.deep.equal({ expense: 1_250, income: 3_000, refund: 750, spent: 500, net: 2_500, count: 4 });
  });

  it('agrees with adding up the entries of each day, whatever they are', () => {
    fc.assert(
      fc.property(entriesIn(dateBetween('2026-01-01', '2026-12-31'), [null]), (entries) => {
        const { totals, days } = calendar(2026, entries);
        expect(totals.spent).to.equal(sumOf(entries, 'expense') - sumOf(entries, 'refund'));
        for (const { date, spent, income } of days) {
          const inside = entries.filter((entry) => entry.date === date);
          expect(spent).to.equal(sumOf(inside, 'expense') - sumOf(inside, 'refund'));
          expect(income).to.equal(sumOf(inside, 'income'));
        }
      }),
      { numRuns: 30 },
    );
  });
});
