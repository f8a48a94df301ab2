import type { ClusterConfig } from '../bootstrap/bootstrap-schema.ts';
import type { UpstreamConnection } from './connection.ts';
import { Endpoint } from './endpoint.ts';
import { RetryBudget } from './retry-budget.ts';
import type { WorkloadTokens } from './workload-tokens.ts';

const sweepMs = 1_000;

/** A service as the gateway sees it: where it is, how many connections it may have, and who we are to it. */
export class Cluster {
  readonly name: string;
  readonly connectTimeoutMs: number;
  readonly endpoints: readonly Endpoint[];
  readonly retryBudget: RetryBudget;
  readonly #connectionsMax: number;
  readonly #audience: string | undefined;
  readonly #tokens: WorkloadTokens | undefined;
  readonly #sweep: NodeJS.Timeout;
  #turn = 0;

  /** @param tokens needed where the configuration names a workload audience */
  constructor(config: ClusterConfig, tokens: WorkloadTokens | undefined) {
    this.name = config.name;
    this.connectTimeoutMs = config.connect_timeout;
    this.endpoints = config.endpoints.map((url) => new Endpoint(url));
    this.retryBudget = new RetryBudget(config.retry_budget);
    this.#connectionsMax = config.max_connections;
    this.#audience = config.workload_audience;
    this.#tokens = tokens;
    this.#sweep = setInterval(() => this.#closeIdle(config.idle_timeout), sweepMs).unref();
  }

  /** Endpoints take turns. */
  pick(): Endpoint {
    this.#turn = (this.#turn + 1) % this.endpoints.length;
    return this.endpoints[this.#turn] as Endpoint;
  }

  /**
   * @param isFresh rather a new one than a kept one
   * @returns a kept connection or a new one; undefined where the cluster has as many as it may
   */
  connectionTo(endpoint: Endpoint, isFresh = false): UpstreamConnection | undefined {
    const kept = isFresh ? undefined : endpoint.takeIdle();
    if (kept) return kept;
    return this.connections < this.#connectionsMax ? endpoint.connect() : endpoint.takeIdle();
  }

  get connections(): number {
    let sum = 0;
    for (const endpoint of this.endpoints) sum += endpoint.connections;
    return sum;
  }

  get idle(): number {
    let sum = 0;
    for (const endpoint of this.endpoints) sum += endpoint.idle;
    return sum;
  }

  /** Requests under way. */
  get active(): number {
    return this.connections - this.idle;
  }

  /** The header line that says who we are; empty where this cluster needs none, undefined where we have no token. */
  credentials(): string | undefined {
    return this.#audience === undefined ? '' : this.#tokens?.headerFor(this.#audience);
  }

  /** Closes what is idle; requests under way go on. */
  close(): void {
    clearInterval(this.#sweep);
    for (const endpoint of this.endpoints) endpoint.close();
  }

  #closeIdle(olderThanMs: number): void {
    const before = performance.now() - olderThanMs;
    for (const endpoint of this.endpoints) endpoint.closeIdle(before);
  }
}
