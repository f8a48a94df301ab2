import { type Bucket, type Cell, emptyCell } from '@outlay/contracts/internal.ts';
import { addCells } from '../figures/cells.ts';

/** Sums by payee. @throws {SumTooLarge} where a sum would no longer be exact */
export function cellsByPayee(buckets: readonly Bucket[]): Map<string, Cell> {
  const cells = new Map<string, Cell>();
  for (const { payee = '', cell } of buckets) cells.set(payee, addCells(cells.get(payee) ?? emptyCell(), cell));
  return cells;
}

/** Where two payees weigh the same, the order of their names. */
export const byName = (a: { payee: string }, b: { payee: string }): number =>
  Number(a.payee > b.payee) - Number(a.payee < b.payee);
