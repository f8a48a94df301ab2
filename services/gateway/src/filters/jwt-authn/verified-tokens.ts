import { LRUCache } from 'lru-cache';
import type { VerifiedToken } from './verify-token.ts';

interface Entry {
  readonly authorization: string;
  readonly token: VerifiedToken;
}

/** The last letters of a token are of its signature, and no two that were verified share them. */
const keyLength = 24;

/**
 * Authorization fields whose tokens were verified, the ones not seen for longest forgotten first. Looked up by their end and
 * compared as a whole: to hash 700 letters with each request costs more than all the rest of the filter.
 */
export class VerifiedTokens {
  readonly #entries: LRUCache<string, Entry>;

  constructor(max: number) {
    this.#entries = new LRUCache({ max });
  }

  get(authorization: string): VerifiedToken | undefined {
    const entry = this.#entries.get(authorization.slice(-keyLength));
    return entry !== undefined && entry.authorization === authorization ? entry.token : undefined;
  }

  set(authorization: string, token: VerifiedToken): void {
    this.#entries.set(authorization.slice(-keyLength), { authorization, token });
  }

  delete(authorization: string): void {
    this.#entries.delete(authorization.slice(-keyLength));
  }
}
