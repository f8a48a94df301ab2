import { createServiceClient } from '@outlay/identity/service-client.ts';
import { createUserTokenVerifier } from '@outlay/identity/user-token.ts';
import { createMetrics } from '@outlay/service-kit/metrics.ts';
import type { TestIdentity } from '../../../test/support/test-identity.ts';
import { captureLog, startTestServer, type TestServer } from '../../../test/support/test-server.ts';
import { createAnalyticsApp } from '../src/app.ts';
import type { EuroRates } from '../src/exchange-rates/parse-ecb-rates.ts';

/**
 * The real app in front of whatever listens at `expenseUrl`.
 * @param expenseTimeoutMs long, since a test machine may be slow too, unless the test is about the time
 */
export function startTestAnalytics({
  expenseUrl,
  identity,
  now = () => new Date('2026-11-23T12:00:00Z'),
  log = captureLog('analytics').log,
  rates = new Map(),
  expenseTimeoutMs = 5_000,
}: {
  expenseUrl: string;
  identity: TestIdentity;
  expenseTimeoutMs?: number;
  now?: () => Date;
  log?: ReturnType<typeof captureLog>['log'];
  rates?: EuroRates;
}): Promise<TestServer> {
  const metrics = createMetrics('analytics');
  const app = createAnalyticsApp({
    expense: createServiceClient({
      callee: 'expense',
      baseUrl: expenseUrl,
      credentials: identity.credentialsFor('analytics'),
      timeoutMs: expenseTimeoutMs,
    }),
    expenseTimeoutMs,
    rates: () => rates,
    now,
    workloads: identity.workloadVerifierFor('analytics'),
    verifyUser: createUserTokenVerifier({ ...identity.userTokenSettings, keys: identity.userKeys }),
    log,
    metrics,
  });
  return startTestServer(app, { log, metrics });
}
