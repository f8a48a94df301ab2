import type { Socket } from 'node:net';
import type { RequestHead } from '../filters/request-head.ts';

/**
 * Says to the service where the request came from. A client's own X-Forwarded-* are believed only as far as proxies of
 * ours have written them: the last `trustedHops` entries (Envoy: xff_num_trusted_hops).
 */
export function forwardedLines(head: RequestHead, socket: Socket, scheme: string, trustedHops: number): string {
  const peer = addressOf(socket);
  const chain =
    trustedHops > 0 && head.forwardedFor !== undefined
      ? [...head.forwardedFor.split(',').slice(-trustedHops), peer].map((entry) => entry.trim()).join(', ')
      : peer;
  const host = head.host === '' ? '' : `x-forwarded-host: ${head.host}\r\n`;
  return `x-forwarded-for: ${chain}\r\nx-forwarded-proto: ${scheme}\r\n${host}`;
}

/** The scheme as the client used it, as far as it can be known. */
export function schemeOf(head: RequestHead, trustedHops: number, isTls: boolean): 'http' | 'https' {
  if (trustedHops > 0 && head.forwardedProto !== undefined)
    return head.forwardedProto.toLowerCase() === 'https' ? 'https' : 'http';
  return isTls ? 'https' : 'http';
}

/** The client's address: the peer's, or what the outermost of our proxies has seen (Envoy: xff_num_trusted_hops). */
export function clientAddressOf({ forwardedFor }: RequestHead, socket: Socket, trustedHops: number): string {
  const seen = trustedHops > 0 ? forwardedFor?.split(',').at(-trustedHops)?.trim() : undefined;
  return seen || addressOf(socket);
}

/** The peer's address, IPv4 as such also on a socket that speaks both. */
function addressOf(socket: Socket): string {
  const address = socket.remoteAddress ?? '';
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}
