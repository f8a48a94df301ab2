import { createHmac, type JsonWebKey } from 'node:crypto';
import { expect } from 'chai';
import jwt from 'jsonwebtoken';
import { testKey } from '../../../test/support/test-identity.ts';
import { readJwkSet } from './key-source.ts';
import { type Expectations, TokenRefused, verifyJwt } from './verify-jwt.ts';

const ec = testKey('ec');
const rsa = testKey('rsa', 'RS256');
const stranger = testKey('ec');

const known = readJwkSet({ keys: [...ec.jwks.keys, ...rsa.jwks.keys] });
const expected: Expectations = {
  keys: { key: async (kid) => known.get(kid) },
  issuer: 'https://issuer.test',
  audience: 'api',
  typ: 'at+jwt',
};
const now = () => Math.floor(Date.now() / 1_000);
const header = { alg: 'ES256', kid: 'ec', typ: 'at+jwt' };
const claims = () => ({ iss: 'https://issuer.test', aud: 'api', sub: 'ada', nbf: now(), exp: now() + 60 });
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token with any header and claims whatever, honestly signed by a key. */
const sign = (changedHeader: object = {}, changedClaims: object = {}, key = ec.signingKey) => {
  const all = { ...header, ...changedHeader };
  return jwt.sign({ ...claims(), ...changedClaims }, key.privateKey, {
    algorithm: key.algorithm,
    header: all as jwt.JwtHeader,
    noTimestamp: true,
  });
};

const refusalOf = async (token: string, expectations = expected): Promise<string> => {
  try {
    await verifyJwt(token, expectations);
  } catch (error) {
    if (error instanceof TokenRefused) return error.message;
    throw error;
  }
  return 'accepted';
};

