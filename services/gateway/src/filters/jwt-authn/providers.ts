import type { Log } from '@outlay/service-kit/log.ts';
import type { Bootstrap, JwtProviderConfig } from '../../bootstrap/bootstrap-schema.ts';
import type { Deadlines } from '../../proxy/deadlines.ts';
import type { Cluster } from '../../upstream/cluster.ts';
import { fetchText } from '../../upstream/fetch-text.ts';
import { JwtAuthn } from './jwt-authn.ts';
import { RemoteJwks } from './remote-jwks.ts';
import { RevocationFeed } from './revocation-feed.ts';

const jwksBytesMax = 256 * 1_024;

export interface JwtProviders {
  readonly authn: readonly JwtAuthn[];
  readonly jwks: readonly RemoteJwks[];
  /** By the names of their providers. */
  readonly feeds: ReadonlyMap<string, RevocationFeed>;
  /** @param name of the provider; undefined for the first one */
  filterOf(name: string | undefined): JwtAuthn;
  start(): void;
  close(): void;
  /**
   * True once keys and ended sessions are known, or were waited for long enough: a gateway without them still serves the page and the
   * public routes, and says 503 to the others. Were it never ready, auth's absence would take the page away too.
   */
  isReady(): boolean;
}

interface Surroundings {
  readonly clusters: ReadonlyMap<string, Cluster>;
  readonly log: Log;
  readonly deadlines: Deadlines;
}

/** One filter and one set of keys for each provider of the configuration. */
export function createProviders(
  configs: Bootstrap['jwt_authn']['providers'],
  surroundings: Surroundings,
): JwtProviders {
  const all = Object.entries(configs).map(([name, config]) => {
    const jwks = createJwks(config, surroundings);
    const feed = createFeed(config, surroundings);
    const authn = new JwtAuthn(
      jwks,
      {
        issuer: config.issuer,
        audiences: config.audiences,
        clockSkewSeconds: config.clock_skew / 1_000,
      },
      config.token_cache_size,
      feed?.revoked,
    );
    return { name, jwks, feed, authn, waitMs: config.remote_jwks.initial_fetch_timeout };
  });
  const startedAt = performance.now();
  return {
    authn: all.map(({ authn }) => authn),
    jwks: all.map(({ jwks }) => jwks),
    filterOf: (wanted) => (all.find(({ name }) => name === wanted) ?? all[0])?.authn as JwtAuthn,
    feeds: new Map(all.flatMap(({ name, feed }) => (feed ? [[name, feed] as const] : []))),
    start() {
      for (const { jwks, feed } of all) {
        jwks.start();
        feed?.start();
      }
    },
    close() {
      for (const { jwks, feed } of all) {
        jwks.close();
        feed?.close();
      }
    },
    isReady: () =>
      all.every(
        ({ jwks, feed, waitMs }) =>
          (jwks.isFilled && feed?.isCaughtUp !== false) || performance.now() - startedAt > waitMs,
      ),
  };
}

function createFeed({ revocation_feed: config }: JwtProviderConfig, { clusters, log }: Surroundings) {
  return config?.enabled ? new RevocationFeed(clusters.get(config.cluster) as Cluster, config, log) : undefined;
}

function createJwks(config: JwtProviderConfig, { clusters, log, deadlines }: Surroundings): RemoteJwks {
  const { remote_jwks: remote } = config;
  const cluster = clusters.get(remote.cluster) as Cluster;
  const { pathname, search } = new URL(remote.uri);
  return new RemoteJwks({
    fetch: () =>
      fetchText(cluster, {
        path: pathname + search,
        timeoutMs: remote.timeout,
        bytesMax: jwksBytesMax,
        deadlines,
      }),
    cacheMs: remote.cache_duration,
    staleMs: remote.max_stale,
    refreshIntervalMinMs: remote.min_refresh_interval,
    log,
  });
}
