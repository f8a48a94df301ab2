import { Logout } from '@outlay/contracts/auth.ts';
import { type Route, reply, route } from '@outlay/service-kit/route.ts';
import type { AuthParts } from '../auth-parts.ts';
import { readRefreshCookie, refreshCookie } from './refresh-cookie.ts';

export const logout = ({ sessions }: AuthParts): Route =>
  route({
    method: 'post',
    path: '/api/v1/auth/logout',
    summary: 'End the session of a refresh token',
    description: 'Access tokens of the session are refused within a second.',
    tag: 'Accounts',
    user: 'none',
    body: Logout,
    success: { 204: null },
    async handle({ body, ctx }) {
      await sessions.close(body.refreshToken);
      await sessions.close(readRefreshCookie(ctx));
      return reply(204, undefined, { 'set-cookie': refreshCookie(ctx, '', 0) });
    },
  });
