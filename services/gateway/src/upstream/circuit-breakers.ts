/** One of a cluster's limits: so many at a time; what would be one more is refused at once rather than queued. */
export class Limit {
  readonly max: number;
  count = 0;
  /** How often one more was asked for. */
  overflows = 0;

  constructor(max: number) {
    this.max = max;
  }

  /** @returns whether there is room for one more; where not, that is counted */
  admits(): boolean {
    if (this.count < this.max) return true;
    this.overflows++;
    return false;
  }
}

export interface ThresholdsConfig {
  readonly max_connections: number;
  readonly max_pending_requests: number;
  readonly max_requests: number;
}

/** What one cluster may have under way (Envoy: circuit_breakers.thresholds); retries have their budget. */
export class CircuitBreakers {
  readonly connections: Limit;
  /** Requests whose connection is being established. */
  readonly pending: Limit;
  readonly requests: Limit;

  constructor({ max_connections, max_pending_requests, max_requests }: ThresholdsConfig) {
    this.connections = new Limit(max_connections);
    this.pending = new Limit(max_pending_requests);
    this.requests = new Limit(max_requests);
  }
}
