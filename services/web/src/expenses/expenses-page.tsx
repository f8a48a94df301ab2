import { Button } from '@mantine/core';
import { IconFileImport, IconPlus, IconReceipt, IconSearchOff } from '@tabler/icons-react';
import { Link, useLocation, useSearch } from 'wouter';
import { Page } from '../shell/page.tsx';
import { EmptyState, ErrorState } from '../shell/states.tsx';
import { ExpenseList, ExpenseListLoading } from './expense-list.tsx';
import { FilterBar } from './filter-bar.tsx';
import { FilterChips } from './filter-chips.tsx';
import { changeFilters, type Filters, filterSearch, isNarrowed, readFilters } from './filters.ts';
import { useExpenseDrawer } from './use-expense-drawer.ts';
import { useExpenseList } from './use-expenses.ts';

export function ExpensesPage() {
  const filters = readFilters(new URLSearchParams(useSearch()));
  const [path, navigate] = useLocation();
  const list = useExpenseList(filters);
  /** Typing replaces the address, a choice adds one: "back" undoes choices, not letters. */
  const change = (changes: Parameters<typeof changeFilters>[1], replace = false) =>
    navigate(path + filterSearch(changeFilters(filters, changes)), { replace });
  const expenses = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page title="Expenses">
      <FilterBar filters={filters} onChange={change} />
      <FilterChips filters={filters} onChange={change} onClear={() => navigate(path)} />
      {(list.isPending || (list.isPlaceholderData && expenses.length === 0)) && <ExpenseListLoading />}
      {list.isError && expenses.length === 0 && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.isSuccess && !list.isPlaceholderData && expenses.length === 0 && (
        <NoExpenses filters={filters} onClear={() => navigate(path)} />
      )}
      {expenses.length > 0 && (
        <ExpenseList
          expenses={expenses}
          isStale={list.isPlaceholderData}
          isByDay={filters.sort === undefined || filters.sort === 'date'}
          hasMore={list.hasNextPage}
          isLoadingMore={list.isFetchingNextPage}
          hasFailed={list.isFetchNextPageError}
          onMore={() => void list.fetchNextPage()}
        />
      )}
    </Page>
  );
}

function NoExpenses({ filters, onClear }: { filters: Filters; onClear: () => void }) {
  const { add } = useExpenseDrawer();
  if (isNarrowed(filters)) {
    return (
      <EmptyState
        icon={IconSearchOff}
        title="Nothing matches"
        actions={
          <Button variant="default" onClick={onClear}>
            Clear search and filters
          </Button>
        }
      >
        No expense of this ledger fits your search and filters.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={IconReceipt}
      title="No expenses yet"
      actions={
        <>
          <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={add}>
            Add your first expense
          </Button>
          <Button
            component={Link}
            href="/import"
            variant="default"
            leftSection={<IconFileImport size={18} aria-hidden />}
          >
            Import a file
          </Button>
        </>
      }
    >
      Write down what you spend, or bring in your bank’s file.
    </EmptyState>
  );
}
