import Router from '@koa/router';
import Koa from 'koa';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { isNotPrimary } from './not-primary.ts';
import { InternalError, MethodNotAllowed, Problem, RouteNotFound, Unavailable } from './problem.ts';
import { readJson } from './read-body.ts';
import type { AppContext, AppState, AuthenticatedUser, Route } from './route.ts';
import { traceIdOf, traceRoute } from './trace.ts';
import { validate } from './validate.ts';

const bodyBytesDefault = 64 * 1024;

/** Who calls and for whom: proven by the identity package, asked for here. */
export interface Authentication {
  /** @throws {Problem} 401 without a valid workload token, 403 where the allow-list does not name the caller */
  caller(ctx: AppContext): Promise<string>;
  /** @throws {Problem} 401 without a valid user token */
  user(ctx: AppContext): Promise<AuthenticatedUser>;
}

export interface AppOptions {
  routes: readonly Route[];
  authentication: Authentication;
  log: Log;
  metrics: Metrics;
}

/** Mongo's own classes are known by name, so that a service without a database need not load the driver. */
const databaseAway =
  /^Mongo(ServerSelection|Network|NetworkTimeout|PoolCleared|WaitQueueTimeout|NotConnected|TopologyClosed)/;

/**
 * Also where it ended a batch, of which the driver says so inside of an error about the batch; and EPIPE, which the driver lets
 * through as it is where the other side has just ended the connection.
 */
function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, errorResponse } = error as { code?: unknown; errorResponse?: unknown };
  return databaseAway.test(error.name) || isNotPrimary(error) || code === 'EPIPE' || isDatabaseAway(errorResponse);
}

/** Any error as what may go on the wire: unknown ones lose their text. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isDatabaseAway(error)) return new Unavailable('The database cannot be reached.', { cause: error });
  if (error instanceof Error && (error as { codeName?: unknown }).codeName === 'MaxTimeMSExpired')
    return new Unavailable('The database took too long.', { cause: error });
  return new InternalError({ cause: error });
}

/** The Koa app of a service: errors, logs, metrics, identity and validation around its routes. */
export function createApp({ routes, authentication, log, metrics }: AppOptions): Koa<AppState> {
  const app = new Koa<AppState>();
  app.proxy = false;
  // Errors outside of the middleware: a client that left while its answer was being written.
  app.on('error', (error: Error) => log.debug({ err: error }, 'answer not delivered'));

  app.use(async (ctx, next) => {
    const startedAt = process.hrtime.bigint();
    ctx.state.traceId = traceIdOf(ctx.get('traceparent'));
    ctx.state.log = ctx.state.traceId ? log.child({ traceId: ctx.state.traceId }) : log;
    try {
      ctx.state.caller = await authentication.caller(ctx);
      await next();
    } catch (error) {
      renderProblem(ctx, toProblem(error));
    } finally {
      const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
      const route = ctx.state.route ?? 'none';
      metrics.requests.labels(ctx.method, route, String(ctx.status)).observe(seconds);
      ctx.state.log.info(
        { method: ctx.method, route, status: ctx.status, ms: Math.round(seconds * 1e4) / 10, caller: ctx.state.caller },
        'request',
      );
    }
  });

  // As exact as the allow-list, which goes by the path too: otherwise /INTERNAL/… would fit another rule than /internal/….
  const router = new Router<AppState>({ strict: true, sensitive: true });
  for (const route of routes) {
    router.register(route.path.replaceAll(/\{(\w+)\}/g, ':$1'), [route.method], (ctx: AppContext) =>
      answer(route, authentication, ctx),
    );
  }
  app.use(router.routes());
  app.use((ctx) => {
    const allowed = [
      ...new Set((ctx as { matched?: { methods: string[] }[] }).matched?.flatMap((layer) => layer.methods) ?? []),
    ];
    if (allowed.length === 0) throw new RouteNotFound();
    throw new MethodNotAllowed(`Use ${allowed.join(', ')} here.`, { headers: { allow: allowed.join(', ') } });
  });
  return app;
}

async function answer(route: Route, authentication: Authentication, ctx: AppContext): Promise<void> {
  ctx.state.route = route.path;
  traceRoute(ctx.method, route.path);
  // A route without a user never reads `user`; its spec says so and the type stays simple for the others.
  const user = route.user === 'none' ? (undefined as unknown as AuthenticatedUser) : await authentication.user(ctx);
  const params = route.params && validate(route.params, ctx.params, 'path');
  const query = route.query && validate(route.query, { ...ctx.query }, 'query');
  const body =
    route.body && validate(route.body, await readJson(ctx.req, route.bodyBytesMax ?? bodyBytesDefault), 'body');
  const {
    status,
    body: answerBody,
    headers,
  } = await route.handle({ params, query, body, user, ctx, log: ctx.state.log });
  ctx.status = status;
  if (headers) ctx.set(headers);
  if (answerBody !== undefined) ctx.body = answerBody;
  if (!ctx.response.get('cache-control')) ctx.set('cache-control', 'no-store');
}

/** The only place that turns an error into an answer. */
function renderProblem(ctx: AppContext, problem: Problem): void {
  if (problem.status >= 500) ctx.state.log.error({ err: problem.cause ?? problem }, problem.message);
  ctx.status = problem.status;
  ctx.set(problem.headers);
  ctx.set('cache-control', 'no-store');
  ctx.body = problem.toBody(ctx.state.traceId);
  ctx.type = 'application/problem+json';
}
