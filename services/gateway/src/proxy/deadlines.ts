/** Something that may have waited too long. */
export interface Timed {
  /** @param now as performance.now() gives it */
  checkTime(now: number): void;
  /** Where `Deadlines` keeps it; -1 while it does not. */
  slot: number;
}

const tickMs = 100;

/**
 * One timer for all that is under way, instead of several for each request: every 100 ms each is asked whether it has
 * waited too long. Time-outs are thus up to 100 ms late, which none of them minds.
 *
 * Kept in slots that are used again. A Set throws its table away whenever it is full of what was deleted; the tables are old to
 * the garbage collector, and what stood in them counts as used until it next looks at all that is old.
 */
export class Deadlines {
  readonly #slots: (Timed | undefined)[] = [];
  readonly #free: number[] = [];
  #timer: NodeJS.Timeout | undefined;

  add(timed: Timed): void {
    timed.slot = this.#free.pop() ?? this.#slots.length;
    this.#slots[timed.slot] = timed;
    // Judged only once what has arrived is read: after a pause of the whole process, all timers are due before any socket.
    this.#timer ??= setInterval(() => setImmediate(() => this.#tick()), tickMs).unref();
  }

  delete(timed: Timed): void {
    if (timed.slot < 0) return;
    this.#slots[timed.slot] = undefined;
    this.#free.push(timed.slot);
    timed.slot = -1;
  }

  /** What is under way now. */
  get size(): number {
    return this.#slots.length - this.#free.length;
  }

  #tick(): void {
    if (this.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    const now = performance.now();
    for (const timed of this.#slots) timed?.checkTime(now);
  }
}
