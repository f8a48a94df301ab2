import { Counter, Gauge, type Registry } from 'prom-client';
import type { JwtProviders } from '../filters/jwt-authn/providers.ts';
import type { RevocationFeed } from '../filters/jwt-authn/revocation-feed.ts';
import type { RateLimit } from '../filters/rate-limit.ts';
import type { Listener } from '../listener/listener.ts';
import type { OverloadManager } from '../overload/overload-manager.ts';
import type { Deadlines } from '../proxy/deadlines.ts';
import type { Cluster } from '../upstream/cluster.ts';
import { registerClusterMetrics } from './cluster-metrics.ts';
import type { SpanExporter } from './span-exporter.ts';

/** Counters of failed calls by cluster and response flag. */
export function upstreamFailureCounter(registry: Registry): Counter<'cluster' | 'flag'> {
  return new Counter({
    name: 'outlay_gateway_upstream_failures_total',
    help: 'Requests that a service did not answer whole, by Envoy response flag',
    labelNames: ['cluster', 'flag'] as const,
    registers: [registry],
  });
}

export type RetryCounter = Counter<'cluster' | 'result'>;

/** Envoy's upstream_rq_retry, _retry_success, _retry_limit_exceeded and _retry_overflow in one. */
export function retryCounter(registry: Registry): RetryCounter {
  return new Counter({
    name: 'outlay_gateway_upstream_retries_total',
    help: 'Retries begun, those that brought an answer, and those not begun for the limit or for the budget',
    labelNames: ['cluster', 'result'] as const,
    registers: [registry],
  });
}

export function certificateReloadCounter(registry: Registry): Counter<'listener' | 'result'> {
  return new Counter({
    name: 'outlay_gateway_certificate_reloads_total',
    help: 'Changes of a listener’s certificate, applied or refused',
    labelNames: ['listener', 'result'] as const,
    registers: [registry],
  });
}

/** Told of each version of the configuration file: Prometheus' own names for its own. */
export function reloadMetrics(registry: Registry) {
  const registers = [registry];
  const reloads = new Counter({
    name: 'outlay_gateway_config_reloads_total',
    help: 'Changes of the configuration file, applied or refused',
    labelNames: ['result'] as const,
    registers,
  });
  const isSuccessful = new Gauge({
    name: 'outlay_gateway_config_last_reload_successful',
    help: '0 where the file as it stands was refused and an older version serves',
    registers,
  });
  const appliedAt = new Gauge({
    name: 'outlay_gateway_config_last_reload_success_timestamp_seconds',
    help: 'When the version that serves was applied',
    registers,
  });
  reloads.inc({ result: 'applied' }, 0);
  reloads.inc({ result: 'refused' }, 0);
  isSuccessful.set(1);
  appliedAt.setToCurrentTime();
  return {
    count(isApplied: boolean): void {
      reloads.inc({ result: isApplied ? 'applied' : 'refused' });
      isSuccessful.set(Number(isApplied));
      if (isApplied) appliedAt.setToCurrentTime();
    },
  };
}

/** What is watched; read anew each time, as another version of the configuration brings others. */
export interface Observed {
  readonly clusters: () => Iterable<Cluster>;
  readonly providers: () => JwtProviders;
  readonly rateLimits: () => Iterable<RateLimit>;
  readonly spans: SpanExporter | undefined;
  readonly deadlines: Deadlines;
  readonly overload: OverloadManager;
  readonly listeners: () => readonly Listener[];
}

