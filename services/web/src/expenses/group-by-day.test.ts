import type { Expense } from '@outlay/contracts/expense.ts';
import { expect } from 'chai';
import { groupByDay } from './group-by-day.ts';

const entry = (date: string, kind: Expense['kind'], amount: number, currency = 'EUR'): Expense => ({
  id: '6742c0ffee00c0ffee00beef',
  date,
  kind,
  amount,
  currency,
  category: null,
  payee: '',
  note: '',
  tags: [],
  importId: null,
  version: 1,
  createdAt: '2026-11-23T00:00:00.000Z',
  updatedAt: '2026-11-23T00:00:00.000Z',
});

describe('Expenses grouped by day', () => {
  it('add up each day by currency, with refunds and income against expenses and transfers nowhere', () => {
    const days = groupByDay([
      entry('2026-11-23', 'expense', 1250),
      entry('2026-11-23', 'refund', 250),
      entry('2026-11-23', 'transfer', 90000),
      entry('2026-11-23', 'expense', 300, 'JPY'),
      entry('2026-11-21', 'income', 200000),
    ]);

    expect(days.map(({ date, expenses, totals }) => [date, expenses.length, totals])).to.deep.equal([
      [
        '2026-11-23',
        4,
        [
          { currency: 'EUR', minor: -1000 },
          { currency: 'JPY', minor: -300 },
        ],
      ],
      ['2026-11-21', 1, [{ currency: 'EUR', minor: 200000 }]],
    ]);
  });

  it('are no groups where there are none', () => {
    expect(groupByDay([])).to.deep.equal([]);
  });
});
