import type { Endpoint } from './endpoint.ts';

export interface OutlierConfig {
  readonly consecutive_5xx: number;
  readonly enforcing_consecutive_5xx: number;
  readonly consecutive_gateway_failure: number;
  readonly enforcing_consecutive_gateway_failure: number;
  readonly interval: number;
  readonly base_ejection_time: number;
  readonly max_ejection_time: number;
  readonly max_ejection_percent: number;
}

export type EjectionReason = 'consecutive_5xx' | 'consecutive_gateway_failure';

export interface OutlierOptions {
  /** The cluster's endpoints as they are now. */
  readonly members: () => readonly Endpoint[];
  /** An endpoint was ejected, for the reason named, or is back. */
  readonly onChange: (endpoint: Endpoint, reason?: EjectionReason) => void;
  readonly random?: () => number;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
}

/**
 * Ejects endpoints that fail again and again while requests pass through (Envoy: outlier_detection). Each ejection is longer
 * than the one before; a share of the endpoints at most is out at a time.
 */
export class OutlierDetector {
  readonly #config: OutlierConfig;
  readonly #options: OutlierOptions;
  readonly #random: () => number;
  readonly #now: () => number;
  /** Counted for the metrics; overflow: those that would have been too many. */
  readonly ejections = { consecutive_5xx: 0, consecutive_gateway_failure: 0, overflow: 0 };

  constructor(config: OutlierConfig, options: OutlierOptions) {
    this.#config = config;
    this.#options = options;
    this.#random = options.random ?? Math.random;
    this.#now = options.now ?? (() => performance.now());
  }

  /** @param status of an answer; 503 or 504 where there was none */
  report(endpoint: Endpoint, status: number): void {
    if (status < 500) {
      endpoint.consecutive5xx = 0;
      endpoint.consecutiveGatewayFailures = 0;
      return;
    }
    const config = this.#config;
    endpoint.consecutiveGatewayFailures = isGatewayFailure(status) ? endpoint.consecutiveGatewayFailures + 1 : 0;
    if (endpoint.consecutiveGatewayFailures === config.consecutive_gateway_failure) {
      endpoint.consecutiveGatewayFailures = 0;
      this.#detect(endpoint, 'consecutive_gateway_failure', config.enforcing_consecutive_gateway_failure);
    }
    endpoint.consecutive5xx++;
    if (endpoint.consecutive5xx === config.consecutive_5xx) {
      endpoint.consecutive5xx = 0;
      this.#detect(endpoint, 'consecutive_5xx', config.enforcing_consecutive_5xx);
    }
  }

  #detect(endpoint: Endpoint, reason: EjectionReason, enforcingPercent: number): void {
    // Requests that began before the ejection still end after it.
    if (endpoint.isEjected || endpoint.isDraining || this.#random() * 100 >= enforcingPercent) return;
    const members = this.#options.members();
    const ejected = members.filter((member) => member.isEjected).length;
    if (ejected * 100 >= members.length * this.#config.max_ejection_percent) {
      this.ejections.overflow++;
      return;
    }
    const { base_ejection_time, max_ejection_time } = this.#config;
    endpoint.ejections++;
    endpoint.isEjected = true;
    endpoint.ejectedAt = this.#now();
    endpoint.ejectedForMs = Math.min(base_ejection_time * endpoint.ejections, max_ejection_time);
    this.ejections[reason]++;
    this.#options.onChange(endpoint, reason);
  }

  /** To be called at each interval: who has been out long enough comes back, and who was in is forgiven a little. */
  sweep(): void {
    const now = this.#now();
    for (const endpoint of this.#options.members()) {
      if (endpoint.isEjected) {
        if (now - endpoint.ejectedAt >= endpoint.ejectedForMs) this.readmit(endpoint);
      } else if (endpoint.ejections > 0) endpoint.ejections--;
    }
  }

  /** Ends an ejection, in its time or because the endpoint has proved that it is well. */
  readmit(endpoint: Endpoint): void {
    if (!endpoint.isEjected) return;
    endpoint.isEjected = false;
    endpoint.consecutive5xx = 0;
    endpoint.consecutiveGatewayFailures = 0;
    endpoint.startedAt = this.#now();
    this.#options.onChange(endpoint);
  }
}

const isGatewayFailure = (status: number): boolean => status >= 502 && status <= 504;
