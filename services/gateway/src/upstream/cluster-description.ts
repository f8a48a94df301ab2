import type { Limit } from './circuit-breakers.ts';
import type { Endpoint } from './endpoint.ts';
import type { EjectionReason } from './outlier-detector.ts';

/** One of a cluster's limits as it stands. */
export interface LimitDescription {
  readonly count: number;
  readonly max: number;
  /** Refused for it so far. */
  readonly overflows: number;
  /** One more would be refused. */
  readonly isOpen: boolean;
}

export interface EndpointDescription {
  /** host:port */
  readonly address: string;
  /** Empty where it is not known. */
  readonly zone: string;
  /** Takes requests: neither ejected nor failing its health checks, and not on its way out. */
  readonly isHealthy: boolean;
  /** Envoy's words: failed_outlier_check, failed_active_hc; besides, draining: removed, finishing what is under way. */
  readonly healthFlags: readonly string[];
  readonly activeRequests: number;
  readonly activeConnections: number;
  readonly idleConnections: number;
  /** Since it was added. */
  readonly totals: {
    readonly requests: number;
    readonly failures: number;
    readonly connections: number;
    readonly connectFailures: number;
  };
}

/** A cluster as it stands, for the admin port. */
export interface ClusterDescription {
  readonly name: string;
  readonly type: string;
  /** So few endpoints are healthy that all are used. */
  readonly isPanicking: boolean;
  /** Requests keep to our own zone as far as it bears them. */
  readonly isZoneAware: boolean;
  readonly endpoints: readonly EndpointDescription[];
  /** So far. */
  readonly ejections: Readonly<Record<EjectionReason | 'overflow', number>>;
  readonly healthChecks: Readonly<Record<'passed' | 'failed', number>>;
  /** Answers of where its endpoints come from; after a failed one they stay as they were. */
  readonly discovery: Readonly<Record<'succeeded' | 'failed', number>>;
  readonly circuitBreakers: Readonly<
    Record<'connections' | 'pendingRequests' | 'requests' | 'retries', LimitDescription>
  >;
}

export const describeLimit = ({
  count,
  max,
  overflows,
}: Pick<Limit, 'count' | 'max' | 'overflows'>): LimitDescription => ({
  count,
  max,
  overflows,
  isOpen: count >= max,
});

export function describeEndpoint(endpoint: Endpoint): EndpointDescription {
  const { host, port } = endpoint;
  const flags = [
    endpoint.isEjected && 'failed_outlier_check',
    endpoint.failsChecks && 'failed_active_hc',
    endpoint.isDraining && 'draining',
  ];
  return {
    address: host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`,
    zone: endpoint.zone,
    isHealthy: endpoint.isHealthy && !endpoint.isDraining,
    healthFlags: flags.filter((flag) => flag !== false),
    activeRequests: endpoint.active,
    activeConnections: endpoint.connections - endpoint.idle,
    idleConnections: endpoint.idle,
    totals: {
      requests: endpoint.requests,
      failures: endpoint.failures,
      connections: endpoint.connectionsMade,
      connectFailures: endpoint.connectFailures,
    },
  };
}
