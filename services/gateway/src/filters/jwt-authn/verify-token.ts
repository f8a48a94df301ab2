import { type KeyObject, verify } from 'node:crypto';
import { z } from 'zod';
import { parseObject } from './parse-object.ts';

/** What a verified token says. */
export interface VerifiedToken {
  readonly userId: string;
  readonly sessionId: string;
  /** Unix seconds. */
  readonly expiresAt: number;
  readonly scopes: readonly string[];
  readonly roles: readonly string[];
}

export interface TokenExpectations {
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly clockSkewSeconds: number;
}

/** Why a token is refused, in words that may go on the wire: nothing of the token in it. */
export type TokenFault =
  | 'The token is malformed.'
  | 'The token’s algorithm is not accepted.'
  | 'The token is signed by an unknown key.'
  | 'The token’s signature is not valid.'
  | 'The token is not for this service.'
  | 'The token has expired.'
  | 'The token is not valid yet.';

export interface ParsedToken {
  readonly algorithm: 'ES256' | 'RS256';
  readonly keyId: string;
  /** The two signed parts, as signed. */
  readonly signed: string;
  readonly payload: string;
  readonly signature: Buffer;
}

/** Longer than any token that auth issues; refused before it is parsed. */
const tokenLengthMax = 4_096;
const parts = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/;

/** RFC 9068 and nothing beside it: no `jku`, `jwk`, `x5u`, `crit` … to be talked into anything by. */
const Header = z.strictObject({
  alg: z.enum(['ES256', 'RS256']),
  kid: z.string().min(1).max(200),
  typ: z.string().regex(/^(application\/)?at\+jwt$/i),
});

const Claims = z.object({
  iss: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  sub: z.string().min(1).max(200),
  sid: z.string().min(1).max(200),
  iat: z.number(),
  nbf: z.number().optional(),
  exp: z.number(),
  /** RFC 9068 § 2.2.3 */
  scope: z.string().optional(),
  roles: z.array(z.string()).optional(),
});

/**
 * Takes a token apart, before anything in it is believed.
 * @returns the fault where it is none of ours by its form
 */
export function parseToken(token: string): ParsedToken | TokenFault {
  const match = token.length <= tokenLengthMax ? parts.exec(token) : null;
  if (!match) return 'The token is malformed.';
  const [, head, payload, tail] = match as unknown as [string, string, string, string];
  const signature = Buffer.from(tail, 'base64url');
  // One token, one spelling: the last character of base64 has spare bits, which would make many of one.
  if (signature.toString('base64url') !== tail) return 'The token is malformed.';
  const header = headers.get(head) ?? readHeader(head);
  if (typeof header === 'string') return header;
  return { algorithm: header.alg, keyId: header.kid, signed: token.slice(0, -tail.length - 1), payload, signature };
}

/** Headers that were found good, as sent: all tokens of a key share one. Begun anew after so many, as anybody may write one. */
const headers = new Map<string, z.infer<typeof Header>>();
const headersMax = 100;

function readHeader(text: string): z.infer<typeof Header> | TokenFault {
  const json = parseObject(text);
  if (!json) return 'The token is malformed.';
  const header = Header.safeParse(json);
  if (!header.success)
    return header.error.issues.some(({ path }) => path[0] === 'alg')
      ? 'The token’s algorithm is not accepted.'
      : 'The token is malformed.';
  if (headers.size >= headersMax) headers.clear();
  headers.set(text, header.data);
  return header.data;
}

/** Whether the key is one for this algorithm: a public key must never serve as the secret of another (RFC 8725 § 3.1). */
function isKeyFor(algorithm: ParsedToken['algorithm'], key: KeyObject): boolean {
  if (algorithm === 'ES256')
    return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
  return key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= 2_048;
}

/** Verifies signature and claims. @param now Unix seconds */
export function verifyToken(
  token: ParsedToken,
  key: KeyObject,
  { issuer, audiences, clockSkewSeconds }: TokenExpectations,
  now: number,
): VerifiedToken | TokenFault {
  if (!isKeyFor(token.algorithm, key)) return 'The token’s algorithm is not accepted.';
  const signature = token.algorithm === 'ES256' ? derOf(token.signature) : token.signature;
  if (!signature || !verify('sha256', Buffer.from(token.signed, 'latin1'), key, signature))
    return 'The token’s signature is not valid.';

  const claims = Claims.safeParse(parseObject(token.payload));
  if (!claims.success) return 'The token is malformed.';
  const { iss, aud, sub, sid, iat, nbf, exp, scope, roles = [] } = claims.data;
  const isForUs = typeof aud === 'string' ? audiences.includes(aud) : aud.some((one) => audiences.includes(one));
  if (iss !== issuer || !isForUs) return 'The token is not for this service.';
  if (exp + clockSkewSeconds <= now) return 'The token has expired.';
  if (Math.max(nbf ?? iat, iat) - clockSkewSeconds > now) return 'The token is not valid yet.';
  const scopes = scope?.split(' ') ?? [];
  return { userId: sub, sessionId: sid, expiresAt: exp + clockSkewSeconds, scopes, roles };
}

/**
 * The signature as ASN.1 has it, from the two numbers as JOSE has them (RFC 7518 § 3.4). Node can convert by itself
 * (`dsaEncoding`), at the price of half a verification: 91 against 63 µs.
 */
function derOf(joined: Buffer): Buffer | undefined {
  if (joined.length !== 64) return undefined;
  const r = integerOf(joined.subarray(0, 32));
  const s = integerOf(joined.subarray(32));
  return Buffer.concat([Buffer.from([0x30, r.length + s.length]), r, s]);
}

/** DER: no leading zeros but the one that keeps a number from being negative. */
function integerOf(digits: Buffer): Buffer {
  let from = 0;
  while (from < 31 && digits[from] === 0) from++;
  const isHigh = (digits[from] as number) >= 0x80;
  return Buffer.concat([Buffer.from(isHigh ? [0x02, 33 - from, 0] : [0x02, 32 - from]), digits.subarray(from)]);
}
