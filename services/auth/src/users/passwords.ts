import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { hash, verify } from '@node-rs/argon2';
import { Unavailable } from '@outlay/service-kit/problem.ts';
import type { AuthMetrics } from '../auth-metrics.ts';
import { boundedConcurrency } from './bounded-concurrency.ts';

export interface Passwords {
  hash(password: string): Promise<string>;
  /** @param hashed undefined for a user who does not exist: takes as long and is never right */
  verify(password: string, hashed: string | undefined): Promise<boolean>;
}

/** argon2id as the OWASP Password Storage Cheat Sheet has it: 19 MiB, 2 passes, 1 lane. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Three of libuv's four threads at most: the fourth stays free for files and name look-ups. */
const atOnceDefault = Math.min(3, availableParallelism());
/** A second or two of work: who would wait longer is better told to come again. */
const waitingMaxDefault = 50;

/** Hashes and verifies with bounded memory: a storm of logins must not exhaust the process. */
export function createPasswords(
  metrics: AuthMetrics,
  { atOnce = atOnceDefault, waitingMax = waitingMaxDefault } = {},
): Passwords {
  const inTurn = boundedConcurrency(
    atOnce,
    waitingMax,
    () => new Unavailable('Too many people are logging in at this moment.'),
  );
  const timed = <T>(operation: 'hash' | 'verify', work: () => Promise<T>): Promise<T> =>
    inTurn(async () => {
      const stop = metrics.passwordHash.startTimer({ operation });
      try {
        return await work();
      } finally {
        stop();
      }
    });
  return {
    hash: (password) => timed('hash', () => hash(normalized(password), cost)),
    verify: (password, hashed = nobodysHash) => timed('verify', () => verify(hashed, normalized(password))),
  };
}

/** The same letters by whatever keyboard are the same password (NIST SP 800-63B § 5.1.1.2). */
const normalized = (password: string): string => password.normalize('NFKC');

/** Of the form and cost of a real hash, but the hash of no known password. */
const nobodysHash = ['', 'argon2id', 'v=19', 'm=19456,t=2,p=1', phcBase64(16), phcBase64(32)].join('$');

function phcBase64(bytes: number): string {
  return randomBytes(bytes).toString('base64').replaceAll('=', '');
}