/** What is counted anyway, told when it is asked for. */
export function registerGauges(registry: Registry, observed: Observed): void {
  const registers = [registry];
  new Gauge({
    name: 'outlay_gateway_requests_active',
    help: 'Requests under way',
    registers,
    collect() {
      this.set(observed.deadlines.size);
    },
  });
  new Gauge({
    name: 'outlay_gateway_certificate_expiry_timestamp_seconds',
    help: 'When the certificate that serves expires',
    labelNames: ['listener'] as const,
    registers,
    collect() {
      this.reset();
      for (const { config, certificate } of observed.listeners())
        if (certificate) this.set({ listener: config.name }, certificate.expiresAt / 1_000);
    },
  });
  new Gauge({
    name: 'outlay_gateway_overload_pressure',
    help: 'How much of a resource is taken, 1 being all that may be',
    labelNames: ['resource'] as const,
    registers,
    collect() {
      this.reset();
      for (const [resource, pressure] of observed.overload.pressures) this.set({ resource }, pressure);
    },
  });
  new Gauge({
    name: 'outlay_gateway_overload_active',
    help: '1 while an action of the overload manager is taken',
    labelNames: ['action'] as const,
    registers,
    collect() {
      this.set({ action: 'stop_accepting_requests' }, Number(observed.overload.isShedding));
    },
  });
  new Counter({
    name: 'outlay_gateway_requests_shed_total',
    help: 'Requests refused for overload',
    registers,
    collect() {
      this.reset();
      this.inc(observed.overload.shedCount);
    },
  });
  new Gauge({
    name: 'outlay_gateway_upstream_connections',
    help: 'Connections to services by state',
    labelNames: ['cluster', 'state'] as const,
    registers,
    collect() {
      this.reset();
      for (const { name, connections, idle } of observed.clusters()) {
        this.set({ cluster: name, state: 'idle' }, idle);
        this.set({ cluster: name, state: 'active' }, connections - idle);
      }
    },
  });
  new Counter({
    name: 'outlay_gateway_rate_limited_total',
    help: 'Requests that a rate limit has let through or refused',
    labelNames: ['limit', 'result'] as const,
    registers,
    collect() {
      this.reset();
      for (const { name, counts } of observed.rateLimits())
        for (const [result, count] of Object.entries(counts)) this.inc({ limit: name, result }, count);
    },
  });
  registerClusterMetrics(registry, observed.clusters);
  counterOf('outlay_gateway_tokens_total', 'User tokens by how they were judged', 'result', () =>
    sum(observed.providers().authn.map(({ counts }) => counts)),
  );
  const feedGauge = (name: string, help: string, read: (feed: RevocationFeed) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['provider'] as const,
      registers,
      collect() {
        this.reset();
        for (const [provider, feed] of observed.providers().feeds) this.set({ provider }, read(feed));
      },
    });
  feedGauge('outlay_gateway_revocation_feed_connected', '1 while we are told of sessions that end', (feed) =>
    Number(feed.isConnected),
  );
  feedGauge(
    'outlay_gateway_revocation_feed_age_seconds',
    'Since the last sign of life; -1 before the first',
    ({ heardAt }) => (heardAt < 0 ? -1 : (performance.now() - heardAt) / 1_000),
  );
  feedGauge('outlay_gateway_revoked_sessions', 'Ended sessions that are remembered', ({ revoked }) => revoked.size);
  counterOf(
    'outlay_gateway_revocation_feed_total',
    'Of the feed: sessions told, those forgotten early, connections, failures',
    'event',
    () =>
      sum(
        [...observed.providers().feeds.values()].map(({ counts, revoked }) => ({
          ...counts,
          forgotten: revoked.overflows,
        })),
      ),
  );
  counterOf('outlay_gateway_jwks_fetches_total', 'Fetches of the public keys', 'result', () =>
    sum(observed.providers().jwks.map(({ fetches }) => fetches)),
  );
  counterOf('outlay_gateway_spans_total', 'Sampled requests by what became of their spans', 'result', () =>
    sum(observed.spans ? [observed.spans.counts] : []),
  );

  function counterOf(name: string, help: string, label: string, read: () => Record<string, number>): void {
    new Counter({
      name,
      help,
      labelNames: [label],
      registers,
      collect() {
        this.reset();
        for (const [value, count] of Object.entries(read())) this.inc({ [label]: value }, count);
      },
    });
  }
}

function sum(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const one of all) for (const [key, count] of Object.entries(one)) total[key] = (total[key] ?? 0) + count;
  return total;
}
