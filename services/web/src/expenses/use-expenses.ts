import type { Expense, NewExpense } from '@outlay/contracts/expense.ts';
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call, get } from '../api/api.ts';
import { useLedger } from '../ledgers/use-ledger.ts';
import { toast } from '../shell/toasts.tsx';
import type { Filters } from './filters.ts';

interface ExpensePage {
  items: Expense[];
  next: string | null;
}

const ledgerKey = (ledger: string) => ['ledger', ledger] as const;
export const expensesKey = (ledger: string) => [...ledgerKey(ledger), 'expenses'] as const;

/** The filtered list, page by page. */
export function useExpenseList(filters: Filters) {
  const { id } = useLedger();
  return useInfiniteQuery({
    queryKey: [...expensesKey(id), 'list', filters],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      get<ExpensePage>(`/ledgers/${id}/expenses`, { query: { ...filters, cursor: pageParam, limit: 50 }, signal }),
    getNextPageParam: (page) => page.next ?? undefined,
    // While a search is on its way the list before it stays, dimmed, instead of a flicker with each word.
    placeholderData: keepPreviousData,
  });
}

/** The newest few of a period; `isOn` false asks nothing. */
export function useLatest(limit: number, period: { from?: string; to?: string }, isOn = true) {
  const { id } = useLedger();
  return useQuery({
    queryKey: [...expensesKey(id), 'latest', limit, period],
    queryFn: async ({ signal }) =>
      (await get<ExpensePage>(`/ledgers/${id}/expenses`, { query: { ...period, limit }, signal })).items,
    enabled: isOn,
  });
}

/** One expense as it is now: the drawer always edits the newest version. */
export function useExpense(expenseId: string | null) {
  const { id } = useLedger();
  return useQuery({
    queryKey: [...expensesKey(id), 'one', expenseId],
    queryFn: ({ signal }) => call<Expense>('GET', `/ledgers/${id}/expenses/${expenseId}`, { signal }),
    enabled: expenseId !== null,
    staleTime: 0,
    gcTime: 0,
  });
}

/** Creating, changing and deleting; each makes every list and figure of the ledger ask again. */
export function useExpenseChanges() {
  const { id } = useLedger();
  const client = useQueryClient();
  const path = `/ledgers/${id}/expenses`;
  // Not the one in the drawer: it closes, and a deleted one would answer 404 to its last breath.
  const onSuccess = () =>
    void client.invalidateQueries({ queryKey: ledgerKey(id), predicate: ({ queryKey }) => queryKey[3] !== 'one' });

  const add = useMutation({
    /** `key` is one for each form: a second try after a lost answer never makes a second expense. */
    mutationFn: async ({ body, key }: { body: NewExpense; key: string }) =>
      (await call<Expense>('POST', path, { body, headers: { 'idempotency-key': key } })).data,
    onSuccess,
  });
  const change = useMutation({
    mutationFn: async ({ id: expense, body, etag }: { id: string; body: Partial<NewExpense>; etag: string }) =>
      (await call<Expense>('PATCH', `${path}/${expense}`, { body, headers: { 'if-match': etag } })).data,
    onSuccess,
  });
  const restore = useMutation({
    mutationFn: ({ id: expense }: Expense) => call('POST', `${path}/${expense}/restore`),
    onSuccess: () => {
      onSuccess();
      toast({ message: 'Expense restored' });
    },
    onError: () => toast({ message: 'The expense could not be restored', tone: 'bad' }),
  });
  const remove = useMutation({
    mutationFn: async (expense: Expense) => {
      await call('DELETE', `${path}/${expense.id}`);
      return expense;
    },
    onSuccess: (expense) => {
      onSuccess();
      toast({ message: 'Expense deleted', action: { label: 'Undo', run: () => restore.mutate(expense) } });
    },
  });
  return { add, change, remove };
}
