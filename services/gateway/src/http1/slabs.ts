import { readBytesMax } from './read-memory.ts';

/** Room for all that is read at once, and a head before it. */
export const slabBytes = readBytesMax + 8_192;
/** What more is needed at a time is left to the garbage collector. */
const slabsMax = 64;

const free: Buffer[] = [];
let made = 0;

/**
 * Memory for what is copied out of a read, to be given back: what lies outside of the heap makes the collector run by its
 * bytes, however short its life. @returns undefined where all is lent
 */
export function takeSlab(): Buffer | undefined {
  if (free.length > 0 || made >= slabsMax) return free.pop();
  made++;
  return Buffer.allocUnsafeSlow(slabBytes);
}

export function giveSlab(slab: Buffer): void {
  free.push(slab);
}
