import { createAuthentication } from '@outlay/identity/authentication.ts';
import type { WorkloadVerifier } from '@outlay/identity/workload-token.ts';
import { createApp } from '@outlay/service-kit/create-app.ts';
import type { Log } from '@outlay/service-kit/log.ts';
import type { Metrics } from '@outlay/service-kit/metrics.ts';
import type { AppState, AuthenticatedUser, Route } from '@outlay/service-kit/route.ts';
import type Koa from 'koa';
import { allowList } from './allow-list.ts';
import { categoryRoutes } from './categories/category-routes.ts';
import { rateRoutes } from './exchange-rates/rate-routes.ts';
import type { ExpenseParts } from './expense-parts.ts';
import { changeExpense, deleteExpense } from './expenses/change-expense.ts';
import { listExpenses } from './expenses/list-expenses.ts';
import { readExpense } from './expenses/read-expense.ts';
import { recordExpense } from './expenses/record-expense.ts';
import { restoreExpense } from './expenses/restore-expense.ts';
import { suggestPayees } from './expenses/suggest-payees.ts';
import { figuresRoute } from './internal/figures-route.ts';
import { ledgerRoutes } from './ledgers/ledger-routes.ts';
import { reportRoutes } from './reports/report-routes.ts';

/** Every operation of this service. */
export const expenseRoutes = (parts: ExpenseParts): Route[] => [
  ...ledgerRoutes(parts),
  ...categoryRoutes(parts),
  listExpenses(parts),
  recordExpense(parts),
  readExpense(parts),
  changeExpense(parts),
  deleteExpense(parts),
  restoreExpense(parts),
  suggestPayees(parts),
  ...parts.imports.routes,
  ...rateRoutes(parts),
  ...reportRoutes(parts),
  figuresRoute(parts),
];

export interface ExpenseAppOptions {
  /** undefined: a mesh proves the caller instead. */
  workloads: WorkloadVerifier | undefined;
  verifyUser: (token: string) => Promise<AuthenticatedUser>;
  log: Log;
  metrics: Metrics;
}

export function createExpenseApp(
  parts: ExpenseParts,
  { workloads, verifyUser, log, metrics }: ExpenseAppOptions,
): Koa<AppState> {
  const authentication = createAuthentication({ workloads, allowList, verifyUser });
  return createApp({ routes: expenseRoutes(parts), authentication, log, metrics });
}
