import type { Category } from '@outlay/contracts/ledger.ts';
import { LRUCache } from 'lru-cache';
import type { ClientSession } from 'mongoose';
import type { CategoryStore } from './category-store.ts';

/** So many categories are remembered, of all ledgers together: some 5 MiB. */
const rememberedMax = 20_000;

type Tree = readonly Category[];

export type CategoryTrees = ReturnType<typeof createCategoryTrees>;

/**
 * The categories of ledgers, remembered for as long as they are the same: every change of them, made by whatever replica, gives
 * the ledger another `categoriesId` in the same transaction. To read them anew costs as much as the sums of a figure.
 */
export function createCategoryTrees(categories: CategoryStore) {
  const known = new LRUCache<string, { categoriesId: string; tree: Tree }>({
    maxSize: rememberedMax,
    sizeCalculation: ({ tree }) => tree.length + 1,
  });

  return {
    /** A ledger's categories. @param categoriesId of the ledger, as just read, in the session where it is one of a transaction */
    async of(ledger: string, categoriesId: string | null, session?: ClientSession): Promise<Tree> {
      const remembered = known.get(ledger);
      if (remembered && remembered.categoriesId === categoriesId) return remembered.tree;
      const tree = await categories.list(ledger, session);
      if (categoriesId !== null) known.set(ledger, { categoriesId, tree });
      return tree;
    },

    /** What they were when we last saw them: for who finds out beside whether they still are. */
    remembered: (ledger: string): Tree | undefined => known.get(ledger)?.tree,
  };
}
