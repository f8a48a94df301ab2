import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type Koa from 'koa';
import type { Registry } from 'prom-client';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { AppState } from './route.ts';

export interface ServeOptions {
  host: string;
  port: number;
  adminPort: number;
  /** How long to wait between "not ready" and "no new connections", so that who routes to us has heard of it. */
  drainMs: number;
  log: Log;
  metrics: Metrics;
  /** Rejects while the service cannot do its work. */
  ready?: () => Promise<void>;
  /** Runs at the first sign of the end, so that answers without an end of their own (streams of events) find one. */
  onDraining?: readonly (() => void)[];
  /** Runs in order once the last request is answered. */
  onDrained?: readonly (() => Promise<unknown>)[];
}

export interface RunningService {
  readonly port: number;
  readonly adminPort: number;
  /** Not ready → wait → stop accepting → finish → close. Safe to call twice. */
  stop(): Promise<void>;
}

/** Each beyond the gateway's own: it is the gateway that judges clients and tells them so, with a problem and a trace. */
export const serverLimits = {
  keepAliveTimeout: 75_000, // above the gateway's 60 s idle limit, or it reuses a socket we are closing
  requestTimeout: 150_000, // above the 120 s in which it lets a request arrive: a slow client's upload streams through it
  maxHeaderSize: 32 * 1024, // above its 16 KiB: it adds tokens and where the request came from
};

const readyTimeoutMs = 2_000;
/** How long a connection on which nothing was ever asked may hold up the end: a request may be on its way. */
const silentMs = 500;
/** After this, requests still running are cut: an orchestrator's own patience ends at 30 s. */
const finishMs = 15_000;

/** Listens for the app and, on a port of its own, for those who run it: /healthz, /readyz, /metrics. */
export async function serve(app: Koa<AppState>, options: ServeOptions): Promise<RunningService> {
  const { host, log } = options;
  let draining = false;

  const handle = app.callback();
  const server = createServer(serverLimits, (request, response) => {
    // While draining, each answer tells its client to come back on another connection, which reaches another pod.
    if (draining) response.setHeader('connection', 'close');
    return handle(request, response);
  });
  // Opened ahead by some clients; node:http counts them as busy until their first request.
  const silent = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.prependListener('request', (request, response) => {
    silent.delete(request.socket);
    if (draining) response.setHeader('connection', 'close');
    // A connection kept alive after its last answer would hold up the stop: server.close() looks only once for idle ones.
    response.once('close', () => draining && setImmediate(() => server.closeIdleConnections()));
  });
  const admin = createAdminServer(options.metrics.registry, async () => {
    if (draining) throw new Error('draining');
    await options.ready?.();
  });

  await listen(admin, options.adminPort, host);
  await listen(server, options.port, host);
  const portOf = (listening: Server) => (listening.address() as AddressInfo).port;
  const running: RunningService = { port: portOf(server), adminPort: portOf(admin), stop: once(stop) };
  log.info({ port: running.port, adminPort: running.adminPort }, 'listening');
  return running;

  async function stop(): Promise<void> {
    draining = true;
    for (const step of options.onDraining ?? []) step();
    await new Promise((resolve) => setTimeout(resolve, options.drainMs));
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeIdleConnections();
    const hush = setTimeout(() => silent.forEach((socket) => void socket.destroy()), silentMs);
    const cut = setTimeout(() => server.closeAllConnections(), finishMs);
    await closed;
    clearTimeout(cut);
    clearTimeout(hush);
    for (const step of options.onDrained ?? [])
      await step().catch((error: unknown) => log.error({ err: error }, 'closing failed'));
    admin.closeAllConnections();
    await new Promise((resolve) => admin.close(resolve));
    log.info('stopped');
  }
}

const once = (run: () => Promise<void>) => {
  let promise: Promise<void> | undefined;
  return () => {
    promise ??= run();
    return promise;
  };
};

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/**
 * The second port: healthz says that the process lives, readyz that it can work, metrics for Prometheus.
 * @param more answers what a service has beside these; false where it has no such path
 */
export function createAdminServer(
  registry: Registry,
  ready: () => Promise<void>,
  more: (request: IncomingMessage, response: ServerResponse) => boolean = () => false,
): Server {
  return createServer(async (request, response) => {
    if (more(request, response)) return;
    const send = (status: number, type: string, body: string) =>
      response.writeHead(status, { 'content-type': type }).end(body);
    if (request.method !== 'GET' && request.method !== 'HEAD') return send(405, 'text/plain', 'use GET\n');
    switch (request.url?.split('?')[0]) {
      case '/healthz':
        return send(200, 'text/plain', 'ok\n');
      case '/readyz':
        try {
          await withTimeout(ready(), readyTimeoutMs);
          return send(200, 'text/plain', 'ready\n');
        } catch (error) {
          return send(503, 'text/plain', `not ready: ${error instanceof Error ? error.message : 'unknown'}\n`);
        }
      case '/metrics':
        return send(200, registry.contentType, await registry.metrics());
      default:
        return send(404, 'text/plain', '/healthz /readyz /metrics\n');
    }
  });
}

async function withTimeout<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([
      promise,
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}
