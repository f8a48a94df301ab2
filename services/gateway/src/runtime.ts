import { setTimeout as wait } from 'node:timers/promises';
import type { Log } from '@outlay/service-kit/log.ts';
import type { Bootstrap, ListenerConfig, RouteConfig } from './bootstrap/bootstrap-schema.ts';
import { createProviders, type JwtProviders } from './filters/jwt-authn/providers.ts';
import { RateLimit } from './filters/rate-limit.ts';
import type { Deadlines } from './proxy/deadlines.ts';
import { filtersOf } from './router/route-filters.ts';
import { RouteTable } from './router/route-table.ts';
import { StaticFiles } from './static/static-files.ts';
import { Cluster } from './upstream/cluster.ts';
import { sourceOf } from './upstream/discovery/source-of.ts';
import { WorkloadTokens } from './upstream/workload-tokens.ts';
import { neighbourhoodOf } from './upstream/zone-routing.ts';

/** Endpoints that take longer to find are not waited for. */
const warmMs = 5_000;

type StaticConfig = NonNullable<RouteConfig['static']>;

export interface Surroundings {
  readonly log: Log;
  readonly deadlines: Deadlines;
  readonly workloadTokenDirectory: string | undefined;
}

/**
 * What one version of the configuration is made of. The next version takes over what is configured alike, with its
 * connections, keys, files and counts; requests under way keep the version that they began with.
 */
export class Runtime {
  readonly bootstrap: Bootstrap;
  readonly clusters: ReadonlyMap<string, Cluster>;
  readonly providers: JwtProviders;
  readonly rateLimits: ReadonlyMap<string, RateLimit>;
  readonly #startsProviders: boolean;
  readonly #files = new Map<string, StaticFiles>();
  readonly #surroundings: Surroundings;

  /** @param before the version that this one replaces */
  constructor(bootstrap: Bootstrap, surroundings: Surroundings, before?: Runtime) {
    const { log, deadlines, workloadTokenDirectory: directory } = surroundings;
    this.bootstrap = bootstrap;
    this.#surroundings = surroundings;
    this.#files = before ? new Map(before.#files) : new Map();

    const tokens = directory === undefined ? undefined : new WorkloadTokens(directory, log);
    const clustersBefore = new Map(before?.bootstrap.clusters.map((config) => [config.name, config]));
    this.clusters = new Map(
      bootstrap.clusters.map((config) => [
        config.name,
        isAlike(config, clustersBefore.get(config.name))
          ? (before?.clusters.get(config.name) as Cluster)
          : new Cluster(config, { source: sourceOf(config, log), tokens, log }),
      ]),
    );

    const limitsBefore = before?.bootstrap.local_rate_limits;
    this.rateLimits = new Map(
      Object.entries(bootstrap.local_rate_limits).map(([name, config]) => [
        name,
        isAlike(config, limitsBefore?.[name])
          ? (before?.rateLimits.get(name) as RateLimit)
          : new RateLimit(name, config),
      ]),
    );

    const { providers } = bootstrap.jwt_authn;
    const keepsProviders =
      isAlike(providers, before?.bootstrap.jwt_authn.providers) &&
      Object.values(providers).every(({ remote_jwks: jwks, revocation_feed: feed }) =>
        [jwks.cluster, feed?.cluster ?? jwks.cluster].every((cluster) => this.#isKept(cluster, before)),
      );
    this.providers =
      before && keepsProviders
        ? before.providers
        : createProviders(providers, { clusters: this.clusters, log, deadlines });
    this.#startsProviders = !keepsProviders;
  }

  /**
   * Waits until each cluster knows where its service is, or that it cannot, as Envoy warms its clusters; then asks for
   * keys, which takes a cluster.
   */
  async warm(): Promise<void> {
    const located = Promise.all([...this.clusters.values()].map((cluster) => cluster.located));
    await Promise.race([located, wait(warmMs, undefined, { ref: false })]);
    if (this.#startsProviders) this.providers.start();
  }

  /** Tells the clusters where we are among our like, now and whenever that changes. */
  locate(): void {
    const { cluster_manager, node } = this.bootstrap;
    const local = this.clusters.get(cluster_manager.local_cluster_name ?? '');
    const tell = () => {
      const neighbourhood = local && neighbourhoodOf(local.endpoints, node.locality.zone);
      for (const cluster of this.clusters.values()) cluster.locate(neighbourhood);
    };
    for (const cluster of this.clusters.values()) cluster.watchMembers(cluster === local ? tell : undefined);
    tell();
  }

  routesOf(listener: ListenerConfig): RouteTable {
    return new RouteTable(listener.virtual_hosts, {
      filtersOf: (route, host, pattern) => filtersOf(route, host, pattern, this),
      cluster: (name) => this.clusters.get(name) as Cluster,
      files: (config) => this.#filesOf(config),
    });
  }

  /** Closes what the version that follows has not taken over; what is under way goes on. */
  close(next?: Runtime): void {
    if (this.providers !== next?.providers) this.providers.close();
    for (const [name, cluster] of this.clusters) if (next?.clusters.get(name) !== cluster) cluster.close();
  }

  #isKept(cluster: string, before: Runtime | undefined): boolean {
    return this.clusters.get(cluster) === before?.clusters.get(cluster);
  }

  #filesOf(config: StaticConfig): StaticFiles {
    const key = JSON.stringify(config);
    const files = this.#files.get(key) ?? new StaticFiles(config, this.#surroundings.log);
    this.#files.set(key, files);
    return files;
  }
}

/** Both come from the same schema, which gives members in one order. */
const isAlike = (one: object, other: object | undefined): boolean => JSON.stringify(one) === JSON.stringify(other);
