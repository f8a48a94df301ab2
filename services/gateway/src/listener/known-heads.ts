import { RequestHead } from '../filters/request-head.ts';
import { readFields } from '../http1/message-parser.ts';

const slots = 2_048;
/** Longer ones are read each time: all slots together stay within a few MiB. */
const lengthMax = 2_048;
/** How many letters of a head its slot is made of; tokens, which tell users apart, make up most of a head. */
const probes = 24;

interface Known {
  readonly fields: string;
  readonly head: RequestHead;
}

/**
 * Heads as they were read lately. What a client says of itself stays the same from request to request but for the first
 * line, which HTTP/2 makes use of too (HPACK): one comparison instead of reading it all again. A slot is found by some of
 * the letters; what it holds counts only where all of them are the same.
 */
export class KnownHeads {
  readonly #known: (Known | undefined)[] = new Array(slots).fill(undefined);
  readonly #fieldsMax: number;

  constructor(fieldsMax: number) {
    this.#fieldsMax = fieldsMax;
  }

  /** @param fields the lines of a head without the first @throws {ProtocolError} */
  read(fields: string): RequestHead {
    if (fields.length > lengthMax) return new RequestHead(readFields(fields, 0), this.#fieldsMax);
    const slot = slotOf(fields);
    const known = this.#known[slot];
    if (known?.fields === fields) return known.head;
    const head = new RequestHead(readFields(fields, 0), this.#fieldsMax);
    this.#known[slot] = { fields, head };
    return head;
  }
}

function slotOf(text: string): number {
  let sum = text.length;
  const step = Math.max(1, Math.floor(text.length / probes));
  for (let i = text.length - 1; i >= 0; i -= step) sum = (sum * 31 + text.charCodeAt(i)) | 0;
  return (sum ^ (sum >>> 11)) & (slots - 1);
}
