import type { Problem } from '@outlay/service-kit/problem.ts';
import type { VerifiedToken } from './jwt-authn/verify-token.ts';
import type { RequestHead } from './request-head.ts';

/** What a filter gets to see of a request. */
export interface FilteredRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly head: RequestHead;
  /** As the client used it: `https` also where a trusted proxy in front of us says so. */
  readonly scheme: 'http' | 'https';
  /** Whose request it is, once the token is verified. */
  token: VerifiedToken | undefined;
}

/** A filter's answer: undefined lets the request on, a problem ends it. */
export type Verdict = Problem | undefined;

/** One step of a route, made once with the route. It decides on the head of a request, before a byte of body is read. */
export interface Filter {
  readonly name: string;
  /** A promise only where there is something to wait for: on the hot path nothing is. */
  onRequest(request: FilteredRequest): Verdict | Promise<Verdict>;
}
