import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

const encode = (value: object | string): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** A signing key as auth has it, and its public half as JWKS has it. */
export interface TestKey {
  readonly kid: string;
  readonly alg: 'ES256' | 'RS256';
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly jwk: object;
}

export function createKey(kid: string, alg: 'ES256' | 'RS256' = 'ES256'): TestKey {
  const { privateKey, publicKey } =
    alg === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2_048 });
  return { kid, alg, privateKey, publicKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' } };
}

/** The claims of a token that is good for ten minutes from `now` (Unix seconds) on. */
export const goodClaims = (now = Math.floor(Date.now() / 1_000)) => ({
  iss: 'https://outlay.local',
  aud: 'outlay-api',
  sub: '6742c0ffee00c0ffee00beef',
  sid: '6742c0ffee00c0ffee00feed',
  jti: '0e0a3fd7-7a6f-4f6c-9b0a-2a9f8c1f0001',
  iat: now,
  nbf: now,
  exp: now + 600,
});

/** Signs any header and claims, also those that no honest issuer would; text is taken as it stands. */
export function signToken(
  key: TestKey,
  claims: object | string = goodClaims(),
  header: object | string = { alg: key.alg, kid: key.kid, typ: 'at+jwt' },
): string {
  const signed = `${encode(header)}.${encode(claims)}`;
  const signature = sign(
    'sha256',
    Buffer.from(signed),
    key.alg === 'ES256' ? { key: key.privateKey, dsaEncoding: 'ieee-p1363' } : key.privateKey,
  );
  return `${signed}.${signature.toString('base64url')}`;
}
