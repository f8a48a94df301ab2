import type { RequestHead } from '../filters/request-head.ts';

/**
 * Says to the service where the request came from. A client's own X-Forwarded-* are believed only as far as proxies of
 * ours have written them: the last `trustedHops` entries (Envoy: xff_num_trusted_hops).
 * @param peer the address of who has sent it to us
 */
export function forwardedLines(head: RequestHead, peer: string, scheme: string, trustedHops: number): string {
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
export function clientAddressOf({ forwardedFor }: RequestHead, peer: string, trustedHops: number): string {
  const seen = trustedHops > 0 ? forwardedFor?.split(',').at(-trustedHops)?.trim() : undefined;
  return seen || peer;
}
