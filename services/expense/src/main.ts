// Started as `node --import @outlay/service-kit/telemetry.ts main.ts`: an import in here comes too late to hook ES modules.
import { userKeysFrom, workloadVerifierFrom } from '@outlay/identity/settings.ts';
import { createUserTokenVerifier } from '@outlay/identity/user-token.ts';
import { workloadTokenDirectory } from '@outlay/identity/workload-credentials.ts';
import { readConfig } from '@outlay/service-kit/config.ts';
import { createLog } from '@outlay/service-kit/log.ts';
import { createMetrics } from '@outlay/service-kit/metrics.ts';
import { closeMongo, connectMongo, pingMongo } from '@outlay/service-kit/mongo.ts';
import { run } from '@outlay/service-kit/run.ts';
import { serve } from '@outlay/service-kit/serve.ts';
import { createExpenseApp } from './app.ts';
import { settings } from './config.ts';
import { createExpenseParts } from './expense-parts.ts';
import { watchDrift } from './rollups/watch-drift.ts';

await run(async () => {
  const config = readConfig(settings, process.env);
  const log = createLog({ service: 'expense', level: config.LOG_LEVEL, format: config.LOG_FORMAT });
  const metrics = createMetrics('expense');
  const { registry } = metrics;
  const workloads = workloadVerifierFrom(config, 'expense', registry);
  const verifyUser = createUserTokenVerifier({
    issuer: config.USER_TOKEN_ISSUER,
    audience: config.USER_TOKEN_AUDIENCE,
    keys: userKeysFrom(config.JWKS_URL, workloadTokenDirectory(config.WORKLOAD_TOKEN_DIR)),
  });
  const connection = await connectMongo({
    uri: config.MONGODB_URI,
    waitMs: config.MONGODB_WAIT_SECONDS * 1_000,
    appName: 'expense',
    registry,
  });
  const parts = createExpenseParts({ connection, registry });
  await parts.prepare();
  const watch = watchDrift({ ...parts, log, everyMs: config.ROLLUP_CHECK_SECONDS * 1_000 });
  parts.imports.start(log);
  return serve(createExpenseApp(parts, { workloads, verifyUser, log, metrics }), {
    host: config.HOST,
    port: config.PORT,
    adminPort: config.ADMIN_PORT,
    drainMs: config.DRAIN_MS,
    log,
    metrics,
    ready: () => pingMongo(connection),
    onDraining: [parts.imports.drain],
    onDrained: [() => watch.stop(), () => parts.imports.stop(), () => closeMongo(connection)],
  });
});
