import { readBytesMax } from '../http1/read-memory.ts';
import { giveSlab, takeSlab } from '../http1/slabs.ts';

/** What has been sent of a body, as long as it may have to be sent again. */
export class KeptBody {
  #slab: Buffer | undefined;
  #memory: Buffer;
  #length: number;

  /** @param chunk the first of it: of most bodies all there is */
  constructor(chunk: Buffer) {
    this.#length = chunk.length;
    this.#memory = this.#room(chunk.length);
    chunk.copy(this.#memory);
  }

  get bytes(): Buffer {
    return this.#memory.subarray(0, this.#length);
  }

  add(chunk: Buffer): void {
    const length = this.#length + chunk.length;
    if (length > this.#memory.length) this.#grow(length);
    chunk.copy(this.#memory, this.#length);
    this.#length = length;
  }

  /** Nothing of it is needed any more. */
  release(): void {
    if (this.#slab) giveSlab(this.#slab);
    this.#slab = undefined;
  }

  #grow(length: number): void {
    const before = this.#memory;
    const slab = this.#slab;
    this.#memory = this.#room(Math.max(length, 2 * before.length));
    before.copy(this.#memory, 0, 0, this.#length);
    if (slab) giveSlab(slab);
  }

  #room(length: number): Buffer {
    this.#slab = length > Buffer.poolSize / 2 && length <= readBytesMax ? takeSlab() : undefined;
    return this.#slab ?? Buffer.allocUnsafe(length);
  }
}
