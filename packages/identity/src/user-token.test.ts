import { expect } from 'chai';
import jwt from 'jsonwebtoken';
import { newId } from '../../../test/support/new-id.ts';
import { testKey } from '../../../test/support/test-identity.ts';
import type { KeySource } from './key-source.ts';
import { createUserTokenVerifier, issueUserToken } from './user-token.ts';
import { TokenRefused } from './verify-jwt.ts';

const settings = { issuer: 'https://outlay.test', audience: 'outlay-api' };
const userId = newId();
const sessionId = newId();
const life = { userId, sessionId, lifeSeconds: 600 };

const verified = (keys: KeySource, token: string) => createUserTokenVerifier({ ...settings, keys })(token);
const refusal = (keys: KeySource, token: string) =>
  verified(keys, token).then(
    () => 'accepted',
    (error: unknown) => (error instanceof TokenRefused ? error.message : `not a refusal: ${error}`),
  );

describe('user token', () => {
  const { signingKey, keys } = testKey('a-key');

  for (const algorithm of ['ES256', 'RS256'] as const)
    it(`goes from issuer to verifier by ${algorithm}`, async () => {
      const key = testKey('k', algorithm);
      const token = issueUserToken(key.signingKey, settings, life);
      expect(await verified(key.keys, token)).to.deep.equal({ id: userId, sessionId, token });
    });

  it('says what RFC 9068 asks for, and of the person nothing but the id', () => {
    const now = Date.UTC(2026, 10, 23, 12, 0, 0, 900);
    const { header, payload } = jwt.decode(issueUserToken(signingKey, settings, { ...life, now }), { complete: true })!;
    expect(header).to.deep.equal({ alg: 'ES256', typ: 'at+jwt', kid: 'a-key' });
    const { jti, ...claims } = payload as jwt.JwtPayload;
    expect(jti).to.match(/^[0-9a-f-]{36}$/);
    expect(claims).to.deep.equal({
      iss: 'https://outlay.test',
      aud: 'outlay-api',
      sub: userId,
      sid: sessionId,
      iat: 1_795_435_200,
      nbf: 1_795_435_200,
      exp: 1_795_435_800,
    });
  });

  it('is never issued for more than 10 minutes', () => {
    expect(() => issueUserToken(signingKey, settings, { ...life, lifeSeconds: 601 })).to.throw(RangeError);
  });

  it('is refused once it has expired, and before its time', async () => {
    const hour = 3_600_000;
    const old = issueUserToken(signingKey, settings, { ...life, now: Date.now() - hour });
    const early = issueUserToken(signingKey, settings, { ...life, now: Date.now() + hour });
    expect(await refusal(keys, old)).to.equal('The token has expired.');
    expect(await refusal(keys, early)).to.equal('The token is not valid yet.');
  });

  it('is refused where it is for another audience or from another issuer', async () => {
    for (const other of [{ audience: 'other-api' }, { issuer: 'https://other.test' }]) {
      const token = issueUserToken(signingKey, { ...settings, ...other }, life);
      expect(await refusal(keys, token)).to.equal('The token is not valid.');
    }
  });

  for (const claim of ['sub', 'sid', 'jti', 'iat', 'nbf', 'exp'])
    it(`is refused without ${claim}`, async () => {
      const whole = jwt.decode(issueUserToken(signingKey, settings, life)) as jwt.JwtPayload;
      const claims = Object.fromEntries(Object.entries(whole).filter(([name]) => name !== claim));
      const token = jwt.sign(claims, signingKey.privateKey, {
        algorithm: 'ES256',
        keyid: 'a-key',
        noTimestamp: true,
        header: { typ: 'at+jwt', alg: 'ES256' },
      });
      expect(await refusal(keys, token)).to.equal('The token lacks a claim.');
    });

  it('costs its verifier one look at its signature, and is refused where a single letter is another', async () => {
    let looks = 0;
    const counted: KeySource = {
      key: (kid) => {
        looks++;
        return keys.key(kid);
      },
    };
    const verify = createUserTokenVerifier({ ...settings, keys: counted });
    const token = issueUserToken(signingKey, settings, life);
    for (let time = 0; time < 3; time++) expect(await verify(token)).to.deep.equal({ id: userId, sessionId, token });
    expect(looks).to.equal(1);
    const forged = `${token.slice(0, -10)}${token.at(-10) === 'A' ? 'B' : 'A'}${token.slice(-9)}`;
    const error = await verify(forged).catch((refused: unknown) => refused);
    expect(error).to.be.instanceOf(TokenRefused);
  });
});
