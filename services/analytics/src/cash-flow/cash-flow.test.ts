import { intervals } from '@outlay/contracts/calendar.ts';
import { expect } from 'chai';
import fc from 'fast-check';
import { bucketsOf, dateBetween, type Entry, entriesIn, sumOf } from '../../test/naive-model.ts';
import { SumTooLarge } from '../problems.ts';
import { bucketsFor, series } from '../trend/series.ts';
import { cashFlow } from './cash-flow.ts';

const entry = (date: string, amount: number, kind: Entry['kind'] = 'expense'): Entry => ({
  date,
  amount,
  kind,
  category: null,
});
const flow = (from: string, to: string, interval: (typeof intervals)[number], entries: readonly Entry[]) =>
  cashFlow(series({ from, to }, interval, bucketsOf(entries, { from, by: bucketsFor[interval] })));

describe('the cash flow', () => {
  it('carries the balance on, also over intervals without an entry', () => {
    const entries = [
      entry('2026-01-02', 2_000_00, 'income'),
      entry('2026-01-31', 850_05),
      entry('2026-03-01', 1_200_00),
      entry('2026-03-02', 9_999_99, 'transfer'),
      entry('2026-03-03', 50_00, 'refund'),
    ];
    expect(flow('2026-01-01', '2026-03-31', 'month', entries)).to.deep.equal([
      { start: '2026-01-01', end: '2026-01-31', income: 200_000, spent: 85_005, net: 114_995, balance: 114_995 },
      { start: '2026-02-01', end: '2026-02-28', income: 0, spent: 0, net: 0, balance: 114_995 },
      { start: '2026-03-01', end: '2026-03-31', income: 0, spent: 115_000, net: -115_000, balance: -5 },
    ]);
  });

  it('starts at nothing with the period, which it may cut', () => {
    expect(flow('2026-11-25', '2026-12-01', 'week', [entry('2026-11-30', 7)])).to.deep.equal([
      { start: '2026-11-25', end: '2026-11-29', income: 0, spent: 0, net: 0, balance: 0 },
      { start: '2026-11-30', end: '2026-12-01', income: 0, spent: 7, net: -7, balance: -7 },
    ]);
  });

  it('refuses a balance that a double cannot hold exactly', () => {
    const most = Number.MAX_SAFE_INTEGER;
    const entries = [entry('2026-01-01', most, 'income'), entry('2026-02-01', 1, 'income')];
    expect(() => flow('2026-01-01', '2026-02-28', 'month', entries)).to.throw(SumTooLarge);
  });

  it('has at every point the balance of all entries so far, whatever they are', () => {
    const date = dateBetween('2025-12-20', '2026-12-31');
    fc.assert(
      fc.property(fc.constantFrom(...intervals), entriesIn(date, [null]), (interval, entries) => {
        for (const { end, balance } of flow('2025-12-20', '2026-12-31', interval, entries)) {
          const soFar = entries.filter((one) => one.date <= end);
          expect(balance).to.equal(sumOf(soFar, 'income') - sumOf(soFar, 'expense') + sumOf(soFar, 'refund'));
        }
      }),
      { numRuns: 50 },
    );
  });
});
