import jwt from 'jsonwebtoken';
import { z } from 'zod';
import type { KeySource } from './key-source.ts';

/** Why a token is not accepted, in words that may go on the wire; holds nothing of the token. */
export class TokenRefused extends Error {}

export const signatureAlgorithms = ['ES256', 'RS256'] as const;

const Header = z.object({
  alg: z.enum(signatureAlgorithms),
  kid: z.string().min(1).max(200),
  typ: z.string().optional(),
  /** Names extensions that must be understood (RFC 7515 § 4.1.11); we know none. */
  crit: z.undefined().optional(),
});

export interface Expectations {
  keys: KeySource;
  issuer: string;
  audience: string;
  /** Media type of the header (RFC 8725 § 3.11): keeps one kind of token from passing as another. */
  typ?: string;
  /** Seconds of difference between clocks that are forgiven. */
  clockToleranceSeconds?: number;
}

/** Longer than any token we issue or Kubernetes projects; refused before it is parsed. */
const tokenBytesMax = 8_192;

/**
 * Verifies a JWT by RFC 8725: algorithm from a list and fit for the key, issuer, audience, type, times.
 * @throws {TokenRefused} where it is not acceptable; other errors mean that the keys could not be asked for
 */
export async function verifyJwt(token: string, expected: Expectations): Promise<unknown> {
  if (token.length > tokenBytesMax) throw new TokenRefused('The token is too long.');
  const header = Header.safeParse(headerOf(token));
  if (!header.success) throw new TokenRefused('The token is malformed or its algorithm is not accepted.');
  if (expected.typ && header.data.typ?.toLowerCase() !== expected.typ)
    throw new TokenRefused('The token is of another type.');
  const key = await expected.keys.key(header.data.kid);
  if (!key) throw new TokenRefused('The token is signed by an unknown key.');
  try {
    return jwt.verify(token, key, {
      algorithms: [header.data.alg],
      issuer: expected.issuer,
      audience: expected.audience,
      clockTolerance: expected.clockToleranceSeconds ?? 5,
    });
  } catch (cause) {
    if (cause instanceof jwt.TokenExpiredError) throw new TokenRefused('The token has expired.', { cause });
    if (cause instanceof jwt.NotBeforeError) throw new TokenRefused('The token is not valid yet.', { cause });
    throw new TokenRefused('The token is not valid.', { cause });
  }
}

function headerOf(token: string): unknown {
  try {
    return jwt.decode(token, { complete: true })?.header;
  } catch {
    return undefined; // claims that are no JSON
  }
}
