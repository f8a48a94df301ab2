import type { ClusterConfig } from '../bootstrap/bootstrap-schema.ts';
import type { Cluster } from '../upstream/cluster.ts';

/** A cluster as /clusters tells of it. Names are those of Envoy's statistics: cx is a connection, rq a request. */
export interface ClusterStatus {
  readonly name: string;
  readonly breakers: readonly Breaker[];
  readonly endpoints: readonly EndpointStatus[];
}

/** A limit, and how much of it is taken. */
export interface Breaker {
  readonly name: string;
  readonly taken: number;
  readonly max: number;
}

export interface EndpointStatus {
  readonly address: string;
  readonly health: string;
  readonly cx_active: number;
  readonly rq_active: number;
}

export const clusterStatus = (cluster: Cluster, { max_connections }: ClusterConfig): ClusterStatus => ({
  name: cluster.name,
  breakers: [{ name: 'max_connections', taken: cluster.connections, max: max_connections }],
  endpoints: cluster.endpoints.map(({ host, port, connections, idle }) => ({
    address: `${host}:${port}`,
    health: 'healthy',
    cx_active: connections,
    rq_active: connections - idle,
  })),
});

/** cluster::address::name::value, as Envoy writes it. */
export function clustersText(clusters: readonly ClusterStatus[]): string {
  const lines = clusters.flatMap(({ name, breakers, endpoints }) => [
    ...breakers.map((breaker) => `${name}::${breaker.name}::${breaker.max}`),
    ...endpoints.flatMap(({ address, health, cx_active, rq_active }) => [
      `${name}::${address}::cx_active::${cx_active}`,
      `${name}::${address}::rq_active::${rq_active}`,
      `${name}::${address}::health_flags::${health}`,
    ]),
  ]);
  return `${lines.join('\n')}\n`;
}
