import { z } from 'zod';
import { hopByHop } from '../http1/connection-field.ts';
import { Cluster } from './cluster-schema.ts';
import { Cors, Fault, LocalRateLimit, Rbac, RevocationFeed } from './filter-schemas.ts';
import { absolutePath, byteSize, duration, name } from './units.ts';

const port = z.int().min(0).max(65_535);
const headerName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'must be a header name');
const headerValue = z.string().regex(/^[\t\x20-\x7e]*$/, 'must be printable ASCII on one line');
/** Two of them, or one that says otherwise, and readers no longer agree on where an answer ends. */
const framing = new Set([...hopByHop, 'content-length', 'transfer-encoding', 'connection', 'upgrade']);
const headers = z.record(
  headerName.refine(
    (name) => !framing.has(name.toLowerCase()),
    'must leave to the gateway where answers and connections end',
  ),
  headerValue,
);

/** The arguments of refine() for an object that is one of several kinds. */
const exactlyOne = (...keys: string[]): [(value: object) => boolean, string] => [
  (value) => keys.filter((key) => key in value).length === 1,
  `must have exactly one of ${keys.join(', ')}`,
];

const Admin = z.strictObject({
  address: z.string().min(1).default('0.0.0.0'),
  port,
  /** Who gets to see and do more than health and metrics. `kubectl port-forward` comes from the pod's own loopback. */
  allow_from: z.array(z.union([z.cidrv4(), z.cidrv6()])).default(['127.0.0.0/8', '::1/128']),
});

