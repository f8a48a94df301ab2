import type { ClusterConfig } from '../bootstrap/cluster-schema.ts';
import { CircuitBreakers } from './circuit-breakers.ts';
import { type ClusterDescription, describeEndpoint, describeLimit } from './cluster-description.ts';
import type { UpstreamConnection } from './connection.ts';
import type { AddressSink, EndpointSource } from './discovery/endpoint-source.ts';
import { type Address, Endpoint } from './endpoint.ts';
import { LoadBalancer } from './load-balancer.ts';
import { RetryBudget } from './retry-budget.ts';
import type { WorkloadTokens } from './workload-tokens.ts';

const sweepMs = 1_000;

/** A service as the gateway sees it: where it is, what it may have under way, and who we are to it. */
export class Cluster implements AddressSink {
  readonly name: string;
  readonly connectTimeoutMs: number;
  readonly retryBudget: RetryBudget;
  readonly breakers: CircuitBreakers;
  readonly #balancer: LoadBalancer;
  readonly #config: ClusterConfig;
  readonly #source: EndpointSource;
  readonly #tokens: WorkloadTokens | undefined;
  readonly #sweep: NodeJS.Timeout;
  #endpoints: readonly Endpoint[] = [];
  /** Removed ones with requests under way. */
  #draining: readonly Endpoint[] = [];

  /** @param tokens needed where the configuration names a workload audience */
  constructor(config: ClusterConfig, source: EndpointSource, tokens: WorkloadTokens | undefined) {
    const { thresholds } = config.circuit_breakers;
    this.name = config.name;
    this.connectTimeoutMs = config.connect_timeout;
    this.retryBudget = new RetryBudget(thresholds.retry_budget, thresholds.max_retries);
    this.breakers = new CircuitBreakers(thresholds);
    this.#balancer = new LoadBalancer({
      choiceCount: config.least_request_lb_config.choice_count,
      slowStart: config.least_request_lb_config.slow_start_config,
      panicPercent: config.common_lb_config.healthy_panic_threshold,
    });
    this.#config = config;
    this.#source = source;
    this.#tokens = tokens;
    this.#sweep = setInterval(() => this.#onSweep(), sweepMs).unref();
    source.start(this);
  }

  get endpoints(): readonly Endpoint[] {
    return this.#endpoints;
  }

  /** From the source: who stays keeps its connections, who is gone finishes what is under way. */
  onAddresses(addresses: readonly Address[]): void {
    const before = new Map(this.#endpoints.map((endpoint) => [keyOf(endpoint), endpoint]));
    const endpoints = new Map<string, Endpoint>();
    const now = performance.now();
    for (const address of addresses) {
      const key = keyOf(address);
      endpoints.set(key, before.get(key) ?? new Endpoint(address, this.breakers, now));
    }
    const removed = this.#endpoints.filter((endpoint) => !endpoints.has(keyOf(endpoint)));
    for (const endpoint of removed) endpoint.drain();
    this.#draining = [...this.#draining, ...removed];
    this.#endpoints = [...endpoints.values()];
    this.#balancer.update(this.#endpoints);
  }

  /**
   * @param tried endpoints that have had the request before
   * @returns undefined where the service has none
   */
  pick(tried?: readonly Endpoint[]): Endpoint | undefined {
    return this.#balancer.pick(tried);
  }

  /**
   * @param isFresh rather a new one than a kept one
   * @returns a kept connection or a new one; undefined where the cluster has as much under way as it may
   */
  connectionTo(endpoint: Endpoint, isFresh = false): UpstreamConnection | undefined {
    const { connections, pending, requests } = this.breakers;
    if (!requests.admits()) return undefined;
    const kept = isFresh ? undefined : endpoint.takeIdle();
    if (kept) return kept;
    if (!pending.admits()) return undefined;
    if (connections.count >= connections.max) this.#makeRoom();
    return connections.admits() ? endpoint.connect() : undefined;
  }

  #makeRoom(): void {
    for (const endpoint of this.#endpoints) if (endpoint.evictIdle()) return;
  }

  /** Tells how a request to an endpoint went. @param status 503 or 504 where there was no answer */
  report(endpoint: Endpoint, status: number): void {
    if (status >= 500) endpoint.failures++;
  }

  get connections(): number {
    return this.breakers.connections.count;
  }

  get idle(): number {
    let sum = 0;
    for (const endpoint of this.#endpoints) sum += endpoint.idle;
    return sum;
  }

  /** Requests under way. */
  get active(): number {
    return this.breakers.requests.count;
  }

  /** The header line that says who we are; empty where this cluster needs none, undefined where we have no token. */
  credentials(): string | undefined {
    const audience = this.#config.workload_audience;
    return audience === undefined ? '' : this.#tokens?.headerFor(audience);
  }

  /** Its state for those who run the gateway. */
  describe(): ClusterDescription {
    const { connections, pending, requests } = this.breakers;
    const { taken, max, overflows } = this.retryBudget;
    return {
      name: this.name,
      type: this.#config.type,
      isPanicking: this.#balancer.isPanicking,
      endpoints: [...this.#endpoints, ...this.#draining].map(describeEndpoint),
      circuitBreakers: {
        connections: describeLimit(connections),
        pendingRequests: describeLimit(pending),
        requests: describeLimit(requests),
        retries: describeLimit({ count: taken, max, overflows }),
      },
    };
  }

  /** Closes what is idle; requests under way go on. */
  close(): void {
    clearInterval(this.#sweep);
    this.#source.close();
    for (const endpoint of this.#endpoints) endpoint.drain();
  }

  #onSweep(): void {
    const before = performance.now() - this.#config.idle_timeout;
    for (const endpoint of this.#endpoints) endpoint.closeIdle(before);
    this.#draining = this.#draining.filter((endpoint) => endpoint.connections > 0);
  }
}

const keyOf = ({ host, port }: Address): string => `${host} ${port}`;
