import type { ClusterDescription, EndpointDescription } from '../upstream/cluster-description.ts';

/** cluster::address::name::value under the names of Envoy's own /clusters: cx is a connection, rq a request. */
export function clustersText(clusters: readonly ClusterDescription[]): string {
  const lines = clusters.flatMap(({ name, type, isPanicking, circuitBreakers: limits, endpoints }) => [
    `${name}::type::${type}`,
    `${name}::panicking::${isPanicking}`,
    `${name}::default_priority::max_connections::${limits.connections.max}`,
    `${name}::default_priority::max_pending_requests::${limits.pendingRequests.max}`,
    `${name}::default_priority::max_requests::${limits.requests.max}`,
    `${name}::default_priority::max_retries::${limits.retries.max}`,
    ...endpoints.flatMap((endpoint) =>
      Object.entries(statsOf(endpoint)).map(([stat, value]) => `${name}::${endpoint.address}::${stat}::${value}`),
    ),
  ]);
  return lines.map((line) => `${line}\n`).join('');
}

const statsOf = ({ activeConnections, idleConnections, activeRequests, totals, ...rest }: EndpointDescription) => ({
  cx_active: activeConnections + idleConnections,
  cx_connect_fail: totals.connectFailures,
  cx_total: totals.connections,
  rq_active: activeRequests,
  rq_error: totals.failures,
  rq_total: totals.requests,
  health_flags: rest.healthFlags.join('/') || (rest.isHealthy ? 'healthy' : 'unhealthy'),
  zone: rest.zone,
});
