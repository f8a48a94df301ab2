import type { Category, NewCategory } from '@outlay/contracts/ledger.ts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { call } from '../api/api.ts';
import { useLedger } from '../ledgers/use-ledger.ts';

export function useCategoryChanges() {
  const { id } = useLedger();
  const client = useQueryClient();
  const path = `/ledgers/${id}/categories`;
  // Names and colours stand in the figures too.
  const onSuccess = () => client.invalidateQueries({ queryKey: ['ledger', id] });
  const save = useMutation({
    mutationFn: async ({ id: category, body }: { id: string | undefined; body: NewCategory }) =>
      category === undefined
        ? (await call<Category>('POST', path, { body })).data
        : (await call<Category>('PATCH', `${path}/${category}`, { body })).data,
    onSuccess,
  });
  const remove = useMutation({
    /** @param moveTo id of the category that takes over the expenses, or `none` */
    mutationFn: async ({ id: category, moveTo }: { id: string; moveTo: string }) => {
      await call('DELETE', `${path}/${category}`, { query: { moveTo } });
    },
    onSuccess,
  });
  return { save, remove };
}
