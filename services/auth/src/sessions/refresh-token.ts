import { createHash, createHmac, randomBytes } from 'node:crypto';

/**
 * A refresh token is `session id ‖ family ‖ secret`, 60 bytes in base64url. The secret changes with each rotation; the
 * family stays, so that an old token is known for one of ours without keeping them all, and a made-up one that names a
 * session (its id stands in every access token) cannot end it.
 */
export interface RefreshToken {
  /** 24 hex digits. */
  readonly sessionId: string;
  readonly family: Buffer;
  readonly secret: Buffer;
}

const sessionIdBytes = 12;
const familyBytes = 16;
const secretBytes = 32;

export const newRefreshToken = (sessionId: string): RefreshToken => ({
  sessionId,
  family: randomBytes(familyBytes),
  secret: randomBytes(secretBytes),
});

export const formatRefreshToken = ({ sessionId, family, secret }: RefreshToken): string =>
  Buffer.concat([Buffer.from(sessionId, 'hex'), family, secret]).toString('base64url');

/** @returns undefined for what cannot be one of ours */
export function parseRefreshToken(text: string | undefined): RefreshToken | undefined {
  if (!text || !/^[\w-]{80}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  return {
    sessionId: bytes.toString('hex', 0, sessionIdBytes),
    family: bytes.subarray(sessionIdBytes, sessionIdBytes + familyBytes),
    secret: bytes.subarray(sessionIdBytes + familyBytes),
  };
}

/** What the database keeps of a secret. Of 256 random bits a plain SHA-256 is enough: there is nothing to guess. */
export const hashSecret = (secret: Buffer): string => createHash('sha256').update(secret).digest('base64url');

export const newRotationSeed = (): string => randomBytes(secretBytes).toString('base64url');

/**
 * The token that follows: the same for the same seed, so that a repeated request gets the same answer. It takes both the
 * token (which the database does not have) and the seed (which nobody else has).
 */
export const successorOf = (token: RefreshToken, seed: string): RefreshToken => ({
  ...token,
  secret: createHmac('sha256', Buffer.from(seed, 'base64url')).update(token.secret).digest(),
});
