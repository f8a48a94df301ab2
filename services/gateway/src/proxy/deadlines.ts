/** Something that may have waited too long. */
export interface Timed {
  /** @param now as performance.now() gives it */
  checkTime(now: number): void;
}

const tickMs = 100;

/**
 * One timer for all that is under way, instead of several for each request: every 100 ms each is asked whether it has
 * waited too long. Time-outs are thus up to 100 ms late, which none of them minds.
 */
export class Deadlines {
  readonly #timed = new Set<Timed>();
  #timer: NodeJS.Timeout | undefined;

  add(timed: Timed): void {
    this.#timed.add(timed);
    // Judged only once what has arrived is read: after a pause of the whole process, all timers are due before any socket.
    this.#timer ??= setInterval(() => setImmediate(() => this.#tick()), tickMs).unref();
  }

  delete(timed: Timed): void {
    this.#timed.delete(timed);
  }

  /** What is under way now. */
  get size(): number {
    return this.#timed.size;
  }

  [Symbol.iterator](): IterableIterator<Timed> {
    return this.#timed.values();
  }

  #tick(): void {
    if (this.#timed.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    const now = performance.now();
    for (const timed of this.#timed) timed.checkTime(now);
  }
}
