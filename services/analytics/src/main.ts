// Started as `node --import @outlay/service-kit/telemetry.ts main.ts`: what is traced must be hooked before it is imported.
import { createServiceClient } from '@outlay/identity/service-client.ts';
import { userKeysFrom, workloadVerifierFrom } from '@outlay/identity/settings.ts';
import { createUserTokenVerifier } from '@outlay/identity/user-token.ts';
import { workloadTokenDirectory } from '@outlay/identity/workload-credentials.ts';
import { readConfig } from '@outlay/service-kit/config.ts';
import { createLog } from '@outlay/service-kit/log.ts';
import { createMetrics } from '@outlay/service-kit/metrics.ts';
import { run } from '@outlay/service-kit/run.ts';
import { serve } from '@outlay/service-kit/serve.ts';
import { createAnalyticsApp } from './app.ts';
import { settings } from './config.ts';
import { createRateSource } from './exchange-rates/rate-source.ts';

await run(async () => {
  const config = readConfig(settings, process.env);
  const log = createLog({ service: 'analytics', level: config.LOG_LEVEL, format: config.LOG_FORMAT });
  const metrics = createMetrics('analytics');
  const credentials = workloadTokenDirectory(config.WORKLOAD_TOKEN_DIR);
  const rates = createRateSource({
    url: config.EXCHANGE_RATES_URL,
    everyMs: config.EXCHANGE_RATES_HOURS * 3_600_000,
    log,
    registry: metrics.registry,
  });
  const app = createAnalyticsApp({
    expense: createServiceClient({
      callee: 'expense',
      baseUrl: config.EXPENSE_URL,
      credentials,
      timeoutMs: config.EXPENSE_TIMEOUT_MS,
    }),
    expenseTimeoutMs: config.EXPENSE_TIMEOUT_MS,
    rates: rates.rates,
    now: () => new Date(),
    workloads: workloadVerifierFrom(config, 'analytics', metrics.registry),
    verifyUser: createUserTokenVerifier({
      issuer: config.USER_TOKEN_ISSUER,
      audience: config.USER_TOKEN_AUDIENCE,
      keys: userKeysFrom(config.JWKS_URL, credentials),
    }),
    log,
    metrics,
  });
  return serve(app, {
    host: config.HOST,
    port: config.PORT,
    adminPort: config.ADMIN_PORT,
    drainMs: config.DRAIN_MS,
    log,
    metrics,
    // Not "expense answers": if it is away, we still say so better than a router that finds nobody ready.
    ready: async () => void (await credentials.tokenFor('expense')),
    onDrained: [async () => rates.stop()],
  });
});
