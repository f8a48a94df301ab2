import { peerOf } from '../listener/client-stream.ts';
import { tooManyRequests } from '../problems.ts';
import type { Filter, FilteredRequest } from './filter.ts';
import type { RateLimit } from './rate-limit.ts';
import type { ResponseHead } from './response-head.ts';

/**
 * Refuses what exceeds a limit by 429, and tells with each answer how much is left (draft-ietf-httpapi-ratelimit-headers).
 * Local as Envoy's: each gateway counts what it sees itself.
 */
export class LocalRateLimit implements Filter {
  readonly name = 'local_ratelimit';
  readonly #limit: RateLimit;
  readonly #route: string;

  /** @param route its name, where the limit is per route */
  constructor(limit: RateLimit, route: string) {
    this.#limit = limit;
    this.#route = route;
  }

  onRequest(request: FilteredRequest): typeof tooManyRequests | undefined {
    const limit = this.#limit;
    const bucket = limit.bucketOf(this.#keyOf(request));
    const isLeft = limit.take(bucket);
    if (!request.bucket || !isLeft || bucket.tokens < request.bucket.tokens) request.bucket = bucket;
    if (isLeft) return undefined;
    request.filterFlag = 'RL';
    return tooManyRequests;
  }

  onResponse({ bucket, filterFlag }: FilteredRequest, head: ResponseHead): void {
    const limit = this.#limit;
    head.add('ratelimit-policy', limit.policy);
    if (bucket?.limit !== limit) return;
    const resetSeconds = limit.secondsUntil(limit.tokensMax, bucket);
    head.add('ratelimit', `"${limit.name}";r=${Math.floor(bucket.tokens)};t=${resetSeconds}`);
    // A service may have limits of its own, and says itself when to come back.
    if (filterFlag === 'RL') head.add('retry-after', String(Math.max(1, limit.secondsUntil(1, bucket))));
  }

  #keyOf(request: FilteredRequest): string {
    if (this.#limit.per === 'route') return this.#route;
    // A route that lets requests without a token through has no limit per user: the configuration is refused.
    return this.#limit.per === 'user' ? (request.token?.userId ?? '') : networkOf(request.clientAddress);
  }
}

/** Of an IPv6 address the /64 that a household or a server is given: each has more addresses than there are buckets. */
export function networkOf(entry: string): string {
  // Some proxies write the port down too, which is another with each connection.
  const [, v6, v4] = /^(?:\[(.+)\]|([\d.]+))(?::\d+)?$/.exec(entry) ?? [];
  const address = peerOf(v4 ?? v6 ?? entry);
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const first = head ? head.split(':') : [];
  const last = tail ? tail.split(':') : [];
  const zeros =
    tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => '0');
  return [...first, ...zeros, ...last].slice(0, 4).join(':');
}
