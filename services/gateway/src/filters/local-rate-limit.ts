import { LRUCache } from 'lru-cache';
import type { LocalRateLimitConfig } from '../bootstrap/filter-schemas.ts';
import { tooManyRequests } from '../problems.ts';
import type { Filter, FilteredRequest } from './filter.ts';

/** What one user, address or route has left. */
export class TokenBucket {
  readonly limit: RateLimit;
  tokens: number;
  filledAt: number;

  constructor(limit: RateLimit, now: number) {
    this.limit = limit;
    this.tokens = limit.tokensMax;
    this.filledAt = now;
  }
}

/** A limit of the configuration with its buckets, which all routes that name it share. */
export class RateLimit {
  readonly name: string;
  readonly per: LocalRateLimitConfig['per'];
  readonly tokensMax: number;
  /** Of RateLimit-Policy: how many (`q`) in how many seconds (`w`). */
  readonly policy: string;
  readonly #tokensPerMs: number;
  readonly #buckets: LRUCache<string, TokenBucket>;
  readonly #now: () => number;
  /** Counted for the metrics. */
  readonly counts = { ok: 0, rate_limited: 0 };

  /** @param now monotonic milliseconds */
  constructor(name: string, config: LocalRateLimitConfig, now: () => number = () => performance.now()) {
    const { max_tokens: tokensMax, tokens_per_fill: tokens, fill_interval: intervalMs } = config.token_bucket;
    this.name = name;
    this.per = config.per;
    this.tokensMax = tokensMax;
    this.#tokensPerMs = tokens / intervalMs;
    this.policy = `"${name}";q=${tokensMax};w=${Math.ceil(tokensMax / this.#tokensPerMs / 1_000)}`;
    this.#buckets = new LRUCache({ max: config.max_dynamic_descriptors });
    this.#now = now;
  }

  /** The bucket of a key, filled up to now. */
  bucketOf(key: string): TokenBucket {
    const now = this.#now();
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      const full = new TokenBucket(this, now);
      this.#buckets.set(key, full);
      return full;
    }
    bucket.tokens = Math.min(this.tokensMax, bucket.tokens + (now - bucket.filledAt) * this.#tokensPerMs);
    bucket.filledAt = now;
    return bucket;
  }

  /** @returns false where there is nothing to take */
  take(bucket: TokenBucket): boolean {
    const isLeft = bucket.tokens >= 1;
    if (isLeft) bucket.tokens--;
    this.counts[isLeft ? 'ok' : 'rate_limited']++;
    return isLeft;
  }

  /** Seconds until the bucket holds so many tokens. */
  secondsUntil(tokens: number, bucket: TokenBucket): number {
    return Math.max(0, Math.ceil((tokens - bucket.tokens) / this.#tokensPerMs / 1_000));
  }
}

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

  onResponse({ bucket }: FilteredRequest, status: number, headers: string[]): void {
    const limit = this.#limit;
    headers.push('ratelimit-policy', limit.policy);
    if (bucket?.limit !== limit) return;
    const resetSeconds = limit.secondsUntil(limit.tokensMax, bucket);
    headers.push('ratelimit', `"${limit.name}";r=${Math.floor(bucket.tokens)};t=${resetSeconds}`);
    if (status === 429) headers.push('retry-after', String(Math.max(1, limit.secondsUntil(1, bucket))));
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
  const address = v4 ?? v6 ?? entry;
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const first = head ? head.split(':') : [];
  const last = tail ? tail.split(':') : [];
  const zeros =
    tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => '0');
  return [...first, ...zeros, ...last].slice(0, 4).join(':');
}
