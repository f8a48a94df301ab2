import type { Expense } from '@outlay/contracts/expense.ts';

export interface Day {
  date: string;
  expenses: Expense[];
  /** What the day did to the purse, by currency: income and refunds minus expenses; transfers count nowhere. */
  totals: { currency: string; minor: number }[];
}

/** What an entry does to the purse, in minor units. */
export const effectOf = ({ kind, amount }: Pick<Expense, 'kind' | 'amount'>): number =>
  kind === 'transfer' ? 0 : kind === 'expense' ? -amount : amount;

/** Puts neighbours of the same date together; keeps the order of the list. */
export function groupByDay(expenses: readonly Expense[]): Day[] {
  const days: Day[] = [];
  for (const expense of expenses) {
    let day = days.at(-1);
    if (day?.date !== expense.date) {
      day = { date: expense.date, expenses: [], totals: [] };
      days.push(day);
    }
    day.expenses.push(expense);
    const effect = effectOf(expense);
    const total = day.totals.find(({ currency }) => currency === expense.currency);
    if (total) total.minor += effect;
    else if (effect !== 0) day.totals.push({ currency: expense.currency, minor: effect });
  }
  return days;
}
