import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import type { AdminConfig } from '../bootstrap/bootstrap-schema.ts';

/**
 * Why a request is not let in; undefined where it is. What may be seen and done here is for those who run the gateway:
 * they come from the addresses that are named, which are the pod's own unless configured.
 */
export function refusalOf(
  { socket, headers }: IncomingMessage,
  allowFrom: AdminConfig['allow_from'],
): string | undefined {
  const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  if (!isWithin(address, allowFrom)) return 'only from the addresses of admin.allow_from';
  // A browser on an operator's machine also runs other people's pages. These can send requests to a forwarded port, and
  // after a change of their name's address (DNS rebinding) read the answers: under their own name, or as cross-site.
  const host = headers.host?.replace(/:\d+$/, '').replace(/^\[|\]$/g, '') ?? '';
  if (host !== 'localhost' && isIP(host) === 0) return 'only by address or as localhost';
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return 'not for other sites';
  if (headers.origin !== undefined && headers.origin !== `http://${headers.host}`) return 'not for other sites';
  return undefined;
}

function isWithin(address: string, ranges: readonly string[]): boolean {
  const list = new BlockList();
  for (const range of ranges) {
    const [net = '', bits] = range.split('/');
    list.addSubnet(net, Number(bits), isIP(net) === 6 ? 'ipv6' : 'ipv4');
  }
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
