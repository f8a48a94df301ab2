import type { AppContext } from '@outlay/service-kit/route.ts';
import { browserCookie } from './browser-cookie.ts';

const name = 'outlay_refresh';

/** The refresh token of a browser. */
export const readRefreshCookie = (ctx: AppContext): string | undefined => ctx.cookies.get(name);

/** @param seconds 0 takes the cookie away */
export const refreshCookie = (ctx: AppContext, token: string, seconds: number): string =>
  browserCookie(ctx, { name, value: token, path: '/api/v1/auth', seconds });
