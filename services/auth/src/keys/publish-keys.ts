import { JwkSet } from '@outlay/contracts/auth.ts';
import { type Route, reply, route } from '@outlay/service-kit/route.ts';
import type { AuthParts } from '../auth-parts.ts';

export const publishKeys = ({ keys }: AuthParts): Route =>
  route({
    method: 'get',
    path: '/.well-known/jwks.json',
    summary: 'The public keys that access tokens are verified by',
    description: 'A key stands here a while before it signs and as long as a token signed by it may live.',
    tag: 'Accounts',
    user: 'none',
    success: { 200: JwkSet },
    handle: async () => reply(200, await keys.publicKeys(), { 'cache-control': 'public, max-age=300' }),
  });
