import { User, UserPatch } from '@outlay/contracts/auth.ts';
import { inTransaction } from '@outlay/service-kit/mongo.ts';
import { Unauthenticated } from '@outlay/service-kit/problem.ts';
import { type AuthenticatedUser, type Route, reply, route } from '@outlay/service-kit/route.ts';
import type { AuthParts } from '../auth-parts.ts';
import { TooManyAttempts, WrongPassword } from '../problems.ts';
import { personName } from './person-name.ts';
import type { Account } from './user-store.ts';

const path = '/api/v1/auth/me';
const gone = () => new Unauthenticated('The user of this token does not exist any more.');

export const me = ({ users }: AuthParts): Route =>
  route({
    method: 'get',
    path,
    summary: 'Who am I?',
    tag: 'Accounts',
    success: { 200: User },
    async handle({ user }) {
      const account = await users.findById(user.id);
      if (!account) throw gone();
      return reply(200, account.user);
    },
  });

export const changeMe = (parts: AuthParts): Route =>
  route({
    method: 'patch',
    path,
    summary: 'Change my name or password',
    tag: 'Accounts',
    body: UserPatch,
    success: { 200: User },
    problems: [WrongPassword, TooManyAttempts],
    async handle({ user, body, log }) {
      const name = body.name === undefined ? undefined : personName(body.name);
      if (!body.password) {
        const account = await parts.users.change(user.id, { name });
        if (!account) throw gone();
        return reply(200, account.user);
      }
      const account = await changePassword(parts, user, { name, ...body.password });
      log.info({ userId: user.id, sessionId: user.sessionId }, 'password changed: other sessions ended');
      return reply(200, account.user);
    },
  });

async function changePassword(
  { connection, users, sessions, passwords, attempts }: AuthParts,
  { id, sessionId }: AuthenticatedUser,
  change: { name: string | undefined; current: string; new: string },
): Promise<Account> {
  const account = await users.findById(id);
  if (!account) throw gone();
  // Counted by session: neither strangers who guess at the login nor a thief who has another session keep the owner from it.
  const isRight = await attempts.judge(`change ${sessionId}`, () =>
    passwords.verify(change.current, account.passwordHash),
  );
  if (!isRight) throw new WrongPassword();
  const password = { hash: await passwords.hash(change.new), expectedVersion: account.passwordVersion };
  return inTransaction(connection, async (transaction) => {
    const changed = await users.change(id, { name: change.name, password }, transaction);
    if (!changed) throw new WrongPassword(); // somebody else changed it while we hashed
    await sessions.keepOnly({ id: sessionId, userId: id, passwordVersion: changed.passwordVersion }, transaction);
    return changed;
  });
}
