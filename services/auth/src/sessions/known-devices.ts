import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { AppContext } from '@outlay/service-kit/route.ts';
import { browserCookie } from './browser-cookie.ts';

const name = 'outlay_device';
const lifeSeconds = 365 * 86_400;

export type KnownDevices = ReturnType<typeof createKnownDevices>;

/**
 * Browsers that have logged in to an account before: strangers who guess at it must not keep its owner out of them. Each has a
 * cookie that proves no more than that (OWASP, "Slow Down Online Guessing Attacks with Device Cookies").
 * @param secret the same for all replicas
 */
export function createKnownDevices(secret: Buffer) {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'known devices', 32));
  const proofOf = (device: string, email: string) =>
    createHmac('sha256', key).update(`${device} ${email.toLowerCase()}`).digest();

  return {
    /** @returns the browser's own id, where it has logged in by this address before */
    recognise(ctx: AppContext, email: string): string | undefined {
      const [device = '', text = ''] = ctx.cookies.get(name)?.split('.') ?? [];
      const proof = Buffer.from(text, 'base64url');
      const expected = proofOf(device, email);
      return proof.length === expected.length && timingSafeEqual(proof, expected) ? device : undefined;
    },

    /** Set-Cookie for a browser that has just proven the password. */
    cookie(ctx: AppContext, email: string): string {
      const device = randomBytes(16).toString('base64url');
      const value = `${device}.${proofOf(device, email).toString('base64url')}`;
      return browserCookie(ctx, { name, value, path: '/api/v1/auth/login', seconds: lifeSeconds });
    },
  };
}
