import type { Log } from '@outlay/service-kit/log.ts';
import type { ClusterConfig } from '../bootstrap/cluster-schema.ts';
import { CircuitBreakers } from './circuit-breakers.ts';
import { type ClusterDescription, describeEndpoint, describeLimit } from './cluster-description.ts';
import type { UpstreamConnection } from './connection.ts';
import type { AddressSink, EndpointSource } from './discovery/endpoint-source.ts';
import { type Address, Endpoint } from './endpoint.ts';
import { HealthCheck } from './health-check.ts';
import { LoadBalancer } from './load-balancer.ts';
import { type EjectionReason, OutlierDetector } from './outlier-detector.ts';
import { RetryBudget } from './retry-budget.ts';
import type { WorkloadTokens } from './workload-tokens.ts';
import type { Neighbourhood } from './zone-routing.ts';

const sweepMs = 1_000;

const noEjections = { consecutive_5xx: 0, consecutive_gateway_failure: 0, overflow: 0 };

export interface ClusterOptions {
  readonly source: EndpointSource;
  /** Needed where the configuration names a workload audience. */
  readonly tokens: WorkloadTokens | undefined;
  readonly log: Log;
}

/** A service as the gateway sees it: where it is, what it may have under way, and who we are to it. */
export class Cluster implements AddressSink {
  readonly name: string;
  readonly connectTimeoutMs: number;
  readonly retryBudget: RetryBudget;
  readonly breakers: CircuitBreakers;
  /** Resolves once its source has answered, whether or not it knows where the service is. */
  readonly located: Promise<void>;
  readonly #config: ClusterConfig;
  readonly #options: ClusterOptions;
  readonly #balancer: LoadBalancer;
  readonly #outliers: OutlierDetector | undefined;
  readonly #checks = new Map<Endpoint, HealthCheck>();
  readonly #timers: NodeJS.Timeout[] = [];
  #endpoints: readonly Endpoint[] = [];
  #neighbourhood: Neighbourhood | undefined;
  #onMembers: (() => void) | undefined;
  /** Removed ones with requests under way. */
  #draining: readonly Endpoint[] = [];
  readonly #checkResults = { passed: 0, failed: 0 };

  constructor(config: ClusterConfig, options: ClusterOptions) {
    const { circuit_breakers, least_request_lb_config, common_lb_config, outlier_detection } = config;
    const { thresholds } = circuit_breakers;
    this.name = config.name;
    this.connectTimeoutMs = config.connect_timeout;
    this.retryBudget = new RetryBudget(thresholds.retry_budget, thresholds.max_retries);
    this.breakers = new CircuitBreakers(thresholds);
    this.#config = config;
    this.#options = options;
    this.#balancer = new LoadBalancer({
      choiceCount: least_request_lb_config.choice_count,
      slowStart: least_request_lb_config.slow_start_config,
      panicPercent: common_lb_config.healthy_panic_threshold,
      zoneAwareMin: common_lb_config.zone_aware_lb_config.min_cluster_size,
    });
    this.#every(sweepMs, () => this.#closeUnneeded());
    if (outlier_detection) {
      const outliers = new OutlierDetector(outlier_detection, {
        members: () => this.#endpoints,
        onChange: (endpoint, reason) => this.#onEjection(endpoint, reason),
      });
      this.#every(outlier_detection.interval, () => outliers.sweep());
      this.#outliers = outliers;
    }
    this.located = options.source.start(this);
  }

  #every(ms: number, work: () => void): void {
    this.#timers.push(setInterval(work, ms).unref());
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
    this.#checkHealth(removed);
    this.#rebalance();
    this.#onMembers?.();
  }

  /** Calls back after each change of the endpoints. @param onMembers in place of who was called before; undefined for nobody */
  watchMembers(onMembers: (() => void) | undefined): void {
    this.#onMembers = onMembers;
  }

  /** Tells where we are among our like. */
  locate(neighbourhood: Neighbourhood | undefined): void {
    this.#neighbourhood = neighbourhood;
    this.#rebalance();
  }

  #rebalance(): void {
    this.#balancer.update(this.#endpoints, this.#neighbourhood);
  }

  #checkHealth(removed: readonly Endpoint[]): void {
    for (const endpoint of removed) {
      this.#checks.get(endpoint)?.close();
      this.#checks.delete(endpoint);
    }
    const [config] = this.#config.health_checks;
    if (!config?.enabled) return;
    for (const endpoint of this.#endpoints)
      if (!this.#checks.has(endpoint)) this.#checks.set(endpoint, new HealthCheck(endpoint, config, this));
  }

  /** From the health checks. */
  onResult(endpoint: Endpoint, isHealthy: boolean, changed: boolean): void {
    this.#checkResults[isHealthy ? 'passed' : 'failed']++;
    if (isHealthy && this.#config.outlier_detection?.successful_active_health_check_uneject_host)
      this.#outliers?.readmit(endpoint);
    if (!changed) return;
    this.#rebalance();
    const { host, port } = endpoint;
    this.#options.log[isHealthy ? 'info' : 'warn'](
      { cluster: this.name, host, port },
      isHealthy ? 'an endpoint passes its health checks' : 'an endpoint fails its health checks',
    );
  }

  #onEjection({ host, port, ejectedForMs }: Endpoint, reason: EjectionReason | undefined): void {
    this.#rebalance();
    const what = { cluster: this.name, host, port };
    if (reason) this.#options.log.warn({ ...what, reason, ejectedForMs }, 'an endpoint is ejected');
    else this.#options.log.info(what, 'an ejected endpoint is back');
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
    this.#outliers?.report(endpoint, status);
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
    return audience === undefined ? '' : this.#options.tokens?.headerFor(audience);
  }

  /** Its state for those who run the gateway. */
  describe(): ClusterDescription {
    const { connections, pending, requests } = this.breakers;
    const { taken, max, overflows } = this.retryBudget;
    return {
      name: this.name,
      type: this.#config.type,
      isPanicking: this.#balancer.isPanicking,
      isZoneAware: this.#balancer.isZoneAware,
      endpoints: [...this.#endpoints, ...this.#busyDraining()].map(describeEndpoint),
      ejections: { ...(this.#outliers?.ejections ?? noEjections) },
      healthChecks: { ...this.#checkResults },
      discovery: { ...this.#options.source.updates },
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
    this.#options.source.close();
    for (const timer of this.#timers) clearInterval(timer);
    for (const check of this.#checks.values()) check.close();
    for (const endpoint of this.#endpoints) endpoint.drain();
  }

  #closeUnneeded(): void {
    const before = performance.now() - this.#config.idle_timeout;
    for (const endpoint of this.#endpoints) endpoint.closeIdle(before);
    this.#draining = this.#busyDraining();
  }

  #busyDraining(): Endpoint[] {
    return this.#draining.filter((endpoint) => endpoint.connections > 0);
  }
}

const keyOf = ({ host, port }: Address): string => `${host} ${port}`;
