import { LRUCache } from 'lru-cache';
import { SeenOnce } from '../../http1/seen-once.ts';
import type { VerifiedToken } from './verify-token.ts';

interface Entry {
  readonly authorization: string;
  readonly token: VerifiedToken;
}

/** The last letters of a token are of its signature, and no two that were verified share them. */
const keyLength = 24;
/** Tokens that came once are told apart by so many slots; a power of two. */
const slots = 4_096;

/**
 * Authorization fields whose tokens were verified, the ones not seen for longest forgotten first. Once there is no room, only
 * a token that comes again gets it at another's cost: those that are used once make no garbage that has grown old. Looked up
 * by their end and compared as a whole: to hash 700 letters with each request costs more than all the rest of the filter.
 */
export class VerifiedTokens {
  readonly #max: number;
  readonly #entries: LRUCache<string, Entry>;
  /** Tokens for which there was no room. */
  readonly #refused = new SeenOnce(slots);

  constructor(max: number) {
    this.#max = max;
    this.#entries = new LRUCache({ max });
  }

  get(authorization: string): VerifiedToken | undefined {
    const entry = this.#entries.get(authorization.slice(-keyLength));
    return entry !== undefined && entry.authorization === authorization ? entry.token : undefined;
  }

  set(authorization: string, token: VerifiedToken): void {
    const key = authorization.slice(-keyLength);
    if (this.#entries.size < this.#max || this.#refused.comesAgain(sumOf(key)))
      this.#entries.set(key, { authorization, token });
  }

  delete(authorization: string): void {
    this.#entries.delete(authorization.slice(-keyLength));
  }
}

function sumOf(key: string): number {
  let sum = 0;
  for (let i = 0; i < key.length; i++) sum = (sum * 31 + key.charCodeAt(i)) | 0;
  return sum;
}