describe('verifyJwt', () => {
  it('accepts an ES256 and an RS256 token and gives their claims', async () => {
    expect(await verifyJwt(sign(), expected)).to.deep.include({ sub: 'ada' });
    const byRsa = sign({ alg: 'RS256', kid: 'rsa' }, {}, rsa.signingKey);
    expect(await verifyJwt(byRsa, expected)).to.deep.include({ sub: 'ada' });
    expect(await verifyJwt(sign({}, { aud: ['other', 'api'] }), expected)).to.deep.include({ sub: 'ada' });
  });

  describe('refuses', () => {
    const notAccepted = 'The token is malformed or its algorithm is not accepted.';
    const unsigned = (alg: string) => `${part({ ...header, alg })}.${part(claims())}.`;
    const byHmac = (secret: string | Buffer, changed: object) => {
      const input = `${part({ ...header, alg: 'HS256', ...changed })}.${part(claims())}`;
      return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
    };
    const pem = (key: typeof ec) => key.publicKey.export({ type: 'spki', format: 'pem' });

    const tokens: [what: string, token: () => string, reason: string][] = [
      ['alg none', () => unsigned('none'), notAccepted],
      ['alg None, as if case mattered', () => unsigned('nOnE'), notAccepted],
      ['alg ES256 without a signature', () => unsigned('ES256'), 'The token is not valid.'],
      ['an HMAC keyed by the public EC key', () => byHmac(pem(ec), {}), notAccepted],
      ['an HMAC keyed by the public RSA key', () => byHmac(pem(rsa), { kid: 'rsa' }), notAccepted],
      ['an HMAC that claims RS256', () => byHmac(pem(rsa), { alg: 'RS256', kid: 'rsa' }), 'The token is not valid.'],
      ['an HMAC that claims ES256', () => byHmac(pem(ec), { alg: 'ES256' }), 'The token is not valid.'],
      ['an EC token under the kid of an RSA key', () => sign({ kid: 'rsa' }), 'The token is not valid.'],
      [
        'an RSA token under the kid of an EC key',
        () => sign({ alg: 'RS256', kid: 'ec' }, {}, rsa.signingKey),
        'The token is not valid.',
      ],
      [
        'ES384',
        () => `${part({ ...header, alg: 'ES384' })}.${part(claims())}.${Buffer.alloc(96, 1).toString('base64url')}`,
        notAccepted,
      ],
      [
        'an algorithm that is no text',
        () => sign().replace(/^[^.]+/, part({ ...header, alg: ['ES256'] })),
        notAccepted,
      ],
      ['a token without kid', () => sign({ kid: undefined }), notAccepted],
      ['a kid that is a path', () => sign({ kid: '../../../../dev/null' }), 'The token is signed by an unknown key.'],
      ['a kid that is a query', () => sign({ kid: "x' OR '1'='1" }), 'The token is signed by an unknown key.'],
      [
        'a kid named like a prototype member',
        () => sign({ kid: '__proto__' }),
        'The token is signed by an unknown key.',
      ],
      ['a kid that is no text', () => sign({ kid: { $ne: null } }), notAccepted],
      ['a kid of 201 characters', () => sign({ kid: 'k'.repeat(201) }), notAccepted],
      ['another key under a known kid', () => sign({}, {}, stranger.signingKey), 'The token is not valid.'],
      [
        'a key that the token brings along',
        () => sign({ jwk: stranger.jwks.keys[0] as JsonWebKey, jku: 'https://evil.test' }, {}, stranger.signingKey),
        'The token is not valid.',
      ],
      ['a critical extension it does not know', () => sign({ crit: ['exp-strict'], 'exp-strict': true }), notAccepted],
      ['a token of another type', () => sign({ typ: 'JWT' }), 'The token is of another type.'],
      ['a token without a type', () => sign({ typ: undefined }), 'The token is of another type.'],
      ['another issuer', () => sign({}, { iss: 'https://evil.test' }), 'The token is not valid.'],
      ['a list of issuers', () => sign({}, { iss: ['https://issuer.test'] }), 'The token is not valid.'],
      ['no issuer', () => sign({}, { iss: undefined }), 'The token is not valid.'],
      ['another audience', () => sign({}, { aud: 'apis' }), 'The token is not valid.'],
      ['no audience', () => sign({}, { aud: undefined }), 'The token is not valid.'],
      ['an expired token', () => sign({}, { exp: now() - 10 }), 'The token has expired.'],
      ['a token of the future', () => sign({}, { nbf: now() + 10 }), 'The token is not valid yet.'],
      [
        'a time that is no number',
        () => sign().replace(/\.[^.]+\./, `.${part({ exp: 'never' })}.`),
        'The token is not valid.',
      ],
      ['a token of more than 8 KiB', () => sign({}, { pad: 'x'.repeat(8_192) }), 'The token is too long.'],
      ['half a token', () => sign().slice(0, 100), notAccepted],
      ['a signature that is cut short', () => sign().slice(0, -8), 'The token is not valid.'],
      [
        'changed claims',
        () => sign().replace(/\.[^.]+\./, `.${part({ ...claims(), sub: 'eve' })}.`),
        'The token is not valid.',
      ],
      ['four parts', () => `${sign()}.x`, notAccepted],
      ['claims that are no JSON', () => sign().replace(/\.[^.]+\./, '.bm8.'), 'The token is not valid.'],
      ['claims that are no JSON in a plain JWT', () => `${part({ ...header, typ: 'JWT' })}.bm8.bm8`, notAccepted],
      ['claims that are null', () => sign().replace(/\.[^.]+\./, `.${part(null)}.`), 'The token is not valid.'],
      ['a header that is null', () => `${part(null)}.${part(claims())}.x`, notAccepted],
      ['text', () => 'hello', notAccepted],
      ['nothing', () => '', notAccepted],
    ];
    for (const [what, token, reason] of tokens)
      it(what, async () => {
        expect(await refusalOf(token())).to.equal(reason);
      });
  });

  it('forgives clocks that differ by 5 s and no more', async () => {
    expect(await refusalOf(sign({}, { exp: now() - 3, nbf: now() - 60 }))).to.equal('accepted');
    expect(await refusalOf(sign({}, { nbf: now() + 3 }))).to.equal('accepted');
    expect(await refusalOf(sign({}, { exp: now() - 7 }))).to.equal('The token has expired.');
  });

  it('says nothing of the token in a refusal', async () => {
    const token = sign({}, { sub: 'ada@example.org' }, stranger.signingKey);
    const message = await refusalOf(token);
    expect(message).to.not.include('ada');
    expect(message).to.not.include(token.slice(0, 20));
  });

  it('does not call it a refusal where the keys cannot be asked for', async () => {
    const away = { ...expected, keys: { key: () => Promise.reject(new Error('away')) } };
    let caught: unknown;
    await verifyJwt(sign(), away).catch((error: unknown) => {
      caught = error;
    });
    expect(caught).to.be.an('error').with.property('message', 'away');
    expect(caught).to.not.be.instanceOf(TokenRefused);
  });
});
