import type { ListenerConfig, RouteConfig, VirtualHostConfig } from '../bootstrap/bootstrap-schema.ts';
import { BodyLimit } from '../filters/body-limit.ts';
import type { Filter } from '../filters/filter.ts';
import type { HeaderLine } from '../filters/response-head.ts';
import { RetryPolicy } from '../proxy/retry-policy.ts';
import type { StaticFiles } from '../static/static-files.ts';
import type { Cluster } from '../upstream/cluster.ts';
import { pathMatcher } from './path-matcher.ts';

type ResponseFilter = Filter & Required<Pick<Filter, 'onResponse'>>;

/** Where a request goes, with all that is decided about it beforehand. */
export interface Route {
  /** The pattern of its paths: the name of the route in metrics, traces and logs. */
  readonly pattern: string;
  /** Undefined where every method matches. */
  readonly methods: ReadonlySet<string> | undefined;
  readonly matchesPath: (path: string) => boolean;
  /** In the order in which they decide. */
  readonly filters: readonly Filter[];
  /** Those of them that change answers. */
  readonly responseFilters: readonly ResponseFilter[];
  /** Preflights for the route end at its filters. */
  readonly answersPreflights: boolean;
  /** A service, files, or nothing: 404. */
  readonly cluster: Cluster | undefined;
  readonly files: StaticFiles | undefined;
  readonly timeoutMs: number;
  /** Undefined where the listener's counts. */
  readonly idleTimeoutMs: number | undefined;
  /** What its connections may become. */
  readonly upgrades: ReadonlySet<string>;
  readonly retryPolicy: RetryPolicy;
  readonly bodyLimit: BodyLimit;
  readonly passCookies: boolean;
  readonly headersToAdd: readonly HeaderLine[];
  /** The same, where the client came over https. */
  readonly headersToAddOverTls: readonly HeaderLine[];
}

/** What the parts of a route are made of. */
export interface RouteParts {
  filtersOf(route: RouteConfig, host: VirtualHostConfig, pattern: string): readonly Filter[];
  cluster(name: string): Cluster;
  files(config: NonNullable<RouteConfig['static']>): StaticFiles;
}

interface VirtualHost {
  readonly routes: readonly Route[];
}

/** Finds the route of a request: virtual host by host, then the first route whose path and method match. */
export class RouteTable {
  readonly #exact = new Map<string, VirtualHost>();
  /** Longest suffix first. */
  readonly #suffixes: [suffix: string, host: VirtualHost][] = [];
  #any: VirtualHost | undefined;

  constructor(hosts: ListenerConfig['virtual_hosts'], parts: RouteParts) {
    for (const config of hosts) {
      const host = { routes: config.routes.map((route) => routeOf(route, config, parts)) };
      for (const domain of config.domains) {
        if (domain === '*') this.#any = host;
        else if (domain.startsWith('*.')) this.#suffixes.push([domain.slice(1), host]);
        else this.#exact.set(domain, host);
      }
    }
    this.#suffixes.sort(([a], [b]) => b.length - a.length);
  }

  find(host: string, method: string, path: string): Route | undefined {
    const routes = this.#hostOf(host)?.routes;
    if (!routes) return undefined;
    for (const route of routes)
      if (route.matchesPath(path) && (route.methods === undefined || route.methods.has(method))) return route;
    return undefined;
  }

  #hostOf(host: string): VirtualHost | undefined {
    if (this.#exact.size === 0 && this.#suffixes.length === 0) return this.#any;
    const name = host.replace(/:\d+$/, '').toLowerCase();
    return this.#exact.get(name) ?? this.#suffixes.find(([suffix]) => name.endsWith(suffix))?.[1] ?? this.#any;
  }
}

function routeOf(config: RouteConfig, host: VirtualHostConfig, parts: RouteParts): Route {
  const bodyLimit = new BodyLimit(config.max_request_bytes ?? host.max_request_bytes);
  const added = linesOf({ ...host.response_headers_to_add, ...config.response_headers_to_add });
  const transport = host.strict_transport_security;
  const matcher = pathMatcher(config.match);
  const filters: Filter[] = [...parts.filtersOf(config, host, matcher.pattern), bodyLimit];
  return {
    ...matcher,
    methods: config.match.methods && new Set(config.match.methods),
    filters,
    responseFilters: filters.filter((filter): filter is ResponseFilter => filter.onResponse !== undefined),
    answersPreflights: filters.some(({ name }) => name === 'cors'),
    cluster: config.route && parts.cluster(config.route.cluster),
    files: config.static && parts.files(config.static),
    timeoutMs: config.route?.timeout || Number.POSITIVE_INFINITY,
    idleTimeoutMs: config.route?.idle_timeout === 0 ? Number.POSITIVE_INFINITY : config.route?.idle_timeout,
    upgrades: new Set(config.route?.upgrade_configs.map((one) => one.upgrade_type)),
    retryPolicy: new RetryPolicy(config.route?.retry_policy ?? host.retry_policy),
    bodyLimit,
    passCookies: config.cookies === 'pass',
    headersToAdd: added,
    headersToAddOverTls:
      transport === undefined ? added : [...added, ...linesOf({ 'strict-transport-security': transport })],
  };
}

const linesOf = (headers: Readonly<Record<string, string>>): HeaderLine[] =>
  Object.entries(headers).map(([name, value]) => ({ name: name.toLowerCase(), line: `${name}: ${value}\r\n` }));
