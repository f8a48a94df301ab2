import type { AppContext } from '@outlay/service-kit/route.ts';

export interface BrowserCookie {
  readonly name: string;
  readonly value: string;
  /** The only paths that get it. */
  readonly path: string;
  /** 0 takes the cookie away. */
  readonly seconds: number;
}

/** Set-Cookie for a browser: no script reads it and no other site's request carries it. */
export function browserCookie(ctx: AppContext, { name, value, path, seconds }: BrowserCookie): string {
  // The gateway's word; it is the only caller and has proven itself.
  const isHttps = ctx.get('x-forwarded-proto').split(',')[0]?.trim() === 'https';
  const attributes = [`Path=${path}`, `Max-Age=${seconds}`, 'HttpOnly', 'SameSite=Strict'];
  return [`${name}=${value}`, ...attributes, ...(isHttps ? ['Secure'] : [])].join('; ');
}
