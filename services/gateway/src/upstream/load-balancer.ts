import type { Endpoint } from './endpoint.ts';
import { type Neighbourhood, ZoneRouting } from './zone-routing.ts';

const none: readonly Endpoint[] = [];

export interface SlowStartConfig {
  readonly slow_start_window: number;
  readonly aggression: number;
  readonly min_weight_percent: number;
}

export interface LoadBalancerConfig {
  readonly choiceCount: number;
  readonly slowStart: SlowStartConfig | undefined;
  readonly panicPercent: number;
  /** With fewer endpoints zones make no difference. */
  readonly zoneAwareMin: number;
}

/**
 * Chooses the endpoint of each request: of a few drawn by chance the one with the fewest requests under way (Envoy:
 * LEAST_REQUEST). Ejected and unhealthy ones are left out until so few are left that all are used (panic).
 * What can be known before is worked out by `update`, so that `pick` makes no objects.
 */
export class LoadBalancer {
  readonly #config: LoadBalancerConfig;
  readonly #random: () => number;
  readonly #now: () => number;
  #pool: readonly Endpoint[] = [];
  #zones: ZoneRouting | undefined;
  /** Until then some endpoint is in slow start. */
  #slowUntil = Number.NEGATIVE_INFINITY;
  isPanicking = false;

  /** @param now monotonic milliseconds */
  constructor(config: LoadBalancerConfig, random: () => number = Math.random, now = () => performance.now()) {
    this.#config = config;
    this.#random = random;
    this.#now = now;
  }

  /** Requests keep to our own zone as far as its endpoints bear it. */
  get isZoneAware(): boolean {
    return this.#zones !== undefined;
  }

  /**
   * To be called when an endpoint comes, goes, or changes its health.
   * @param neighbourhood undefined where it is not known
   */
  update(members: readonly Endpoint[], neighbourhood?: Neighbourhood): void {
    const healthy = members.filter((endpoint) => endpoint.isHealthy);
    this.isPanicking = healthy.length * 100 < members.length * this.#config.panicPercent;
    this.#pool = this.isPanicking ? members : healthy;
    this.#zones =
      neighbourhood && !this.isPanicking && healthy.length >= this.#config.zoneAwareMin
        ? ZoneRouting.of(healthy, neighbourhood)
        : undefined;
    const windowMs = this.#config.slowStart?.slow_start_window ?? 0;
    this.#slowUntil = Number.NEGATIVE_INFINITY;
    // Where all are equally new there is nobody to spare them.
    const first = Math.min(...this.#pool.map((endpoint) => endpoint.startedAt));
    for (const { startedAt } of this.#pool)
      if (startedAt > first) this.#slowUntil = Math.max(this.#slowUntil, startedAt + windowMs);
  }

  /**
   * @param tried endpoints that have had the request before: another is taken where there is one (Envoy: previous_hosts)
   * @returns undefined where there is none at all
   */
  pick(tried = none): Endpoint | undefined {
    const pool = this.#zones ? this.#zones.choose(this.#random()) : this.#pool;
    const endpoint = this.#choose(pool);
    return endpoint && tried.length > 0 && tried.includes(endpoint) ? this.#untried(tried, endpoint) : endpoint;
  }

  #choose(pool: readonly Endpoint[]): Endpoint | undefined {
    if (pool.length < 2) return pool[0];
    return this.#slowUntil > 0 && this.#isSlow() ? this.#weighted(pool) : this.#leastRequest(pool);
  }

  #leastRequest(pool: readonly Endpoint[]): Endpoint {
    let best = this.#draw(pool.length);
    for (let i = 1; i < this.#config.choiceCount; i++) {
      // Another one: of two endpoints the idler is always found.
      const other = (best + 1 + this.#draw(pool.length - 1)) % pool.length;
      if ((pool[other] as Endpoint).active < (pool[best] as Endpoint).active) best = other;
    }
    return pool[best] as Endpoint;
  }

  #draw(below: number): number {
    return Math.floor(this.#random() * below);
  }

  #isSlow(): boolean {
    if (this.#now() < this.#slowUntil) return true;
    this.#slowUntil = Number.NEGATIVE_INFINITY;
    return false;
  }

  /** As Envoy's weighted least request, which slow start brings about: in the proportion of weight to requests under way. */
  #weighted(pool: readonly Endpoint[]): Endpoint {
    const now = this.#now();
    let total = 0;
    for (const endpoint of pool) total += this.#weightOf(endpoint, now);
    let left = this.#random() * total;
    for (const endpoint of pool) {
      left -= this.#weightOf(endpoint, now);
      if (left < 0) return endpoint;
    }
    return pool[pool.length - 1] as Endpoint;
  }

  #weightOf({ startedAt, active }: Endpoint, now: number): number {
    const { slow_start_window, aggression, min_weight_percent } = this.#config.slowStart as SlowStartConfig;
    const share = Math.min(1, (now - startedAt) / slow_start_window) ** (1 / aggression);
    return Math.max(min_weight_percent / 100, share) / (active + 1);
  }

  /** In whichever zone. */
  #untried(tried: readonly Endpoint[], otherwise: Endpoint): Endpoint {
    const pool = this.#pool;
    const from = this.#draw(pool.length);
    for (let i = 0; i < pool.length; i++) {
      const endpoint = pool[(from + i) % pool.length] as Endpoint;
      if (!tried.includes(endpoint)) return endpoint;
    }
    return otherwise;
  }
}
