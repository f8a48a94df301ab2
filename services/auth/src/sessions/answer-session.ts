import type { Session, User } from '@outlay/contracts/auth.ts';
import { issueUserToken, type UserTokenSettings } from '@outlay/identity/user-token.ts';
import { type AppContext, type Reply, reply } from '@outlay/service-kit/route.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import { refreshCookie } from './refresh-cookie.ts';
import type { OpenSession } from './session-store.ts';

export interface AccessTokenSettings extends UserTokenSettings {
  /** 600 at most. */
  lifeSeconds: number;
}

interface Opened {
  ctx: AppContext;
  user: User;
  session: OpenSession;
  delivery: 'cookie' | 'body';
  /** Set-Cookie beside the refresh token's, for a browser. */
  device?: string;
}

export type SessionAnswer = (status: number, opened: Opened) => Reply;

/** The answer to register, login and refresh: an access token, and the refresh token where the client wants it. */
export function createSessionAnswer(keys: KeyRing, settings: AccessTokenSettings, now: () => number): SessionAnswer {
  return (status, { ctx, user, session, delivery, device }) => {
    const claims = { userId: user.id, sessionId: session.id, lifeSeconds: settings.lifeSeconds, now: now() };
    const body: Session = {
      accessToken: issueUserToken(keys.signingKey(), settings, claims),
      tokenType: 'Bearer',
      expiresIn: settings.lifeSeconds,
      ...(delivery === 'body' && { refreshToken: session.refreshToken }),
      user,
    };
    if (delivery === 'body') return reply(status, body);
    const seconds = Math.round((session.expiresAt.getTime() - now()) / 1_000);
    const cookies = [refreshCookie(ctx, session.refreshToken, seconds), ...(device ? [device] : [])];
    return reply(status, body, { 'set-cookie': cookies });
  };
}
