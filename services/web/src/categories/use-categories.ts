import type { Category } from '@outlay/contracts/ledger.ts';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { get } from '../api/api.ts';
import { useLedger } from '../ledgers/use-ledger.ts';
import { type CategoryTree, categoryTree } from './category-tree.ts';

const categoriesKey = (ledger: string) => ['ledger', ledger, 'categories'] as const;

const empty: readonly Category[] = [];

/** The ledger's categories as a tree; empty until they are loaded. */
export function useCategories(): CategoryTree & { isPending: boolean; error: unknown; refetch: () => void } {
  const { id } = useLedger();
  const query = useQuery({
    queryKey: categoriesKey(id),
    queryFn: async ({ signal }) => (await get<{ items: Category[] }>(`/ledgers/${id}/categories`, { signal })).items,
    staleTime: 5 * 60_000,
  });
  const tree = useMemo(() => categoryTree(query.data ?? empty), [query.data]);
  return { ...tree, isPending: query.isPending, error: query.error, refetch: () => void query.refetch() };
}
