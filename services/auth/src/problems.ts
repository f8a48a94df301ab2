import { Problem } from '@outlay/service-kit/problem.ts';

const bearer = { 'www-authenticate': 'Bearer' };

/**
 * Registering tells whether an address has an account. Hiding it would need a mail to every address that is typed, and
 * would leave a person who forgot their account without a clue.
 */
export class EmailTaken extends Problem {
  static override readonly code = 'email-taken';
  static override readonly status = 409;
  static override readonly title = 'The e-mail address is taken';
  constructor() {
    super('There is an account with this address: log in instead.', {
      errors: [{ pointer: '#/email', detail: 'has an account already' }],
    });
  }
}

/** One answer for a wrong password and for an unknown address. */
export class WrongCredentials extends Problem {
  static override readonly code = 'wrong-credentials';
  static override readonly status = 401;
  static override readonly title = 'Wrong address or password';
  constructor() {
    super('No account has this address and password.', { headers: bearer });
  }
}

/** No token, a made-up one, one of a session that has ended, one that was used before: a client can only log in again. */
export class SessionEnded extends Problem {
  static override readonly code = 'session-ended';
  static override readonly status = 401;
  static override readonly title = 'The session has ended';
  constructor() {
    super('The refresh token is not valid (any more): log in again.', { headers: bearer });
  }
}

export class WrongPassword extends Problem {
  static override readonly code = 'wrong-password';
  static override readonly status = 422;
  static override readonly title = 'The current password is wrong';
  constructor() {
    super('Nothing was changed.', {
      errors: [{ pointer: '#/password/current', detail: 'is not your current password' }],
    });
  }
}

/** Of an address with an account and of one without. */
export class TooManyAttempts extends Problem {
  static override readonly code = 'too-many-attempts';
  static override readonly status = 429;
  static override readonly title = 'Too many wrong passwords';
  constructor(waitSeconds: number) {
    const minutes = Math.ceil(waitSeconds / 60);
    const [count, unit] = waitSeconds < 60 ? [waitSeconds, 'second'] : [minutes, 'minute'];
    super(`Too many wrong passwords in a row. Try again in ${count} ${unit}${count === 1 ? '' : 's'}.`, {
      headers: { 'retry-after': String(waitSeconds) },
    });
  }
}
