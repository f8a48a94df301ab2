import { randomFillSync } from 'node:crypto';

const bytes = Buffer.allocUnsafe(32_768);
let pool = '';
let at = 0;

/** @param digits even, 64 at most. From the system's generator, which is asked once for many. */
export function randomHex(digits: number): string {
  if (at + digits > pool.length) {
    pool = randomFillSync(bytes).toString('hex');
    at = 0;
  }
  at += digits;
  return pool.slice(at - digits, at);
}
