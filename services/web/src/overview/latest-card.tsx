import { Anchor, Skeleton } from '@mantine/core';
import type { Expense } from '@outlay/contracts/expense.ts';
import { Link } from 'wouter';
import { ExpenseRow } from '../expenses/expense-row.tsx';
import { filterSearch } from '../expenses/filters.ts';
import classes from './latest-card.module.css';
import overview from './overview.module.css';
import { Panel } from './panel.tsx';

interface LatestCardProps {
  period: { from: string; to: string };
  expenses: Expense[] | undefined;
}

export const LatestCard = ({ period, expenses }: LatestCardProps) => (
  <Panel
    title="Latest"
    aside={
      <Anchor component={Link} href={`/expenses${filterSearch(period)}`} size="sm" fw={550}>
        Show all of the month
      </Anchor>
    }
  >
    {!expenses && <Skeleton h={220} radius="md" aria-busy="true" />}
    {expenses?.length === 0 && <p className={overview.quiet}>No entries this month.</p>}
    {expenses && expenses.length > 0 && (
      <ul className={classes.list}>
        {expenses.map((expense) => (
          <li key={expense.id}>
            <ExpenseRow expense={expense} hasDate />
          </li>
        ))}
      </ul>
    )}
  </Panel>
);
