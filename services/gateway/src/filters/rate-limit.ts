import { LRUCache } from 'lru-cache';
import type { LocalRateLimitConfig } from '../bootstrap/filter-schemas.ts';

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
