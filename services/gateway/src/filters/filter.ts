import type { Problem } from '@outlay/service-kit/problem.ts';
import type { VerifiedToken } from './jwt-authn/verify-token.ts';
import type { TokenBucket } from './rate-limit.ts';
import type { RequestHead } from './request-head.ts';
import type { ResponseHead } from './response-head.ts';

/** What a filter gets to see of a request. */
export interface FilteredRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly head: RequestHead;
  /** As the client used it: `https` also where a trusted proxy in front of us says so. */
  readonly scheme: 'http' | 'https';
  /** Of the client, as far as proxies of ours have written it down. */
  readonly clientAddress: string;
  /** Whose request it is, once the token is verified. */
  token: VerifiedToken | undefined;
  /** Of the limits that count this request, the one with the least left. */
  bucket: TokenBucket | undefined;
  /** Envoy's response flag of what a filter did: RL, FI, DI. */
  filterFlag: string | undefined;
}

/** An answer without a body that is no refusal. */
export interface DirectAnswer {
  readonly status: number;
  /** Name, value, … */
  readonly headers: readonly string[];
}

/** A filter's answer: undefined lets the request on, anything else ends it. */
export type Verdict = Problem | DirectAnswer | undefined;

/** One step of a route, made once with the route. It decides on the head of a request, before a byte of body is read. */
export interface Filter {
  readonly name: string;
  /** A promise only where there is something to wait for: on the hot path nothing is. */
  onRequest(request: FilteredRequest): Verdict | Promise<Verdict>;
  /** Changes the fields of an answer, be it the service's, a file or a refusal. */
  onResponse?(request: FilteredRequest, head: ResponseHead): void;
}
