import { Button, Skeleton } from '@mantine/core';
import type { Expense } from '@outlay/contracts/expense.ts';
import { useEffect, useEffectEvent, useRef } from 'react';
import { useToday } from '../ledgers/use-ledger.ts';
import { formatCount } from '../money/format-count.ts';
import { formatDay } from '../money/format-date.ts';
import { formatMoney } from '../money/format-money.ts';
import classes from './expense-list.module.css';
import { ExpenseRow } from './expense-row.tsx';
import { groupByDay } from './group-by-day.ts';

interface ExpenseListProps {
  expenses: Expense[];
  /** Still the answer to the question before. */
  isStale: boolean;
  isByDay: boolean;
  hasMore: boolean;
  isLoadingMore: boolean;
  hasFailed: boolean;
  onMore: () => void;
}

/** The list, by day; the next page is fetched before the end comes into view. */
export function ExpenseList({
  expenses,
  isStale,
  isByDay,
  hasMore,
  isLoadingMore,
  hasFailed,
  onMore,
}: ExpenseListProps) {
  const today = useToday();
  const days = isByDay ? groupByDay(expenses) : [];
  return (
    <div className={classes.list} data-stale={isStale || undefined}>
      {isByDay ? (
        days.map((day, index) => {
          // The last day may go on on the next page: its sum would be wrong until then.
          const isWhole = !hasMore || index < days.length - 1;
          return (
            <section key={day.date} className={classes.day} aria-labelledby={`day-${day.date}`}>
              <header className={classes.dayHeader}>
                <h2 id={`day-${day.date}`}>{formatDay(day.date, today)}</h2>
                {isWhole && (
                  <span>
                    {day.totals.map(({ currency, minor }) => formatMoney(minor, currency, { sign: true })).join(' · ')}
                  </span>
                )}
              </header>
              <Rows expenses={day.expenses} />
            </section>
          );
        })
      ) : (
        <Rows expenses={expenses} hasDate />
      )}
      {hasMore && <More isLoading={isLoadingMore} hasFailed={hasFailed} onMore={onMore} />}
      <p className={classes.end} role="status">
        {hasMore ? '' : countText(expenses.length)}
      </p>
    </div>
  );
}

const countText = (count: number) => (count === 1 ? '1 entry' : `${formatCount(count)} entries`);

const Rows = ({ expenses, hasDate = false }: { expenses: Expense[]; hasDate?: boolean }) => (
  <ul className={classes.rows}>
    {expenses.map((expense) => (
      <li key={expense.id}>
        <ExpenseRow expense={expense} hasDate={hasDate} />
      </li>
    ))}
  </ul>
);

/** A button for the keyboard that presses itself when it comes near the view. */
function More({ isLoading, hasFailed, onMore }: { isLoading: boolean; hasFailed: boolean; onMore: () => void }) {
  const button = useRef<HTMLButtonElement>(null);
  const reach = useEffectEvent(() => {
    if (!isLoading && !hasFailed) onMore();
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: observed anew after each page, or a page shorter than the margin would end the chain
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && reach(), { rootMargin: '800px' });
    observer.observe(button.current!);
    return () => observer.disconnect();
  }, [isLoading]);
  return (
    <Button ref={button} variant="subtle" loading={isLoading} onClick={onMore} mx="auto">
      {hasFailed ? 'Could not load more. Try again' : 'Show more'}
    </Button>
  );
}

export const ExpenseListLoading = () => (
  <div className={classes.rows} aria-busy="true" role="status" aria-label="Loading expenses">
    {Array.from({ length: 8 }, (_, row) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
      <div key={row} className={classes.loadingRow}>
        <Skeleton h={40} w={40} radius="md" />
        <div>
          <Skeleton h={12} w={`${34 + ((row * 37) % 30)}%`} mb={8} />
          <Skeleton h={10} w={`${18 + ((row * 23) % 20)}%`} />
        </div>
        <Skeleton h={14} w={64} />
      </div>
    ))}
  </div>
);
