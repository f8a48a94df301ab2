import { Refresh, Session } from '@outlay/contracts/auth.ts';
import { type Route, route } from '@outlay/service-kit/route.ts';
import type { AuthParts } from '../auth-parts.ts';
import { SessionEnded } from '../problems.ts';
import { readRefreshCookie } from './refresh-cookie.ts';

export const refresh = ({ users, sessions, answerSession, metrics }: AuthParts): Route =>
  route({
    method: 'post',
    path: '/api/v1/auth/refresh',
    summary: 'Exchange a refresh token for an access token and the next refresh token',
    description:
      'Each refresh token is good for one exchange. The one just replaced gets the same answer again for 10 seconds ' +
      '(a lost answer, two tabs); an older one ends the session, since two parties hold it. A token that came as a ' +
      'cookie is only handed over as a cookie, out of reach of scripts.',
    tag: 'Accounts',
    user: 'none',
    body: Refresh,
    success: { 200: Session },
    problems: [SessionEnded],
    async handle({ body, ctx, log }) {
      const cookie = body.delivery === 'cookie' ? readRefreshCookie(ctx) : undefined;
      const rotation = await sessions.rotate(cookie ?? body.refreshToken);
      if (rotation.outcome === 'reused')
        log.warn({ sessionId: rotation.sessionId }, 'an old refresh token was used again: session ended');
      if (rotation.outcome === 'reused' || rotation.outcome === 'refused') {
        metrics.refresh(rotation.outcome);
        throw new SessionEnded();
      }

      const { session } = rotation;
      const account = await users.findById(session.userId);
      // Asked again where it differs: the session may have changed the password itself a moment ago.
      const isCurrent =
        account?.passwordVersion === session.passwordVersion ||
        account?.passwordVersion === (await sessions.passwordVersion(session.id));
      if (!account || !isCurrent) {
        await sessions.revoke(session.id);
        metrics.refresh('refused');
        throw new SessionEnded();
      }
      metrics.refresh(rotation.outcome);
      return answerSession(200, { ctx, user: account.user, session, delivery: body.delivery });
    },
  });
