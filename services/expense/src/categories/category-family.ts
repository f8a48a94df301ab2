import type { Category } from '@outlay/contracts/ledger.ts';
import { ValidationFailed } from '@outlay/service-kit/problem.ts';

/**
 * The categories that a filter by one means: itself and those under it; null for expenses without one.
 * @param tree all of the ledger's
 * @returns undefined where nothing is asked
 * @throws {ValidationFailed} where it is none of this ledger's
 */
export function categoryFamily(tree: readonly Category[], category: string | undefined): (string | null)[] | undefined {
  if (category === undefined) return undefined;
  if (category === 'none') return [null];
  const family = tree.filter(({ id, parent }) => id === category || parent === category);
  if (!family.some(({ id }) => id === category))
    throw new ValidationFailed('Wrong: category.', {
      errors: [{ parameter: 'category', detail: 'is no category of this ledger' }],
    });
  return family.map(({ id }) => id);
}
