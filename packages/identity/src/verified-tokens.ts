import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/** A withdrawn token (a deleted pod, a rotated key) is trusted this long at most. */
const cacheMs = 60_000;

export interface Verified<Bearer> {
  /** Whom the token proves. */
  bearer: Bearer;
  /** Seconds since 1970; the cache never outlives the token. */
  exp: number;
}

/**
 * Remembers verified tokens for a minute and verifies each token once however many requests bring it at the same time.
 * Refusals are not remembered: a token may become valid, and a flood of made-up ones must not push out the real.
 */
export function rememberVerified<Bearer>(
  verify: (token: string) => Promise<Verified<Bearer>>,
  now: () => number = Date.now,
): (token: string) => Promise<Bearer> {
  const known = new LRUCache<string, Verified<Bearer>>({ max: 1_000, ttl: cacheMs });
  const underway = new Map<string, Promise<Verified<Bearer>>>();
  return async (token) => {
    // The hash, so that a heap dump of the cache holds no credential.
    const id = hash('sha256', token, 'base64');
    const remembered = known.get(id);
    if (remembered && remembered.exp * 1_000 > now()) return remembered.bearer;
    let verifying = underway.get(id);
    if (!verifying) {
      verifying = verify(token).finally(() => underway.delete(id));
      underway.set(id, verifying);
    }
    const verified = await verifying;
    known.set(id, verified);
    return verified.bearer;
  };
}
