import type { Totals } from '@outlay/contracts/analytics.ts';
import { amount, type CsvCell } from './csv.ts';

/** Totals in a row of CSV. */
export const totalsColumns = ['currency', 'expense', 'income', 'refund', 'spent', 'net', 'count'];

export const totalsCells = (totals: Totals, currency: string): CsvCell[] => [
  currency,
  amount(totals.expense, currency),
  amount(totals.income, currency),
  amount(totals.refund, currency),
  amount(totals.spent, currency),
  amount(totals.net, currency),
  totals.count,
];
