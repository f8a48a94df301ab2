import { RequestHead } from '../filters/request-head.ts';
import { readFields } from '../http1/message-parser.ts';
import { SeenOnce, slotOf } from '../http1/seen-once.ts';

const slots = 2_048;
/** Longer ones are read each time. */
const lengthMax = 2_048;
/** How many bytes of a head its slot is made of; tokens, which tell users apart, make up most of a head. */
const probes = 24;

/**
 * Heads as they were read lately. What a client says of itself stays the same from request to request but for the first
 * line, which HTTP/2 makes use of too (HPACK): one comparison instead of reading it all again, or even making text of it. A
 * slot is found by some of the bytes; what it holds counts only where all of them are the same. A head that finds its slot
 * taken gets it when it comes again before another one asks: those that come once make no garbage that has grown old.
 */
export class KnownHeads {
  readonly #known: (RequestHead | undefined)[] = new Array(slots).fill(undefined);
  readonly #lengths = new Uint16Array(slots);
  readonly #refused = new SeenOnce(slots);
  /** What they were read from, slot after slot. */
  readonly #bytes = Buffer.allocUnsafeSlow(slots * lengthMax);
  readonly #fieldsMax: number;

  constructor(fieldsMax: number) {
    this.#fieldsMax = fieldsMax;
  }

  /** Reads the lines of a head without the first, which stand in `bytes` from `from` to `to`. @throws {ProtocolError} */
  read(bytes: Buffer, from: number, to: number): RequestHead {
    const length = to - from;
    const sum = sumOf(bytes, from, to);
    const slot = slotOf(sum, slots);
    const at = slot * lengthMax;
    const known = this.#known[slot];
    if (known && this.#lengths[slot] === length && this.#bytes.compare(bytes, from, to, at, at + length) === 0)
      return known;
    const head = new RequestHead(readFields(bytes.toString('latin1', from, to), 0), this.#fieldsMax);
    if (length > lengthMax || (known && !this.#refused.comesAgain(sum))) return head;
    this.#known[slot] = head;
    this.#lengths[slot] = length;
    bytes.copy(this.#bytes, at, from, to);
    return head;
  }
}

function sumOf(bytes: Buffer, from: number, to: number): number {
  let sum = to - from;
  const step = Math.max(1, Math.floor(sum / probes));
  for (let i = to - 1; i >= from; i -= step) sum = (sum * 31 + (bytes[i] as number)) | 0;
  return sum;
}
