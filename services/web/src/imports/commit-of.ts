import type { ImportCommit, ImportRow } from '@outlay/contracts/import.ts';

/**
 * What to commit: "new" where exactly the new rows are chosen, so that the common case needs no list of numbers.
 * @param categories by row number, only those that a person set
 */
export function commitOf(
  rows: readonly ImportRow[],
  chosen: ReadonlySet<number>,
  categories: ReadonlyMap<number, string | null>,
): ImportCommit {
  const isPlain = rows.every(({ row, status }) => chosen.has(row) === (status === 'new'));
  const changed = [...categories].filter(([row]) => chosen.has(row));
  return {
    rows: isPlain ? 'new' : [...chosen].toSorted((a, b) => a - b),
    categories: Object.fromEntries(changed.map(([row, category]) => [String(row), category])),
  };
}
