import type Koa from 'koa';
import type { z } from 'zod';
import type { Log } from './log.ts';
import type { ProblemClass } from './problem.ts';

/** For whom a request is made, as proven by the user's token. */
export interface AuthenticatedUser {
  readonly id: string;
  readonly sessionId: string;
  /** The token itself, to be passed on to the next service; never logged. */
  readonly token: string;
}

export interface AppState {
  /** W3C trace id, from the gateway's traceparent. */
  traceId: string | undefined;
  log: Log;
  /** Which service calls, as proven by its workload token. */
  caller?: string;
  /** Pattern of the matched route, for metrics and logs. */
  route?: string;
}
export type AppContext = Koa.ParameterizedContext<AppState>;

export interface RouteRequest<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly user: AuthenticatedUser;
  readonly ctx: AppContext;
  readonly log: Log;
}

export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string | string[]>;
}

/** An answer of a route: status, body and, where they say something, headers. */
export const reply = (status: number, body?: unknown, headers?: Reply['headers']): Reply => ({
  status,
  ...(body !== undefined && { body }),
  ...(headers && { headers }),
});

type Schema = z.ZodType | undefined;
type Parsed<S extends Schema> = S extends z.ZodType ? z.output<S> : undefined;

/** One operation of the API: what it takes, what it answers, and how. The OpenAPI document is drawn from the same object. */
export interface RouteSpec<P extends Schema, Q extends Schema, B extends Schema> {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** As in OpenAPI: `/api/v1/ledgers/{ledger}`. */
  readonly path: `/${string}`;
  readonly summary: string;
  readonly description?: string;
  readonly tag: string;
  /** `none`: the route is open to those without a token (the caller's workload is proven all the same). */
  readonly user?: 'required' | 'none';
  readonly params?: P;
  readonly query?: Q;
  /** JSON body. */
  readonly body?: B;
  /** Body that the handler reads itself from `ctx.req` (through `boundedBody`); names its media types for the document. */
  readonly rawBody?: readonly string[];
  /** Default 64 KiB. */
  readonly bodyBytesMax?: number;
  /** Request headers worth documenting, with their meaning. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly success: Readonly<Record<number, z.ZodType | null>>;
  /** Media type of the success where it is not JSON: `text/event-stream`, whose events hold what the schema says. */
  readonly answersAs?: string;
  /** Media types that the handler gives the answer in beside JSON, by the client's `Accept`; named for the document. */
  readonly alsoAs?: readonly string[];
  readonly problems?: readonly ProblemClass[];
  handle(request: RouteRequest<Parsed<P>, Parsed<Q>, Parsed<B>>): Promise<Reply> | Reply;
}

/** A route whose types have done their work. */
export type Route = RouteSpec<Schema, Schema, Schema>;

export const route = <P extends Schema = undefined, Q extends Schema = undefined, B extends Schema = undefined>(
  spec: RouteSpec<P, Q, B>,
): Route => spec as unknown as Route;
