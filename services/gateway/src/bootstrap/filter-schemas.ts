import { z } from 'zod';
import { absolutePath, duration, name } from './units.ts';

/** Of the requests that are meant, how many. */
const percentage = z.number().min(0).max(100);
const list = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+(, ?[!#$%&'*+.^_`|~0-9A-Za-z-]+)*$/, 'must be names, by commas');

const OriginMatch = z
  .strictObject({
    /** `https://app.example`, or `*` for every origin. */
    exact: z.string().min(1).optional(),
    /** `.app.example` takes https://a.app.example, not https://app.example. */
    suffix: z.string().startsWith('.').optional(),
  })
  .refine((match) => Object.keys(match).length === 1, 'must have exactly one of exact, suffix');

/** Origins with commas between them, as an environment variable has them, or matches. */
const Origins = z.union([z.array(OriginMatch), z.string()]);

export const originsOf = (matches: z.output<typeof Origins>): z.output<typeof OriginMatch>[] =>
  typeof matches === 'string'
    ? matches.split(',').flatMap((origin) => (origin.trim() ? [{ exact: origin.trim() }] : []))
    : matches;

/** Which pages of other origins may read our answers. */
export const Cors = z
  .strictObject({
    /** Without any there is no CORS. */
    allow_origin_string_match: Origins,
    allow_methods: list.default('GET, HEAD, POST, PUT, PATCH, DELETE'),
    allow_headers: list.optional(),
    expose_headers: list.optional(),
    /** Seconds that a browser may remember the answer to its preflight. */
    max_age: z
      .string()
      .regex(/^\d{1,6}$/, 'must be seconds, as text')
      .optional(),
    /** Cookies and the like may come with the request. */
    allow_credentials: z.boolean().default(false),
  })
  .refine(
    (cors) => !(cors.allow_credentials && originsOf(cors.allow_origin_string_match).some(({ exact }) => exact === '*')),
    'must not allow credentials to every origin',
  );
export type CorsConfig = z.output<typeof Cors>;

const delayMsMax = 60_000;

/** Faults on purpose, to see whether clients bear them. */
export const Fault = z.strictObject({
  delay: z
    .strictObject({
      fixed_delay: duration.pipe(z.number().max(delayMsMax, 'must be a minute at most')).optional(),
      /** The client says how long: `x-envoy-fault-delay-request`, in milliseconds. */
      header_delay: z.strictObject({}).optional(),
      percentage: percentage.default(0),
    })
    .refine((delay) => !delay.fixed_delay !== !delay.header_delay, 'must have exactly one of fixed_delay, header_delay')
    .optional(),
  abort: z
    .strictObject({
      http_status: z.int().min(400).max(599).optional(),
      /** The client says which status: `x-envoy-fault-abort-request`. */
      header_abort: z.strictObject({}).optional(),
      percentage: percentage.default(0),
    })
    .refine((abort) => !abort.http_status !== !abort.header_abort, 'must have exactly one of http_status, header_abort')
    .optional(),
  /** Requests held up at once; more are let through. */
  max_active_faults: z.int().min(0).max(100_000).default(1_000),
});
export type FaultConfig = z.output<typeof Fault>;

/** A limit by token buckets; the routes that name it share it. */
export const LocalRateLimit = z.strictObject({
  /** Whose bucket it is: the token's user's, the client's address' (of IPv6 its /64), or the route's. */
  per: z.enum(['user', 'address', 'route']),
  token_bucket: z.strictObject({
    /** What may come at once. */
    max_tokens: z.int().min(1).max(1_000_000_000),
    /** In time: `tokens_per_fill` in each `fill_interval`, evenly. */
    tokens_per_fill: z.int().min(1).max(1_000_000_000).default(1),
    fill_interval: duration.pipe(z.number().min(1, 'must be longer')),
  }),
  /** Buckets that are kept; beyond it the one used longest ago is forgotten, and with it what was taken. */
  max_dynamic_descriptors: z.int().min(1).max(1_000_000).default(10_000),
});
export type LocalRateLimitConfig = z.output<typeof LocalRateLimit>;

/** Where the issuer tells of sessions as they end, by server-sent events; Envoy has nothing like it. */
export const RevocationFeed = z.strictObject({
  enabled: z.boolean().default(true),
  path: absolutePath,
  cluster: name,
  /** How long an ended session is remembered: as long as a token lives, and a minute for clocks that differ. */
  retention: duration.default(660_000),
  /** Beyond it the oldest are forgotten. */
  max_sessions: z.int().min(1).max(10_000_000).default(100_000),
  /** Without a sign of life, which comes every second, the connection is made anew. */
  idle_timeout: duration.default(5_000),
});
export type RevocationFeedConfig = z.output<typeof RevocationFeed>;

/** What the token must say beside who it is for. */
export const Rbac = z
  .strictObject({
    /** All of them, in the token's `scope` (RFC 9068 § 2.2.3). */
    scopes: z
      .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'must be a scope token'))
      .min(1)
      .optional(),
    /** One of them, in the token's `roles`. */
    roles: z.array(z.string().min(1)).min(1).optional(),
  })
  .refine((rbac) => rbac.scopes ?? rbac.roles, 'must have scopes or roles');
export type RbacConfig = z.output<typeof Rbac>;