const Match = z
  .strictObject({
    /** The whole path. */
    path: absolutePath.optional(),
    /** The path itself and what lies below it: `/a` takes `/a` and `/a/b`, not `/ab`. */
    path_separated_prefix: absolutePath.optional(),
    /** `{name}` is one segment, `**` at the end one or more. */
    path_template: absolutePath.optional(),
    prefix: absolutePath.optional(),
    methods: z
      .array(z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']))
      .min(1)
      .optional(),
  })
  .refine(...exactlyOne('path', 'path_separated_prefix', 'path_template', 'prefix'));

const RetryPolicy = z.strictObject({
  /**
   * `connect-failure`: no connection came about. `reset`: it broke, or the try took too long, before anything of the
   * answer was read; only where asking twice is safe. `retriable-headers`: 503 with `x-outlay-retryable`.
   */
  retry_on: z.array(z.enum(['connect-failure', 'reset', 'retriable-headers'])).min(1),
  num_retries: z.int().min(0).max(10).default(1),
  /** From the last byte of the request to the first of the answer. Default: only the route's time-out counts. */
  per_try_timeout: duration.optional(),
  retry_back_off: z
    .strictObject({ base_interval: duration.default(25), max_interval: duration.default(250) })
    .prefault({}),
  /** A body up to this is kept until the answer begins; a longer one is not sent again. */
  request_body_buffer_limit: byteSize.default(65_536),
});

const Route = z
  .strictObject({
    match: Match,
    route: z
      .strictObject({
        cluster: name,
        /** From the last byte of the request to the last byte of the answer; 0s: for ever. */
        timeout: duration.default(15_000),
        /** Without a byte in either direction, instead of the listener's stream_idle_timeout; 0s: for ever. */
        idle_timeout: duration.optional(),
        /** Requests for these are let through, and their connections become tunnels. All others are refused. */
        upgrade_configs: z.array(z.strictObject({ upgrade_type: z.literal('websocket') })).default([]),
        /** Instead of the virtual host's. */
        retry_policy: RetryPolicy.optional(),
      })
      .optional(),
    static: z
      .strictObject({
        /** One file, or a directory with all that lies below it. */
        file: z.string().min(1).optional(),
        directory: z.string().min(1).optional(),
        /** Answered where a browser navigates to a path that is no file: the page routes by itself. */
        fallback: z.string().min(1).optional(),
        /** Files below this path carry a hash in their name and never change. */
        immutable_prefix: absolutePath.optional(),
      })
      .refine(...exactlyOne('file', 'directory'))
      .optional(),
    direct_response: z.strictObject({ status: z.literal(404) }).optional(),
    /** Name of the JWT provider whose token is needed; `none` makes the route public. Default: the first provider. */
    requires: name.optional(),
    /** Cookies go to the service, and Set-Cookie back, only where it says so. */
    cookies: z.enum(['pass', 'strip']).default('strip'),
    max_request_bytes: byteSize.optional(),
    /** Instead of the virtual host's. */
    cors: Cors.optional(),
    fault: Fault.optional(),
    /** Names from `local_rate_limits`; `[]` for none. Default: the virtual host's. */
    rate_limits: z.array(name).optional(),
    /** Of the token that `requires` has verified. */
    rbac: Rbac.optional(),
    csrf: z.strictObject({ additional_origins: z.array(z.url()).default([]) }).optional(),
    response_headers_to_add: headers.default({}),
  })
  .refine(...exactlyOne('route', 'static', 'direct_response'));

const VirtualHost = z.strictObject({
  name,
  /** `*`, a host, or `*.suffix`; the port is not compared. */
  domains: z
    .array(z.string().regex(/^(\*|(\*\.)?[a-z0-9.-]+|\[[0-9a-f:]+\])$/, 'must be *, a host in lower case, or *.suffix'))
    .min(1),
  max_request_bytes: byteSize.default(1_048_576),
  /** Of all routes that have none of their own. */
  retry_policy: RetryPolicy.optional(),
  /** These three: of all routes that have none of their own. */
  cors: Cors.optional(),
  fault: Fault.optional(),
  rate_limits: z.array(name).default([]),
  response_headers_to_add: headers.default({}),
  /** Sent where the request came over https, and only there. */
  strict_transport_security: headerValue.optional(),
  routes: z.array(Route).min(1),
});

const TlsContext = z
  .strictObject({
    /** Files, looked at for changes; both empty: no TLS. */
    certificate_chain: z.string(),
    private_key: z.string(),
    alpn_protocols: z
      .array(z.enum(['h2', 'http/1.1']))
      .min(1)
      .default(['h2', 'http/1.1']),
    tls_minimum_protocol_version: z.enum(['TLSv1.2', 'TLSv1.3']).default('TLSv1.2'),
  })
  .refine(
    ({ certificate_chain: certificate, private_key: key }) => (certificate === '') === (key === ''),
    'certificate_chain and private_key go together',
  );

const Http2ProtocolOptions = z.strictObject({
  /** Requests under way at once on one connection. */
  max_concurrent_streams: z.int().min(1).max(10_000).default(100),
  initial_stream_window_size: z.int().min(65_535).max(16_777_215).default(262_144),
});

const Listener = z.strictObject({
  name,
  address: z.string().min(1).default('0.0.0.0'),
  port,
  /** Open at once; one more is closed. */
  max_connections: z.int().min(1).max(1_000_000).default(10_000),
  max_request_headers_kb: z.int().min(4).max(96).default(16),
  max_headers_count: z.int().min(10).max(1_000).default(100),
  request_headers_timeout: duration.default(10_000),
  /** For the whole request to arrive. */
  request_timeout: duration.default(120_000),
  /** Without a byte in either direction. */
  stream_idle_timeout: duration.default(60_000),
  /** Of a kept connection without a request. */
  idle_timeout: duration.default(75_000),
  /** How many proxies in front of us may be believed: their X-Forwarded-For and -Proto are read instead of the socket. */
  xff_num_trusted_hops: z.int().min(0).max(10).default(0),
  /** A client's X-Request-Id is taken over; else every request gets one of ours. */
  preserve_external_request_id: z.boolean().default(false),
  tls_context: TlsContext.optional(),
  http2_protocol_options: Http2ProtocolOptions.prefault({}),
  virtual_hosts: z.array(VirtualHost).min(1),
});

const JwtProvider = z.strictObject({
  issuer: z.string().min(1),
  audiences: z.array(z.string().min(1)).min(1),
  clock_skew: duration.default(5_000),
  remote_jwks: z.strictObject({
    /** Only its path is used: the request goes to the cluster. */
    uri: z.url({ protocol: /^https?$/, error: 'must be an http(s):// URL' }),
    cluster: name,
    timeout: duration.default(3_000),
    /** Fetched anew in the background after this. */
    cache_duration: duration.default(300_000),
    /** While the source is away the last keys are trusted this long. */
    max_stale: duration.default(3_600_000),
    /** An unknown kid asks again, but no more often than this: made-up kids must not become load. */
    min_refresh_interval: duration.default(5_000),
    /** Readiness waits this long for the first fetch, then does without. */
    initial_fetch_timeout: duration.default(5_000),
  }),
  revocation_feed: RevocationFeed.optional(),
  /** Verified tokens that are remembered. */
  token_cache_size: z.int().min(0).max(1_000_000).default(10_000),
});

const resources = ['event_loop_lag', 'memory', 'heap'] as const;
const share = z.number().min(0).max(1);

const OverloadManager = z.strictObject({
  refresh_interval: duration.default(100),
  resource_monitors: z
    .array(
      z.discriminatedUnion('name', [
        /** How long what is due waits for the event loop; `max` is full pressure. */
        z.strictObject({ name: z.literal('event_loop_lag'), max: duration.default(500) }),
        /** Resident memory of the process. Default: the container's limit, where there is one. */
        z.strictObject({ name: z.literal('memory'), max_bytes: byteSize.optional() }),
        /** V8's heap, of the size that it may grow to. */
        z.strictObject({ name: z.literal('heap') }),
      ]),
    )
    .default([]),
  actions: z
    .array(
      z.strictObject({
        /** New requests get 503 with Retry-After. */
        name: z.literal('stop_accepting_requests'),
        triggers: z.array(
          z.strictObject({
            name: z.enum(resources),
            /** Begins at the value and ends below `release`. */
            threshold: z
              .strictObject({ value: share, release: share })
              .refine(({ value, release }) => release <= value, 'release must not be above value'),
          }),
        ),
      }),
    )
    .default([]),
});

/** The file without what its parts say of each other. */
export const BootstrapShape = z.strictObject({
  admin: Admin,
  tracing: z
    .strictObject({
      /** Percent of the traces started here that are recorded. */
      random_sampling: z.number().min(0).max(100).default(100),
      /** A client's valid traceparent is joined, or every trace starts here. */
      client_trace: z.enum(['join', 'ignore']).default('join'),
    })
    .prefault({}),
  jwt_authn: z.strictObject({
    providers: z.record(name, JwtProvider).refine((all) => Object.keys(all).length > 0, 'must name a provider'),
  }),
  local_rate_limits: z.record(name, LocalRateLimit).default({}),
  overload_manager: OverloadManager.prefault({}),
  listeners: z.array(Listener).min(1),
  node: z
    .strictObject({
      /** The zone that we run in; empty: that of our own address in the local cluster. */
      locality: z.strictObject({ zone: z.string().max(63).default('') }).prefault({}),
    })
    .prefault({}),
  cluster_manager: z
    .strictObject({
      /** The cluster of the gateways themselves, for zone-aware routing: how many of us are in each zone. */
      local_cluster_name: name.optional(),
    })
    .prefault({}),
  clusters: z.array(Cluster),
});

/** The gateway's configuration file. Names and meanings are Envoy's where it has them. */
export const Bootstrap = BootstrapShape.superRefine(checkReferences);
export type Bootstrap = z.output<typeof Bootstrap>;
export type AdminConfig = Bootstrap['admin'];
export type OverloadConfig = Bootstrap['overload_manager'];
export type ListenerConfig = Bootstrap['listeners'][number];
export type TlsConfig = NonNullable<ListenerConfig['tls_context']>;
export type VirtualHostConfig = ListenerConfig['virtual_hosts'][number];
export type RouteConfig = VirtualHostConfig['routes'][number];
export type RetryPolicyConfig = z.output<typeof RetryPolicy>;
export type JwtProviderConfig = Bootstrap['jwt_authn']['providers'][string];

/** What one part says of another: every named cluster and provider exists, and no name stands for two things. */
function checkReferences(config: z.output<typeof BootstrapShape>, context: z.RefinementCtx): void {
  const wrong = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
  const clusters = new Set(config.clusters.map((cluster) => cluster.name));
  const providers = config.jwt_authn.providers;
  const unique = (all: readonly { name: string }[], path: (string | number)[]) => {
    const seen = new Set<string>();
    all.forEach((one, index) => {
      if (seen.has(one.name)) wrong([...path, index, 'name'], `"${one.name}" is taken`);
      seen.add(one.name);
    });
  };
  const monitored = new Set(config.overload_manager.resource_monitors.map((monitor) => monitor.name));
  config.overload_manager.actions.forEach(({ triggers }, a) => {
    triggers.forEach((trigger, t) => {
      if (!monitored.has(trigger.name))
        wrong(['overload_manager', 'actions', a, 'triggers', t, 'name'], `no monitor is named "${trigger.name}"`);
    });
  });
  unique(config.clusters, ['clusters']);
  unique(config.listeners, ['listeners']);
  const local = config.cluster_manager.local_cluster_name;
  if (local && !clusters.has(local)) wrong(['cluster_manager', 'local_cluster_name'], `no cluster is named "${local}"`);
  for (const [key, provider] of Object.entries(providers))
    for (const part of ['remote_jwks', 'revocation_feed'] as const) {
      const cluster = provider[part]?.cluster;
      if (cluster !== undefined && !clusters.has(cluster))
        wrong(['jwt_authn', 'providers', key, part, 'cluster'], `no cluster is named "${cluster}"`);
    }
  config.listeners.forEach((listener, l) => {
    unique(listener.virtual_hosts, ['listeners', l, 'virtual_hosts']);
    const domains = new Set<string>();
    listener.virtual_hosts.forEach((host, h) => {
      const at = ['listeners', l, 'virtual_hosts', h];
      host.domains.forEach((domain, d) => {
        if (domains.has(domain)) wrong([...at, 'domains', d], `"${domain}" is taken`);
        domains.add(domain);
      });
      host.routes.forEach(({ route, requires, rbac, rate_limits: limits }, r) => {
        if (route && !clusters.has(route.cluster))
          wrong([...at, 'routes', r, 'route', 'cluster'], `no cluster is named "${route.cluster}"`);
        if (requires && requires !== 'none' && !Object.hasOwn(providers, requires))
          wrong([...at, 'routes', r, 'requires'], `no JWT provider is named "${requires}"`);
        if (requires === 'none' && rbac) wrong([...at, 'routes', r, 'rbac'], 'needs a token: `requires` is none');
        (limits ?? host.rate_limits).forEach((limit, i) => {
          const where = limits ? [...at, 'routes', r, 'rate_limits', i] : [...at, 'rate_limits', i];
          const found = Object.hasOwn(config.local_rate_limits, limit) ? config.local_rate_limits[limit] : undefined;
          if (!found) wrong(where, `no limit is named "${limit}"`);
          // The virtual host's limits per user pass over its public routes.
          else if (limits && found.per === 'user' && requires === 'none')
            wrong(where, `"${limit}" is per user, but the route needs no token`);
        });
      });
    });
  });
}
