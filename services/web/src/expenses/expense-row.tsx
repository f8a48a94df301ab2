import type { Expense } from '@outlay/contracts/expense.ts';
import { Link, useLocation, useSearch } from 'wouter';
import { CategoryMark } from '../categories/category-mark.tsx';
import { useCategories } from '../categories/use-categories.ts';
import { useToday } from '../ledgers/use-ledger.ts';
import { formatDayShort } from '../money/format-date.ts';
import { formatMoney } from '../money/format-money.ts';
import classes from './expense-list.module.css';
import { effectOf } from './group-by-day.ts';
import { kindLabels } from './kind.ts';
import { drawerState, expenseHref } from './use-expense-drawer.ts';

/** One expense; the whole row is a link to it. */
export function ExpenseRow({ expense, hasDate = false }: { expense: Expense; hasDate?: boolean }) {
  const { byId } = useCategories();
  const today = useToday();
  const [path] = useLocation();
  const search = useSearch();
  const category = expense.category === null ? undefined : byId.get(expense.category);
  const { kind, payee, note, tags, currency, amount } = expense;
  const details = [
    kind === 'expense' ? undefined : kindLabels[kind],
    category?.name,
    hasDate ? formatDayShort(expense.date, today) : undefined,
    payee ? note : undefined,
  ].filter(Boolean);
  const minor = kind === 'transfer' ? amount : effectOf(expense);
  return (
    <Link href={expenseHref(expense.id, path, search)} state={drawerState} className={classes.row}>
      <CategoryMark
        color={category?.color ?? '#868e96'}
        icon={category?.icon ?? (kind === 'transfer' ? 'arrows-left-right' : 'tag')}
        size={40}
      />
      <span className={classes.what}>
        <span className={classes.payee}>{payee || note || category?.name || 'No payee'}</span>
        <span className={classes.details}>
          {details.length > 0 ? details.join(' · ') : 'No category'}
          {tags.map((tag) => (
            <span key={tag} className={classes.tag}>
              {tag}
            </span>
          ))}
        </span>
      </span>
      <span className={classes.amount} data-kind={kind}>
        {/* Most entries are spending, so only the others carry a sign. */}
        {kind === 'expense'
          ? formatMoney(amount, currency)
          : formatMoney(minor, currency, { sign: kind !== 'transfer' })}
      </span>
    </Link>
  );
}
