import type { AppContext } from '@outlay/service-kit/route.ts';

const name = 'outlay_refresh';

/** The refresh token of a browser. */
export const readRefreshCookie = (ctx: AppContext): string | undefined => ctx.cookies.get(name);

/**
 * Set-Cookie for a browser: no script reads it, no other site's request carries it, and only this service's paths get it.
 * @param seconds 0 takes the cookie away
 */
export function refreshCookie(ctx: AppContext, token: string, seconds: number): string {
  // The gateway's word; it is the only caller and has proven itself.
  const isHttps = ctx.get('x-forwarded-proto').split(',')[0]?.trim() === 'https';
  const attributes = ['Path=/api/v1/auth', `Max-Age=${seconds}`, 'HttpOnly', 'SameSite=Strict'];
  return [`${name}=${token}`, ...attributes, ...(isHttps ? ['Secure'] : [])].join('; ');
}
