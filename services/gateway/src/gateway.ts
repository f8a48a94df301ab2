import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { createLog } from '@outlay/service-kit/log.ts';
import { createRegistry } from '@outlay/service-kit/metrics.ts';
import { createAdminServer, type RunningService } from '@outlay/service-kit/serve.ts';
import { adminRoutes } from './admin/admin-routes.ts';
import type { Bootstrap } from './bootstrap/bootstrap-schema.ts';
import type { GatewaySettings } from './config.ts';
import type { Edge } from './edge.ts';
import { OverloadManager } from './overload/overload-manager.ts';
import { Deadlines } from './proxy/deadlines.ts';
import { AccessLog } from './telemetry/access-log.ts';
import {
  certificateReloadCounter,
  registerGauges,
  reloadMetrics,
  retryCounter,
  upstreamFailureCounter,
} from './telemetry/gateway-metrics.ts';
import { createLogWriter } from './telemetry/log-writer.ts';
import { RequestTimes } from './telemetry/request-times.ts';
import { SpanExporter } from './telemetry/span-exporter.ts';
import { tracePolicyOf, Versions } from './versions.ts';

/** After this, requests still running are cut: an orchestrator's own patience ends at 30 s. */
const finishMs = 15_000;

/** Builds the gateway from its settings and starts it. @param writer where JSON log lines go; standard output */
export async function startGateway(settings: GatewaySettings, writer = createLogWriter(1)): Promise<RunningService> {
  const isJson = settings.logFormat === 'json';
  const log = createLog(
    { service: 'gateway', level: settings.logLevel, format: settings.logFormat },
    isJson ? writer : undefined,
  );
  const registry = createRegistry('gateway');
  const spans = settings.otlpEndpoint ? new SpanExporter(settings.otlpEndpoint, settings.serviceName, log) : undefined;
  const edge: Edge = {
    log,
    accessLog: new AccessLog(log, isJson ? writer : undefined),
    spans,
    tracePolicy: tracePolicyOf(settings.bootstrap, spans !== undefined),
    certificateReloads: certificateReloadCounter(registry),
    filePollMs: settings.configPollMs,
    overload: new OverloadManager(log, settings.bootstrap.overload_manager),
    requestTimes: new RequestTimes(registry),
    upstreamFailures: upstreamFailureCounter(registry),
    retries: retryCounter(registry),
    deadlines: new Deadlines(),
    isDraining: false,
  };
  const versions = new Versions(edge, settings);
  registerGauges(registry, {
    clusters: () => versions.current.clusters.values(),
    providers: () => versions.current.providers,
    rateLimits: () => versions.current.rateLimits.values(),
    spans,
    deadlines: edge.deadlines,
    overload: edge.overload,
    listeners: () => versions.listeners,
  });
  const checkReady = async () => {
    if (edge.isDraining) throw new Error('draining');
    if (!versions.current.providers.isReady())
      throw new Error('the public keys or the ended sessions are not known yet');
  };
  const admin = createAdminServer(registry, checkReady, adminRoutes({ log, registry, versions, checkReady, drain }));

  await listen(admin, settings.bootstrap.admin);
  await versions.start(reloadMetrics(registry));
  const port = versions.listeners[0]?.port as number;
  const adminPort = (admin.address() as AddressInfo).port;
  log.info({ port, adminPort }, 'listening');

  let draining: Promise<void> | undefined;
  let stopping: Promise<void> | undefined;
  return {
    port,
    adminPort,
    stop() {
      stopping ??= stop();
      return stopping;
    },
  };

  /** Not ready → wait, so that who routes to us has heard of it → stop accepting → finish. */
  function drain(): Promise<void> {
    edge.isDraining = true;
    draining ??= wait(settings.drainMs).then(() => versions.close(finishMs));
    return draining;
  }

  /** Drain → close → flush. */
  async function stop(): Promise<void> {
    await drain();
    edge.overload.close();
    await spans?.close();
    admin.closeAllConnections();
    await new Promise((resolve) => admin.close(resolve));
    log.info('stopped');
    await writer.flush();
  }
}

function listen(server: Server, { address, port }: Bootstrap['admin']): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
