import { LRUCache } from 'lru-cache';
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
  /** Sums of the keys that came when there was no room. */
  readonly #cameOnce = new Int32Array(slots);

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
    if (this.#entries.size < this.#max || this.#comesAgain(key)) this.#entries.set(key, { authorization, token });
  }

  delete(authorization: string): void {
    this.#entries.delete(authorization.slice(-keyLength));
  }

  #comesAgain(key: string): boolean {
    let sum = 0;
    for (let i = 0; i < key.length; i++) sum = (sum * 31 + key.charCodeAt(i)) | 0;
    const slot = (sum ^ (sum >>> 11)) & (slots - 1);
    if (this.#cameOnce[slot] === sum) return true;
    this.#cameOnce[slot] = sum;
    return false;
  }
}
