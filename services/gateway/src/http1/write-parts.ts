import type { Socket } from 'node:net';
import { readBytesMax } from './read-memory.ts';
import { giveSlab, slabBytes, takeSlab } from './slabs.ts';

/** Up to this it leaves as text, of which Node makes no object outside of the heap; Latin-1 is bytes as they are. */
const textBytesMax = 8_192;

/**
 * Writes `before`, `bytes` and `after` as one. What may have been read just now is copied, so that it needs to be valid no
 * longer than this call: into memory that is used again once the system has taken it.
 */
export function writeParts(socket: Socket, before: string, bytes: Buffer, after: string): void {
  const length = before.length + bytes.length + after.length;
  if (length <= textBytesMax) socket.write(before + bytes.toString('latin1') + after, 'latin1');
  else if (length <= slabBytes) writeCopy(socket, before, bytes, after, length);
  else {
    socket.cork();
    socket.write(before, 'latin1');
    socket.write(bytes.length > readBytesMax ? bytes : Buffer.from(bytes));
    socket.write(after, 'latin1');
    socket.uncork();
  }
}

function writeCopy(socket: Socket, before: string, bytes: Buffer, after: string, length: number): void {
  const slab = takeSlab();
  const all = slab?.subarray(0, length) ?? Buffer.allocUnsafeSlow(length);
  all.write(before, 'latin1');
  bytes.copy(all, before.length);
  all.write(after, before.length + bytes.length, 'latin1');
  if (slab) socket.write(all, () => giveSlab(slab));
  else socket.write(all);
}
