import type { Expense, PayeeList } from '@outlay/contracts/expense.ts';
import { useQuery } from '@tanstack/react-query';
import { get } from '../api/api.ts';
import { useLedger } from '../ledgers/use-ledger.ts';
import { expensesKey } from './use-expenses.ts';

/** Long enough to fill in one form, short enough to learn from it for the next. */
const staleTime = 5 * 60_000;

/** The payees used most, with the category each had last. */
export function usePayees(): PayeeList['items'] {
  const { id } = useLedger();
  const { data } = useQuery({
    queryKey: [...expensesKey(id), 'payees'],
    queryFn: async ({ signal }) =>
      (await get<PayeeList>(`/ledgers/${id}/payees`, { query: { limit: 50 }, signal })).items,
    staleTime,
  });
  return data ?? [];
}

/** The tags of the newest 200 expenses, newest first. */
export function useTags(): string[] {
  const { id } = useLedger();
  const { data } = useQuery({
    queryKey: [...expensesKey(id), 'tags'],
    queryFn: async ({ signal }) => {
      const query = { limit: 200 };
      const { items } = await get<{ items: Expense[] }>(`/ledgers/${id}/expenses`, { query, signal });
      return [...new Set(items.flatMap(({ tags }) => tags))];
    },
    staleTime,
  });
  return data ?? [];
}
