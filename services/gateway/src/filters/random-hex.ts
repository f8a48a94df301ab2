import { randomFillSync } from 'node:crypto';

const bytes = Buffer.allocUnsafe(32_768);
/** What is made text at a time. A part of a text keeps all of it in memory, also once the rest is used. */
const textBytes = 256;
let nextByte = bytes.length;
let text = '';
let at = 0;

/** @param digits even, 64 at most. From the system's generator, which is asked once for many. */
export function randomHex(digits: number): string {
  if (at + digits > text.length) {
    if (nextByte === bytes.length) {
      randomFillSync(bytes);
      nextByte = 0;
    }
    text = bytes.toString('hex', nextByte, nextByte + textBytes);
    nextByte += textBytes;
    at = 0;
  }
  at += digits;
  return text.slice(at - digits, at);
}
