import type { KeyObject } from 'node:crypto';
import { readJwkSet } from '@outlay/identity/key-source.ts';
import type { Log } from '@outlay/service-kit/log.ts';

export interface RemoteJwksOptions {
  /** Fetches the JWK Set; bounds its own time and size. */
  readonly fetch: () => Promise<string>;
  /** Fetched anew in the background after this. */
  readonly cacheMs: number;
  /** While the source is away the last keys are trusted this long. */
  readonly staleMs: number;
  /** An unknown kid asks again, but no more often than this once there are keys. */
  readonly refreshIntervalMinMs: number;
  readonly log: Log;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
}

/** The first fetch is tried again after this, then after twice as long, up to the longest. */
const retryMs = { first: 250, longest: 5_000 };

/** The issuer's public keys in memory: one fetch at a time, known keys answered at once, unknown ones asked for. */
export class RemoteJwks {
  readonly #options: RemoteJwksOptions;
  readonly #now: () => number;
  #keys: ReadonlyMap<string, KeyObject> = new Map();
  #fetchedAt = Number.NEGATIVE_INFINITY;
  #triedAt = Number.NEGATIVE_INFINITY;
  #fetching: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #isClosed = false;
  /** Counted for the metrics. */
  fetches = { succeeded: 0, failed: 0 };

  constructor(options: RemoteJwksOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** True from the first fetch that brought keys. */
  get isFilled(): boolean {
    return this.#fetchedAt !== Number.NEGATIVE_INFINITY;
  }

  /** Fetches the first keys, and tries again until there are some. */
  start(waitMs = retryMs.first): void {
    this.#refresh().catch(() => {
      const nextMs = Math.min(waitMs * 2, retryMs.longest);
      if (!this.#isClosed) this.#retry = setTimeout(() => this.start(nextMs), waitMs).unref();
    });
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#retry);
  }

  /**
   * The key of a kid. A promise only where it must be asked for.
   * @returns undefined where no such key is published; rejects where that cannot be known
   */
  find(kid: string): KeyObject | Promise<KeyObject | undefined> | undefined {
    const key = this.#keys.get(kid);
    const age = this.#now() - this.#fetchedAt;
    if (key && age <= this.#options.staleMs) {
      if (age > this.#options.cacheMs && this.#mayRefresh()) this.#refresh().catch(() => undefined);
      return key;
    }
    if (this.#fetching || this.#mayRefresh()) return this.#refresh().then(() => this.#keys.get(kid));
    // Asked a moment ago. If that brought keys, this is none of them.
    if (this.#fetchedAt >= this.#triedAt) return undefined;
    return Promise.reject(new Error('the keys cannot be fetched at the moment'));
  }

  #mayRefresh(): boolean {
    // Without any keys nobody is served: who asks need not wait for the next try of `start`.
    const intervalMs = this.isFilled ? this.#options.refreshIntervalMinMs : retryMs.first;
    return this.#now() - this.#triedAt >= intervalMs;
  }

  #refresh(): Promise<void> {
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #fetch(): Promise<void> {
    this.#triedAt = this.#now();
    try {
      this.#keys = readJwkSet(JSON.parse(await this.#options.fetch()));
      this.#fetchedAt = this.#now();
      this.fetches.succeeded++;
      this.#options.log.debug({ kids: [...this.#keys.keys()] }, 'keys fetched');
    } catch (error) {
      this.fetches.failed++;
      this.#options.log.warn({ reason: (error as Error).message }, 'the keys cannot be fetched');
      throw error;
    }
  }
}
