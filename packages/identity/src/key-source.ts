import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/** Finds the public key of a `kid`. */
export interface KeySource {
  /** @returns undefined where no such key is published; rejects where the keys cannot be asked for */
  key(kid: string): Promise<KeyObject | undefined>;
}

/** RFC 7517, as far as signatures need it; private members are dropped by the schema. */
const Jwk = z.object({
  kty: z.enum(['EC', 'RSA']),
  kid: z.string().min(1).max(200),
  use: z.string().optional(),
  crv: z.string().optional(),
  x: z.string().optional(),
  y: z.string().optional(),
  n: z.string().optional(),
  e: z.string().optional(),
});
export const JwkSet = z.object({ keys: z.array(z.unknown()).max(100) });

/** Reads a JWK Set; keys other than well-formed EC and RSA ones for signatures are passed over (RFC 7517 § 5). */
export function readJwkSet(body: unknown): Map<string, KeyObject> {
  const keys = new Map<string, KeyObject>();
  for (const entry of JwkSet.parse(body).keys) {
    const jwk = Jwk.safeParse(entry);
    if (!jwk.success || (jwk.data.use ?? 'sig') !== 'sig') continue;
    try {
      keys.set(jwk.data.kid, createPublicKey({ key: jwk.data as JsonWebKey, format: 'jwk' }));
    } catch {
      // One broken key must not cost the others.
    }
  }
  return keys;
}

export interface CachedKeysOptions {
  /** Where the keys come from; must bound its own time. */
  load: () => Promise<unknown>;
  /** Loaded again after this, so that a withdrawn key stops being trusted. */
  maxAgeMs?: number;
  /** An unknown kid asks again, but no more often than this: made-up kids must not become load. */
  cooldownMs?: number;
  /** While the source is away, known keys are trusted this long. */
  staleMs?: number;
  now?: () => number;
}

/**
 * Keys in memory: loaded when first asked for, again when old or when a kid is unknown, one load at a time.
 * While the source is away the last keys serve on, for a bounded time.
 */
export function cachedKeys({
  load,
  maxAgeMs = 300_000,
  cooldownMs = 5_000,
  staleMs = 3_600_000,
  now = Date.now,
}: CachedKeysOptions): KeySource {
  let keys: Map<string, KeyObject> = new Map();
  let loadedAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  let loading: Promise<void> | undefined;
  /** Why the last try failed; undefined where it did not. */
  let failure: { error: unknown } | undefined;

  const refresh = () => {
    loading ??= (async () => {
      triedAt = now();
      try {
        keys = readJwkSet(await load());
        loadedAt = now();
        failure = undefined;
      } catch (error) {
        failure = { error };
      }
    })().finally(() => {
      loading = undefined;
    });
    return loading;
  };

  return {
    async key(kid) {
      const known = keys.get(kid);
      if (known && now() - loadedAt < maxAgeMs) return known;
      const isFirst = loadedAt === Number.NEGATIVE_INFINITY;
      if (loading || isFirst || now() - triedAt >= cooldownMs) await refresh();
      const found = keys.get(kid);
      if (failure && (!found || now() - loadedAt > staleMs)) throw failure.error;
      return found;
    },
  };
}

/** Keys of a JWKS file, read again when old or when a kid is unknown. */
export const fileKeys = (path: string, options: Omit<CachedKeysOptions, 'load'> = {}): KeySource =>
  cachedKeys({
    maxAgeMs: 60_000,
    cooldownMs: 1_000,
    ...options,
    load: async () => JSON.parse(await readFile(path, 'utf8')),
  });
