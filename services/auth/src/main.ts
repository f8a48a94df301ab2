// Started as `node --import @outlay/service-kit/telemetry.ts main.ts`: an import in here comes too late to hook ES modules.
import { workloadVerifierFrom } from '@outlay/identity/settings.ts';
import { createLog } from '@outlay/service-kit/log.ts';
import { createMetrics } from '@outlay/service-kit/metrics.ts';
import { closeMongo, connectMongo, pingMongo } from '@outlay/service-kit/mongo.ts';
import { run } from '@outlay/service-kit/run.ts';
import { serve } from '@outlay/service-kit/serve.ts';
import { createAuthApp } from './app.ts';
import { createAuthParts } from './auth-parts.ts';
import { readAuthConfig } from './config.ts';

await run(async () => {
  const config = readAuthConfig(process.env);
  const log = createLog({ service: 'auth', level: config.LOG_LEVEL, format: config.LOG_FORMAT });
  const metrics = createMetrics('auth');
  const { registry } = metrics;
  const workloads = workloadVerifierFrom(config, 'auth', registry);
  const connection = await connectMongo({
    uri: config.MONGODB_URI,
    waitMs: config.MONGODB_WAIT_SECONDS * 1_000,
    appName: 'auth',
    registry,
  });
  const parts = createAuthParts({
    connection,
    userTokens: { issuer: config.USER_TOKEN_ISSUER, audience: config.USER_TOKEN_AUDIENCE },
    accessTokenSeconds: config.ACCESS_TOKEN_SECONDS,
    algorithm: config.USER_TOKEN_ALGORITHM,
    keyEncryptionKey: config.KEY_ENCRYPTION_KEY,
    keyRotationHours: config.KEY_ROTATION_HOURS,
    keyPublishAheadSeconds: config.KEY_PUBLISH_AHEAD_SECONDS,
    unreadableKeys: config.UNREADABLE_KEYS,
    registry,
    log,
  });
  await parts.start();
  return serve(createAuthApp(parts, { workloads, log, metrics }), {
    host: config.HOST,
    port: config.PORT,
    adminPort: config.ADMIN_PORT,
    drainMs: config.DRAIN_MS,
    log,
    metrics,
    ready: () => pingMongo(connection),
    onDraining: [() => parts.sessionEnds.close()],
    onDrained: [() => parts.stop(), () => closeMongo(connection)],
  });
});
