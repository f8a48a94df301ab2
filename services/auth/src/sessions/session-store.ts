import { type ClientSession, type Connection, Schema, Types } from 'mongoose';
import {
  formatRefreshToken,
  hashSecret,
  newRefreshToken,
  newRotationSeed,
  parseRefreshToken,
  type RefreshToken,
  successorOf,
} from './refresh-token.ts';

interface SessionDocument {
  _id: Types.ObjectId;
  userId: Types.ObjectId;
  /** Of the user when this session last proved the password. */
  passwordVersion: number;
  familyHash: string;
  currentHash: string;
  /** Of the token that was last replaced, when that was, and from what its successor was made. */
  previousHash: string | null;
  rotatedAt: Date | null;
  rotationSeed: string | null;
  createdAt: Date;
  expiresAt: Date;
  revokedAt: Date | null;
}

const schema = new Schema<SessionDocument>(
  {
    userId: { type: Schema.Types.ObjectId, required: true },
    passwordVersion: { type: Number, required: true },
    familyHash: { type: String, required: true },
    currentHash: { type: String, required: true },
    previousHash: { type: String, default: null },
    rotatedAt: { type: Date, default: null },
    rotationSeed: { type: String, default: null },
    createdAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
    revokedAt: { type: Date, default: null },
  },
  { collection: 'sessions', versionKey: false },
);
/** MongoDB removes a session once it has expired. */
schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
/** All of one user's end with the password that opened them. */
schema.index({ userId: 1 });
/** What ended lately; of most sessions nothing. */
schema.index({ revokedAt: 1 }, { partialFilterExpression: { revokedAt: { $gt: new Date(0) } } });

/** However often it is refreshed, a session ends then: a stolen device does not stay logged in for ever. */
const lifeMs = 30 * 86_400_000;

/**
 * Of one user: a new password ends them in one transaction, and each gateway is told of each. A program that logs in every hour
 * needs three weeks to come so far.
 */
const sessionsMax = 500;

/** Longer than anybody has to be told of it, see session-ends.ts. */
const endedKeptMs = 3_600_000;

/**
 * The token just replaced still gets its successor for this long: the answer may have been lost, or two tabs may have
 * asked at once. Who steals a token and uses it inside these seconds is not noticed at once, but then two parties hold the
 * same successor, and the second to use it after the grace period ends the session.
 */
const graceMs = 10_000;

export interface OpenSession {
  readonly id: string;
  readonly userId: string;
  readonly passwordVersion: number;
  readonly refreshToken: string;
  readonly expiresAt: Date;
}

export type Rotation =
  | { readonly outcome: 'rotated' | 'retried'; readonly session: OpenSession }
  | { readonly outcome: 'reused'; readonly sessionId: string }
  | { readonly outcome: 'refused' };

export type SessionStore = ReturnType<typeof createSessionStore>;

/** Sessions; each is one document, so that every change of one is atomic by itself. */
export function createSessionStore(connection: Connection, now: () => number) {
  const sessions = connection.model('Session', schema);
  const ended = () => ({ revokedAt: new Date(now()), expiresAt: new Date(now() + endedKeptMs) });
  const isAlive = () => ({ revokedAt: null, expiresAt: { $gt: new Date(now()) } });

  return {
    model: sessions,

    async open(
      { userId, passwordVersion }: { userId: string; passwordVersion: number },
      transaction?: ClientSession,
    ): Promise<OpenSession> {
      const _id = new Types.ObjectId();
      const token = newRefreshToken(_id.toHexString());
      const document = {
        _id,
        userId: new Types.ObjectId(userId),
        passwordVersion,
        familyHash: hashSecret(token.family),
        currentHash: hashSecret(token.secret),
        createdAt: new Date(now()),
        expiresAt: new Date(now() + lifeMs),
      };
      await sessions.insertOne(document, transaction && { session: transaction });
      return toOpenSession(document, token);
    },

    /** Exchanges a refresh token for the next one. One that was replaced before the last one ends its session. */
    async rotate(text: string | undefined): Promise<Rotation> {
      const token = parseRefreshToken(text);
      if (!token) return { outcome: 'refused' };
      const ours = { _id: token.sessionId, familyHash: hashSecret(token.family), ...isAlive() };
      const presentedHash = hashSecret(token.secret);
      const seed = newRotationSeed();
      const next = successorOf(token, seed);

      const rotated = await sessions
        .findOneAndUpdate(
          { ...ours, currentHash: presentedHash },
          {
            $set: {
              currentHash: hashSecret(next.secret),
              previousHash: presentedHash,
              rotatedAt: new Date(now()),
              rotationSeed: seed,
            },
          },
        )
        .lean();
      if (rotated) return { outcome: 'rotated', session: toOpenSession(rotated, next) };

      const retried = await sessions
        .findOne({ ...ours, previousHash: presentedHash, rotatedAt: { $gt: new Date(now() - graceMs) } })
        .lean();
      if (retried?.rotationSeed)
        return { outcome: 'retried', session: toOpenSession(retried, successorOf(token, retried.rotationSeed)) };

      const reused = await sessions.findOneAndUpdate(ours, { $set: ended() }).lean();
      return reused ? { outcome: 'reused', sessionId: token.sessionId } : { outcome: 'refused' };
    },

    /** Ends the session of a token, be it the current one or not. Does nothing for what is no token of ours. */
    async close(text: string | undefined): Promise<void> {
      const token = parseRefreshToken(text);
      if (!token) return;
      await sessions.updateOne(
        { _id: token.sessionId, familyHash: hashSecret(token.family), revokedAt: null },
        { $set: ended() },
      );
    },

    async revoke(id: string): Promise<void> {
      await sessions.updateOne({ _id: id, revokedAt: null }, { $set: ended() });
    },

    /** Ends the oldest where a user has too many. */
    async endOldest(userId: string): Promise<void> {
      const tooMany = await sessions
        .find({ userId, revokedAt: null }, { _id: 1 })
        .sort({ _id: -1 })
        .skip(sessionsMax)
        .lean();
      if (tooMany.length === 0) return;
      await sessions.updateMany({ _id: { $in: tooMany.map(({ _id }) => _id) } }, { $set: ended() });
    },

    /** @returns undefined where there is no such session */
    async passwordVersion(id: string): Promise<number | undefined> {
      return (await sessions.findById(id, { passwordVersion: 1 }).lean())?.passwordVersion;
    },

    /** Keeps the session alive that changes its user's password, and ends the user's others. */
    async keepOnly(
      { id, userId, passwordVersion }: Pick<OpenSession, 'id' | 'userId' | 'passwordVersion'>,
      transaction: ClientSession,
    ): Promise<void> {
      await sessions.updateOne({ _id: id }, { $set: { passwordVersion } }, { session: transaction });
      await sessions.updateMany(
        { userId, _id: { $ne: id }, revokedAt: null },
        { $set: ended() },
        { session: transaction },
      );
    },
  };
}

const toOpenSession = (
  document: Pick<SessionDocument, '_id' | 'userId' | 'passwordVersion' | 'expiresAt'>,
  token: RefreshToken,
): OpenSession => ({
  id: document._id.toHexString(),
  userId: document.userId.toHexString(),
  passwordVersion: document.passwordVersion,
  refreshToken: formatRefreshToken(token),
  expiresAt: document.expiresAt,
});
