import { Loader } from '@mantine/core';
import { Sheet } from '../shell/dialog.tsx';
import { ErrorState } from '../shell/states.tsx';
import { ExpenseForm } from './expense-form.tsx';
import { useExpenseDrawer } from './use-expense-drawer.ts';
import { useExpense } from './use-expenses.ts';

/** Adds or edits an expense over whatever screen is in view. */
export function ExpenseDrawer() {
  const { current, close } = useExpenseDrawer();
  return (
    <Sheet title={current === 'new' ? 'Add expense' : 'Edit expense'} isOpen={current !== null} onClose={close}>
      {current === 'new' && <ExpenseForm key="new" onClose={close} />}
      {current !== null && current !== 'new' && <EditExpense key={current} id={current} onClose={close} />}
    </Sheet>
  );
}

function EditExpense({ id, onClose }: { id: string; onClose: () => void }) {
  const query = useExpense(id);
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (query.isPending || (query.isFetching && !query.isFetchedAfterMount)) {
    return <Loader role="img" aria-label="Loading" mx="auto" my="xl" display="block" />;
  }
  const { data: expense, etag } = query.data;
  return (
    <ExpenseForm
      // A reload after "changed elsewhere" starts the form anew from what is stored now.
      key={expense.version}
      expense={expense}
      etag={etag ?? `"${expense.version}"`}
      onReload={() => void query.refetch()}
      onClose={onClose}
    />
  );
}
