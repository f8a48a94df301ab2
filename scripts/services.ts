/** What the generators know of the services: their routes and their allow-lists, straight from their code. */
import { randomBytes } from 'node:crypto';
import type { AllowRule } from '@outlay/identity/allow-list.ts';
import { createLog } from '@outlay/service-kit/log.ts';
import type { Route } from '@outlay/service-kit/route.ts';
import mongoose from 'mongoose';
import { Registry } from 'prom-client';
import { allowList as analyticsAllowList } from '../services/analytics/src/allow-list.ts';
import { analyticsRoutes } from '../services/analytics/src/app.ts';
import { allowList as authAllowList } from '../services/auth/src/allow-list.ts';
import { authRoutes } from '../services/auth/src/app.ts';
import { createAuthParts } from '../services/auth/src/auth-parts.ts';
import { allowList as expenseAllowList } from '../services/expense/src/allow-list.ts';
import { expenseRoutes } from '../services/expense/src/app.ts';
import { createExpenseParts } from '../services/expense/src/expense-parts.ts';

/** The source of the mesh's policies in the chart. */
export const allowLists: Readonly<Record<string, readonly AllowRule[]>> = {
  analytics: analyticsAllowList,
  auth: authAllowList,
  expense: expenseAllowList,
};

/** Every route that the gateway may reach, of services put together on a database that is never connected. */
export function publicRoutes(): Route[] {
  const connection = mongoose.createConnection();
  const log = createLog({ service: 'generate', level: 'silent' });
  const auth = createAuthParts({
    connection,
    userTokens: { issuer: 'https://outlay.local', audience: 'outlay-api' },
    accessTokenSeconds: 600,
    algorithm: 'ES256',
    keyEncryptionKey: randomBytes(32),
    keyRotationHours: 24,
    registry: new Registry(),
    log,
  });
  const expense = createExpenseParts({ connection, registry: new Registry() });
  const neverAsked = () => Promise.reject(new Error('only the routes are wanted'));
  const routes = [...authRoutes(auth), ...expenseRoutes(expense), ...analyticsRoutes(neverAsked, neverAsked)];
  return routes.filter(({ path }) => !path.startsWith('/internal/'));
}
