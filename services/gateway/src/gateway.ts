import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { createLog, type Log } from '@outlay/service-kit/log.ts';
import { createMetrics } from '@outlay/service-kit/metrics.ts';
import { createAdminServer, type RunningService } from '@outlay/service-kit/serve.ts';
import type { Bootstrap } from './bootstrap/bootstrap-schema.ts';
import type { GatewaySettings } from './config.ts';
import type { Edge } from './edge.ts';
import { createProviders } from './filters/jwt-authn/providers.ts';
import { Listener } from './listener/listener.ts';
import { Deadlines } from './proxy/deadlines.ts';
import { filtersOf } from './router/route-filters.ts';
import { RouteTable } from './router/route-table.ts';
import { StaticFiles } from './static/static-files.ts';
import { AccessLog } from './telemetry/access-log.ts';
import { RequestTimes, registerGauges, retryCounter, upstreamFailureCounter } from './telemetry/gateway-metrics.ts';
import { createLogWriter } from './telemetry/log-writer.ts';
import { SpanExporter } from './telemetry/span-exporter.ts';
import { Cluster } from './upstream/cluster.ts';
import { WorkloadTokens } from './upstream/workload-tokens.ts';

/** After this, requests still running are cut: an orchestrator's own patience ends at 30 s. */
const finishMs = 15_000;

/** Builds the gateway from its settings and starts it. @param writer where JSON log lines go; standard output */
export async function startGateway(settings: GatewaySettings, writer = createLogWriter(1)): Promise<RunningService> {
  const { bootstrap } = settings;
  const isJson = settings.logFormat === 'json';
  const log = createLog(
    { service: 'gateway', level: settings.logLevel, format: settings.logFormat },
    isJson ? writer : undefined,
  );
  const metrics = createMetrics('gateway');
  const spans = settings.otlpEndpoint ? new SpanExporter(settings.otlpEndpoint, settings.serviceName, log) : undefined;
  const edge: Edge = {
    log,
    accessLog: new AccessLog(log, isJson ? writer : undefined),
    spans,
    tracePolicy: {
      isRecording: spans !== undefined,
      samplingPercent: bootstrap.tracing.random_sampling,
      joinsClients: bootstrap.tracing.client_trace === 'join',
    },
    requestTimes: new RequestTimes(metrics),
    upstreamFailures: upstreamFailureCounter(metrics),
    retries: retryCounter(metrics),
    deadlines: new Deadlines(),
    isDraining: false,
  };
  const clusters = createClusters(bootstrap, settings.workloadTokenDirectory, log);
  const providers = createProviders(bootstrap.jwt_authn.providers, { clusters, log, deadlines: edge.deadlines });
  const listeners = bootstrap.listeners.map((config) => {
    const routes = new RouteTable(config.virtual_hosts, {
      filtersOf: (route) => filtersOf(route, providers),
      cluster: (name) => clusters.get(name) as Cluster,
      files: (files) => new StaticFiles(files, log),
    });
    return new Listener(edge, config, routes);
  });
  registerGauges(metrics, { clusters: clusters.values(), ...providers, spans, deadlines: edge.deadlines });
  const admin = createAdminServer(metrics, async () => {
    if (edge.isDraining) throw new Error('draining');
    if (!providers.isReady()) throw new Error('the public keys are not fetched yet');
  });

  providers.start();
  await listen(admin, bootstrap.admin);
  await Promise.all(listeners.map((listener) => listener.listen()));
  const port = listeners[0]?.port as number;
  const adminPort = (admin.address() as AddressInfo).port;
  log.info({ port, adminPort }, 'listening');

  let stopping: Promise<void> | undefined;
  return {
    port,
    adminPort,
    stop() {
      stopping ??= stop();
      return stopping;
    },
  };

  /** Not ready → wait, so that who routes to us has heard of it → stop accepting → finish → close → flush. */
  async function stop(): Promise<void> {
    edge.isDraining = true;
    await wait(settings.drainMs);
    await Promise.all(listeners.map((listener) => listener.close(finishMs)));
    providers.close();
    for (const cluster of clusters.values()) cluster.close();
    await spans?.close();
    admin.closeAllConnections();
    await new Promise((resolve) => admin.close(resolve));
    log.info('stopped');
    writer.flushSync();
  }
}

function createClusters(bootstrap: Bootstrap, tokenDirectory: string | undefined, log: Log): Map<string, Cluster> {
  const tokens = tokenDirectory === undefined ? undefined : new WorkloadTokens(tokenDirectory, log);
  return new Map(bootstrap.clusters.map((config) => [config.name, new Cluster(config, tokens)]));
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
