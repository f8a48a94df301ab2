import { Counter, Gauge, type Registry } from 'prom-client';
import type { Cluster } from '../upstream/cluster.ts';
import type { ClusterDescription, LimitDescription } from '../upstream/cluster-description.ts';

/** One number of each cluster. */
type Read = (cluster: ClusterDescription) => number;
/** One for each value of a label. */
type ReadEach = (cluster: ClusterDescription) => Readonly<Record<string, number>>;

const gauges: readonly (readonly [name: string, help: string, read: Read])[] = [
  ['cluster_membership_total', 'Endpoints that discovery names', ({ endpoints }) => endpoints.filter(isMember).length],
  [
    'cluster_membership_healthy',
    'Endpoints neither ejected nor failing their health checks',
    ({ endpoints }) => endpoints.filter(({ isHealthy }) => isHealthy).length,
  ],
  [
    'cluster_ejections_active',
    'Endpoints ejected now',
    ({ endpoints }) =>
      endpoints.filter((one) => isMember(one) && one.healthFlags.includes('failed_outlier_check')).length,
  ],
  ['cluster_panic', '1 where so few endpoints are healthy that all are used', ({ isPanicking }) => Number(isPanicking)],
  [
    'upstream_requests_active',
    'Requests under way at services',
    ({ circuitBreakers }) => circuitBreakers.requests.count,
  ],
  [
    'upstream_requests_pending',
    'Requests whose connection is being established',
    ({ circuitBreakers }) => circuitBreakers.pendingRequests.count,
  ],
];

const counters: readonly (readonly [name: string, help: string, label: string, read: ReadEach])[] = [
  [
    'cluster_ejections_total',
    'Ejections; overflow: those that would have been too many',
    'reason',
    (one) => one.ejections,
  ],
  ['cluster_health_checks_total', 'Active health checks', 'result', ({ healthChecks }) => healthChecks],
  [
    'cluster_updates_total',
    'Answers of discovery; after a failed one the endpoints stay as they were',
    'result',
    ({ discovery }) => discovery,
  ],
  [
    'upstream_overflows_total',
    'Requests refused, and retries not begun, for a limit of the cluster',
    'limit',
    (one) => eachLimit(one, ({ overflows }) => overflows),
  ],
];

const eachLimit = (
  { circuitBreakers }: ClusterDescription,
  read: (limit: LimitDescription) => number,
): Record<string, number> =>
  Object.fromEntries(Object.entries(circuitBreakers).map(([name, limit]) => [name, read(limit)]));

const isMember = ({ healthFlags }: ClusterDescription['endpoints'][number]): boolean =>
  !healthFlags.includes('draining');

/** What is known of the clusters, told when it is asked for; the names follow Envoy's statistics. */
export function registerClusterMetrics(registry: Registry, clusters: () => Iterable<Cluster>): void {
  const registers = [registry];
  for (const [name, help, read] of gauges)
    new Gauge({
      name: `outlay_gateway_${name}`,
      help,
      labelNames: ['cluster'],
      registers,
      collect() {
        this.reset();
        for (const cluster of clusters()) this.set({ cluster: cluster.name }, read(cluster.describe()));
      },
    });
  new Gauge({
    name: 'outlay_gateway_upstream_circuit_breaker_open',
    help: '1 where one more would be refused for a limit of the cluster',
    labelNames: ['cluster', 'limit'],
    registers,
    collect() {
      this.reset();
      for (const cluster of clusters())
        for (const [limit, open] of Object.entries(eachLimit(cluster.describe(), ({ isOpen }) => Number(isOpen))))
          this.set({ cluster: cluster.name, limit }, open);
    },
  });
  for (const [name, help, label, read] of counters)
    new Counter({
      name: `outlay_gateway_${name}`,
      help,
      labelNames: ['cluster', label],
      registers,
      collect() {
        this.reset();
        for (const cluster of clusters())
          for (const [value, count] of Object.entries(read(cluster.describe())))
            this.inc({ cluster: cluster.name, [label]: value }, count);
      },
    });
}
