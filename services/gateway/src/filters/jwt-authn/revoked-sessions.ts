/**
 * Sessions that have ended, for as long as a token of theirs may live: then it is refused for its age. Bounded: beyond it
 * the oldest are forgotten, whose tokens have the least left to live.
 */
export class RevokedSessions {
  readonly #retentionMs: number;
  readonly #sessionsMax: number;
  readonly #now: () => number;
  /** Session → when to forget it; the first to be forgotten stands first. */
  readonly #forgetAt = new Map<string, number>();
  /** Forgotten before their time. */
  overflows = 0;

  /** @param now monotonic milliseconds */
  constructor(retentionMs: number, sessionsMax: number, now: () => number = () => performance.now()) {
    this.#retentionMs = retentionMs;
    this.#sessionsMax = sessionsMax;
    this.#now = now;
  }

  get size(): number {
    return this.#forgetAt.size;
  }

  has(sessionId: string): boolean {
    return this.#forgetAt.has(sessionId);
  }

  add(sessionId: string): void {
    this.forgetOld();
    this.#forgetAt.delete(sessionId);
    if (this.#forgetAt.size >= this.#sessionsMax) {
      this.overflows++;
      this.#forgetAt.delete(this.#forgetAt.keys().next().value as string);
    }
    this.#forgetAt.set(sessionId, this.#now() + this.#retentionMs);
  }

  forgetOld(): void {
    const now = this.#now();
    for (const [sessionId, forgetAt] of this.#forgetAt) {
      if (forgetAt > now) return;
      this.#forgetAt.delete(sessionId);
    }
  }
}
