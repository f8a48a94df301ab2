import { Login, Session } from '@outlay/contracts/auth.ts';
import { type Route, route } from '@outlay/service-kit/route.ts';
import type { AuthParts } from '../auth-parts.ts';
import { TooManyAttempts, WrongCredentials } from '../problems.ts';

export const login = ({ users, sessions, passwords, attempts, devices, answerSession, metrics }: AuthParts): Route =>
  route({
    method: 'post',
    path: '/api/v1/auth/login',
    summary: 'Log in',
    tag: 'Accounts',
    user: 'none',
    body: Login,
    success: { 200: Session },
    problems: [WrongCredentials, TooManyAttempts],
    async handle({ body, ctx, log }) {
      const account = await users.findByEmail(body.email);
      const device = devices.recognise(ctx, body.email);
      // Also without an account, so that neither the time nor the limit tells who has one.
      const isRight = await attempts
        .judge(device ? `${body.email} ${device}` : body.email, () =>
          passwords.verify(body.password, account?.passwordHash),
        )
        .catch((error) => {
          if (error instanceof TooManyAttempts) metrics.login('too_many_attempts');
          throw error;
        });
      if (!account || !isRight) {
        metrics.login(account ? 'wrong_password' : 'unknown_address');
        throw new WrongCredentials();
      }
      const { passwordVersion } = account;
      const session = await sessions.open({ userId: account.user.id, passwordVersion });
      // Where the password has changed while it was verified the session is stillborn, and gets no token to live on by.
      if ((await users.findById(account.user.id))?.passwordVersion !== passwordVersion) {
        await sessions.revoke(session.id);
        metrics.login('wrong_password');
        throw new WrongCredentials();
      }
      await sessions.endOldest(account.user.id);
      metrics.login('succeeded');
      log.info({ userId: account.user.id, sessionId: session.id }, 'logged in');
      return answerSession(200, {
        ctx,
        user: account.user,
        session,
        delivery: body.delivery,
        device: devices.cookie(ctx, body.email),
      });
    },
  });
