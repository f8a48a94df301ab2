/**
 * What a memory that is full looks for before it lets a newcomer take another's place: whether it comes a second time,
 * before too many others. In place of the newcomer only a number is kept, which makes no garbage.
 */
export class SeenOnce {
  readonly #sums: Int32Array;

  /** @param slots a power of two: the number last seen in each is kept */
  constructor(slots: number) {
    this.#sums = new Int32Array(slots);
  }

  /** @param sum a whole number of 32 bits, made of what is seen */
  comesAgain(sum: number): boolean {
    const slot = slotOf(sum, this.#sums.length);
    if (this.#sums[slot] === sum) return true;
    this.#sums[slot] = sum;
    return false;
  }
}

/** @param slots a power of two */
export const slotOf = (sum: number, slots: number): number => (sum ^ (sum >>> 11)) & (slots - 1);
