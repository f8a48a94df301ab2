import { type OnReadOpts, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** Of one socket, at once. */
export const readBytesMax = 65_536;

/**
 * What comes by any socket lies here until something else is read: whoever is told of bytes takes what they mean, or copies
 * them, before it returns. Else each read is an allocation of 64 KiB, which makes half of the price of large bodies.
 */
const memory = Buffer.allocUnsafeSlow(readBytesMax);

/** For `connect`. @param onBytes gets a view that is only valid until it returns */
export const intoMemory = (onBytes: (bytes: Buffer) => void): OnReadOpts => ({
  buffer: memory,
  callback(length) {
    onBytes(memory.subarray(0, length));
    return true;
  },
});

/** Of node:net, and not documented: the connection itself, as libuv has it. */
interface WithHandle {
  _handle?: { readonly useUserBuffer?: unknown } | null;
}

/**
 * The same for an accepted connection, for which Node has no option: its handle moves to a socket that is made with it
 * (decision 17). Where that cannot be done, and over TLS, the bytes come by `data`, each read in memory of its own.
 * @param accepted paused since it was accepted, so that nothing is read yet
 * @returns the socket to use from now on
 */
export function readIntoMemory(accepted: Socket, onBytes: (bytes: Buffer) => void): Socket {
  const handle = (accepted as WithHandle)._handle;
  if (accepted instanceof TLSSocket || typeof handle?.useUserBuffer !== 'function') {
    accepted.on('data', onBytes);
    return accepted.resume();
  }
  (accepted as WithHandle)._handle = null;
  const { allowHalfOpen } = accepted;
  const options: object = { handle, allowHalfOpen, onread: intoMemory(onBytes) };
  const socket = new Socket(options);
  socket.once('close', () => accepted.destroy()); // until then its server counts it
  return socket;
}
