import { Registration, Session } from '@outlay/contracts/auth.ts';
import { inTransaction } from '@outlay/service-kit/mongo.ts';
import { type Route, route } from '@outlay/service-kit/route.ts';
import type { AuthParts } from '../auth-parts.ts';
import { EmailTaken } from '../problems.ts';
import { personName } from './person-name.ts';

export const register = ({
  connection,
  users,
  sessions,
  passwords,
  devices,
  answerSession,
  metrics,
  now,
}: AuthParts): Route =>
  route({
    method: 'post',
    path: '/api/v1/auth/register',
    summary: 'Make an account and log in',
    tag: 'Accounts',
    user: 'none',
    body: Registration,
    success: { 201: Session },
    problems: [EmailTaken],
    async handle({ body, ctx, log }) {
      const name = personName(body.name);
      const passwordHash = await passwords.hash(body.password);
      try {
        // Together: an account whose first answer failed could not be registered again.
        const { user, session } = await inTransaction(connection, async (transaction) => {
          const added = { email: body.email, name, passwordHash, createdAt: new Date(now()) };
          const { user, passwordVersion } = await users.add(added, transaction);
          return { user, session: await sessions.open({ userId: user.id, passwordVersion }, transaction) };
        });
        metrics.registration('succeeded');
        log.info({ userId: user.id, sessionId: session.id }, 'registered');
        const device = devices.cookie(ctx, body.email);
        return answerSession(201, { ctx, user, session, delivery: body.delivery, device });
      } catch (error) {
        if (error instanceof EmailTaken) metrics.registration('taken');
        throw error;
      }
    },
  });
