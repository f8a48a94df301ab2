import { Button } from '@mantine/core';
import type { Expense } from '@outlay/contracts/expense.ts';
import { messageOf } from '../api/problem.ts';
import { toast } from '../shell/toasts.tsx';
import { useExpenseChanges } from './use-expenses.ts';

/** Deletes at once; the message that follows offers to take it back, which serves better than a question before. */
export function DeleteExpense({ expense, onDeleted }: { expense: Expense; onDeleted: () => void }) {
  const { remove } = useExpenseChanges();
  const run = () =>
    remove.mutate(expense, {
      onSuccess: onDeleted,
      onError: (error) => toast({ message: messageOf(error), tone: 'bad' }),
    });
  return (
    <Button variant="subtle" color="red" c="var(--outlay-bad)" onClick={run} loading={remove.isPending}>
      Delete
    </Button>
  );
}
