import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '@outlay/service-kit/log.ts';
import type { Registry } from 'prom-client';
import type { Versions } from '../versions.ts';
import { refusalOf } from './admin-access.ts';
import { clustersText } from './clusters-text.ts';
import { redacted } from './config-dump.ts';
import { statsText } from './stats.ts';

/** What those who run the gateway see and do by these routes. */
export interface Administered {
  readonly log: Log;
  readonly registry: Registry;
  readonly versions: Versions;
  /** Rejects while the gateway cannot do its work, or shall not. */
  readonly checkReady: () => Promise<void>;
  readonly drain: () => Promise<void>;
}

type Answer = readonly [status: number, type: string, body: string | Buffer];
type Handle = (query: URLSearchParams) => Answer | Promise<Answer>;

const text = (body: string, status = 200): Answer => [status, 'text/plain; charset=utf-8', body];
const json = (body: unknown): Answer => [200, 'application/json', `${JSON.stringify(body, undefined, 2)}\n`];
const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** The page may load and ask for what comes from here, and nothing else. */
const securityHeaders = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
};

/** Envoy's admin endpoints, beside /healthz, /readyz and /metrics. What changes something is POST only. */
export function adminRoutes(
  administered: Administered,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  const { log, versions } = administered;
  const routes = routesOf(administered);

  return (request, response) => {
    const [path = '', query] = (request.url ?? '').split('?');
    const route = routes[path];
    if (!route) return false;
    const send = ([status, type, body]: Answer, headers = {}) =>
      response.writeHead(status, { ...securityHeaders, 'content-type': type, ...headers }).end(body);

    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const handle = method === 'GET' ? route.GET : method === 'POST' ? route.POST : undefined;
    const refusal = refusalOf(request, versions.current.bootstrap.admin.allow_from);
    if (refusal) send(text(`${refusal}\n`, 403));
    else if (!handle) send(text('another method, please\n', 405), { allow: Object.keys(route).join(', ') });
    else
      void (async () => handle(new URLSearchParams(query)))().then(send, (error: Error) => {
        log.error({ err: error, path }, 'the admin port failed on a request');
        send(text('failed: see the log\n', 500));
      });
    return true;
  };
}

function routesOf({
  log,
  registry,
  versions,
  checkReady,
  drain,
}: Administered): Record<string, { GET?: Handle; POST?: Handle }> {
  const clusters = () => [...versions.current.clusters.values()].map((cluster) => cluster.describe());
  const listeners = () =>
    versions.listeners
      .filter(({ isOpen }) => isOpen)
      .map(({ config: { name, address }, port }) => ({ name, address: `${address}:${port}` }));
  const logging = () => text(`active loggers:\n  gateway: ${log.level}\n`);

  return {
    '/': { GET: file('index.html', 'text/html; charset=utf-8') },
    '/page.css': { GET: file('page.css', 'text/css; charset=utf-8') },
    '/page.js': { GET: file('page.js', 'text/javascript; charset=utf-8') },
    '/ready': {
      GET: () =>
        checkReady().then(
          () => text('LIVE\n'),
          ({ message }: Error) => text(`${message === 'draining' ? 'DRAINING' : 'PRE_INITIALIZING'}\n`, 503),
        ),
    },
    '/config_dump': {
      GET: () => json({ last_updated: versions.appliedAt, bootstrap: redacted(versions.current.bootstrap) }),
    },
    '/clusters': {
      GET: (query) => (isJson(query) ? json({ clusters: clusters() }) : text(clustersText(clusters()))),
    },
    '/listeners': {
      GET: (query) =>
        isJson(query)
          ? json({ listeners: listeners() })
          : text(
              listeners()
                .map(({ name, address }) => `${name}::${address}\n`)
                .join(''),
            ),
    },
    '/certs': {
      GET: () =>
        json({
          certificates: versions.listeners.flatMap(({ config, certificate }) =>
            certificate ? [{ listener: config.name, cert_chain: [certificate.describe()] }] : [],
          ),
        }),
    },
    '/stats': {
      GET: async (query) => {
        if (query.get('format') === 'prometheus') return [200, registry.contentType, await registry.metrics()];
        if (isJson(query)) return json({ stats: await registry.getMetricsAsJSON() });
        const filter = query.get('filter');
        try {
          return text(await statsText(registry, filter === null ? undefined : new RegExp(filter)));
        } catch (error) {
          if (error instanceof SyntaxError) return text('filter is not a regular expression\n', 400);
          throw error;
        }
      },
    },
    '/logging': {
      GET: logging,
      POST: (query) => {
        const level = query.get('level') ?? '';
        if (!levels.includes(level)) return text(`level must be one of ${levels.join(', ')}\n`, 400);
        log.warn({ from: log.level, to: level }, 'log level changed');
        log.level = level;
        return logging();
      },
    },
    '/drain': {
      POST: () => {
        log.warn('drain asked for by the admin port');
        drain().catch((error: Error) => log.error({ err: error }, 'draining failed'));
        return text('draining\n');
      },
    },
  };
}

const isJson = (query: URLSearchParams) => query.get('format') === 'json';

function file(name: string, type: string): Handle {
  const body = readFileSync(new URL(`page/${name}`, import.meta.url));
  return () => [200, type, body];
}
