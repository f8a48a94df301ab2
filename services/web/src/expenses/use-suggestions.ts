import type { Expense } from '@outlay/contracts/expense.ts';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { get } from '../api/api.ts';
import { useLedger } from '../ledgers/use-ledger.ts';
import { expensesKey } from './use-expenses.ts';

export interface Suggestions {
  /** Newest first, each once. */
  payees: string[];
  tags: string[];
  /** The category that a payee had last. */
  categoryOf: ReadonlyMap<string, string>;
}

/** What the newest 200 expenses teach about the next one. */
export function useSuggestions(): Suggestions {
  const { id } = useLedger();
  const { data } = useQuery({
    queryKey: [...expensesKey(id), 'suggestions'],
    queryFn: async ({ signal }) =>
      (await get<{ items: Expense[] }>(`/ledgers/${id}/expenses`, { query: { limit: 200 }, signal })).items,
    staleTime: 5 * 60_000,
  });
  return useMemo(() => suggestionsOf(data ?? []), [data]);
}

export function suggestionsOf(expenses: readonly Expense[]): Suggestions {
  const categoryOf = new Map<string, string>();
  for (const { payee, category } of expenses) {
    if (payee && category && !categoryOf.has(payee)) categoryOf.set(payee, category);
  }
  return {
    payees: [...new Set(expenses.map(({ payee }) => payee).filter(Boolean))],
    tags: [...new Set(expenses.flatMap(({ tags }) => tags))],
    categoryOf,
  };
}
