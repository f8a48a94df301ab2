import type { Totals } from '@outlay/contracts/analytics.ts';
import { type Cell, emptyCell } from '@outlay/contracts/internal.ts';
import { SumTooLarge } from '../problems.ts';

/** @throws {SumTooLarge} where the sum is none that a double holds exactly */
export const exact = (sum: number): number => {
  if (!Number.isSafeInteger(sum)) throw new SumTooLarge();
  return sum;
};

/** @throws {SumTooLarge} where a sum would no longer be exact */
export const addCells = (a: Cell, b: Cell): Cell => ({
  expense: exact(a.expense + b.expense),
  income: exact(a.income + b.income),
  refund: exact(a.refund + b.refund),
  expenseCount: a.expenseCount + b.expenseCount,
  incomeCount: a.incomeCount + b.incomeCount,
  refundCount: a.refundCount + b.refundCount,
});

/** @throws {SumTooLarge} where a sum would no longer be exact */
export const sumCells = (cells: Iterable<Cell>): Cell => {
  let sum = emptyCell();
  for (const cell of cells) sum = addCells(sum, cell);
  return sum;
};

/** What was spent after refunds; negative where they outweigh. */
export const spentOf = (cell: Cell): number => exact(cell.expense - cell.refund);

export const countOf = (cell: Cell): number => cell.expenseCount + cell.incomeCount + cell.refundCount;

export const totalsOf = (cell: Cell): Totals => ({
  expense: cell.expense,
  income: cell.income,
  refund: cell.refund,
  spent: spentOf(cell),
  net: exact(cell.income - spentOf(cell)),
  count: countOf(cell),
});
