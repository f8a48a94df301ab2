import { type Cell, emptyCell, type Figures } from '@outlay/contracts/internal.ts';
import { addCells } from '../figures/cells.ts';

/** Stands for the entries without a category. */
export const uncategorised = { id: null, parent: null, name: 'Uncategorised', color: '#868e96', icon: 'tag' };

/**
 * Sums by category, `null` for entries without one.
 * @param known a category that is not (or no longer) among these must not take its money out of the total
 * @throws {SumTooLarge} where a sum would no longer be exact
 */
export function cellsByCategory(
  known: ReadonlyMap<string, unknown>,
  buckets: Figures['ranges'][number]['buckets'],
): Map<string | null, Cell> {
  const cells = new Map<string | null, Cell>();
  for (const { category, cell } of buckets) {
    const id = category !== null && known.has(category) ? category : null;
    cells.set(id, addCells(cells.get(id) ?? emptyCell(), cell));
  }
  return cells;
}
