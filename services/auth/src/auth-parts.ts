import type { UserTokenSettings } from '@outlay/identity/user-token.ts';
import type { Log } from '@outlay/service-kit/log.ts';
import { ensureCollections } from '@outlay/service-kit/mongo.ts';
import type { Connection } from 'mongoose';
import type { Registry } from 'prom-client';
import { type AuthMetrics, createAuthMetrics } from './auth-metrics.ts';
import { createKeyRing, type KeyRing } from './keys/key-ring.ts';
import { createKeyStore, type SignatureAlgorithm } from './keys/key-store.ts';
import { createSessionAnswer, type SessionAnswer } from './sessions/answer-session.ts';
import { createKnownDevices, type KnownDevices } from './sessions/known-devices.ts';
import { createSessionEnds, type SessionEnds } from './sessions/session-ends.ts';
import { createSessionStore, type SessionStore } from './sessions/session-store.ts';
import { createPasswordAttempts, type PasswordAttempts } from './users/password-attempts.ts';
import { createPasswords, type Passwords } from './users/passwords.ts';
import { createUserStore, type UserStore } from './users/user-store.ts';

export interface AuthOptions {
  /** May be unconnected where only the routes are wanted. */
  connection: Connection;
  userTokens: UserTokenSettings;
  accessTokenSeconds: number;
  algorithm: SignatureAlgorithm;
  keyEncryptionKey: Buffer;
  keyRotationHours: number;
  /** Default: 15 minutes. */
  keyPublishAheadSeconds?: number;
  unreadableKeys?: 'refuse' | 'replace';
  /** How many passwords are hashed at once, and how many wait for it; see `createPasswords` for what is right. */
  hashing?: { atOnce: number; waitingMax: number };
  registry: Registry;
  log: Log;
  now?: () => number;
}

/** What the routes stand on. */
export interface AuthParts {
  connection: Connection;
  userTokens: UserTokenSettings;
  users: UserStore;
  sessions: SessionStore;
  sessionEnds: SessionEnds;
  passwords: Passwords;
  attempts: PasswordAttempts;
  devices: KnownDevices;
  keys: KeyRing;
  answerSession: SessionAnswer;
  metrics: AuthMetrics;
  now: () => number;
  /** Makes indexes and the first key where they are missing, and keeps the keys rotating. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Puts the parts together; nothing is read or written before `start`. */
export function createAuthParts(options: AuthOptions): AuthParts {
  const { connection, userTokens, accessTokenSeconds, registry, log, now = Date.now } = options;
  const metrics = createAuthMetrics(registry);
  const users = createUserStore(connection);
  const sessions = createSessionStore(connection, now);
  const sessionEnds = createSessionEnds({ sessions, tokenSeconds: accessTokenSeconds, registry, now });
  const attempts = createPasswordAttempts(connection, { secret: options.keyEncryptionKey, now });
  const keyStore = createKeyStore(connection);
  const keys = createKeyRing({
    store: keyStore,
    keyEncryptionKey: options.keyEncryptionKey,
    algorithm: options.algorithm,
    unreadable: options.unreadableKeys ?? 'refuse',
    rotationMs: options.keyRotationHours * 3_600_000,
    publishedAheadMs: (options.keyPublishAheadSeconds ?? 900) * 1_000,
    registry,
    log,
    now,
  });
  return {
    connection,
    userTokens,
    users,
    sessions,
    sessionEnds,
    passwords: createPasswords(metrics, options.hashing),
    attempts,
    devices: createKnownDevices(options.keyEncryptionKey),
    keys,
    answerSession: createSessionAnswer(keys, { ...userTokens, lifeSeconds: accessTokenSeconds }, now),
    metrics,
    now,
    async start() {
      await ensureCollections([users.model, sessions.model, attempts.model, keyStore.model]);
      await keys.start();
    },
    async stop() {
      await keys.stop();
      sessionEnds.close();
      await sessionEnds.closed();
    },
  };
}
