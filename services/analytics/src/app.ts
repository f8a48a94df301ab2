import { createAuthentication } from '@outlay/identity/authentication.ts';
import type { ServiceClient } from '@outlay/identity/service-client.ts';
import type { WorkloadVerifier } from '@outlay/identity/workload-token.ts';
import { createApp } from '@outlay/service-kit/create-app.ts';
import type { Log } from '@outlay/service-kit/log.ts';
import type { Metrics } from '@outlay/service-kit/metrics.ts';
import type { AppState, AuthenticatedUser, Route } from '@outlay/service-kit/route.ts';
import type Koa from 'koa';
import { allowList } from './allow-list.ts';
import { anomaliesRoute } from './anomalies/anomalies-route.ts';
import { calendarRoute } from './calendar/calendar-route.ts';
import { cashFlowRoute } from './cash-flow/cash-flow-route.ts';
import { categoriesRoute } from './categories/categories-route.ts';
import { compareRoute } from './compare/compare-route.ts';
import type { EuroRates } from './exchange-rates/parse-ecb-rates.ts';
import { type AskFigures, createAskFigures } from './figures/ask-figures.ts';
import { createExpenseSource, type ExpenseSource } from './figures/figure-source.ts';
import { forecastRoute } from './forecast/forecast-route.ts';
import { payeesRoute } from './payees/payees-route.ts';
import { reportRoute } from './report/report-route.ts';
import { summaryRoute } from './summary/summary-route.ts';
import { trendRoute } from './trend/trend-route.ts';

/** Every operation of this service; the OpenAPI document is drawn from the same list. */
export const analyticsRoutes = (ask: AskFigures, source: ExpenseSource): Route[] => [
  summaryRoute(ask),
  trendRoute(ask),
  categoriesRoute(ask),
  compareRoute(ask),
  cashFlowRoute(ask),
  calendarRoute(ask),
  payeesRoute(ask),
  anomaliesRoute(ask),
  forecastRoute(ask),
  reportRoute(ask, source),
];

export interface AnalyticsOptions {
  expense: ServiceClient;
  /** For one figure, a retry included. */
  expenseTimeoutMs: number;
  /** The central bank's rates, as known now. */
  rates: () => EuroRates;
  now: () => Date;
  workloads: WorkloadVerifier | undefined;
  verifyUser: (token: string) => Promise<AuthenticatedUser>;
  log: Log;
  metrics: Metrics;
}

export function createAnalyticsApp({
  expense,
  expenseTimeoutMs,
  rates,
  now,
  workloads,
  verifyUser,
  log,
  metrics,
}: AnalyticsOptions): Koa<AppState> {
  const source = createExpenseSource(expense, expenseTimeoutMs);
  return createApp({
    routes: analyticsRoutes(createAskFigures(source, rates, now), source),
    authentication: createAuthentication({ workloads, allowList, verifyUser }),
    log,
    metrics,
  });
}
