import { expect } from 'chai';
import jwt from 'jsonwebtoken';
import { createTestIdentity } from '../../../test/support/test-identity.ts';
import { TokenRefused } from './verify-jwt.ts';
import { createJwksWorkloadVerifier, type WorkloadVerifier } from './workload-token.ts';

const identity = createTestIdentity();

const refusal = (verifier: WorkloadVerifier, token: string) =>
  verifier.verify(token).then(
    ({ name }) => `accepted ${name}`,
    (error: unknown) => (error instanceof TokenRefused ? error.message : `not a refusal: ${error}`),
  );

/** A verifier of expense whose key look-ups are counted: one for each signature that is checked. */
function counting(options: { namePrefix?: string; now?: () => number } = {}) {
  const state = { lookups: 0 };
  const verifier = createJwksWorkloadVerifier({
    keys: {
      key: (kid) => {
        state.lookups++;
        return identity.workloadKeys.key(kid);
      },
    },
    issuer: identity.workloadIssuer,
    audience: 'expense',
    namespace: 'outlay',
    ...options,
  });
  return { state, verifier };
}

describe('workload token', () => {
  const { verifier } = counting();

  it('names the caller and its pod', async () => {
    const token = identity.workloadToken('gateway', 'expense');
    expect(await verifier.verify(token)).to.deep.equal({ name: 'gateway', pod: 'gateway-local' });
  });

  it('of another audience is refused', async () => {
    expect(await refusal(verifier, identity.workloadToken('gateway', 'auth'))).to.equal('The token is not valid.');
  });

  it('of another namespace is refused', async () => {
    const token = identity.workloadToken('gateway', 'expense', { namespace: 'elsewhere' });
    expect(await refusal(verifier, token)).to.equal('The workload is not one of ours.');
  });

  it('of another issuer is refused', async () => {
    const token = createTestIdentity().workloadToken('gateway', 'expense');
    expect(await refusal(verifier, token)).to.equal('The token is not valid.');
  });

  it('that has expired is refused', async () => {
    const token = identity.workloadToken('gateway', 'expense', { now: Date.now() - 3_600_000 });
    expect(await refusal(verifier, token)).to.equal('The token has expired.');
  });

  it('whose subject contradicts its claims is refused', async () => {
    const claims = jwt.decode(identity.workloadToken('web', 'expense')) as jwt.JwtPayload;
    const forged = { ...claims, sub: 'system:serviceaccount:outlay:gateway' };
    const token = jwt.sign(forged, identity.workloadSigningKey.privateKey, {
      algorithm: 'ES256',
      keyid: identity.workloadSigningKey.kid,
    });
    expect(await refusal(verifier, token)).to.equal('The token contradicts itself.');
  });

  it('does not pass where a user’s token stands, nor the other way round', async () => {
    expect(await refusal(verifier, identity.userToken('6742c0ffee00c0ffee00beef'))).to.equal(
      'The token is signed by an unknown key.',
    );
    // Even where one key signs both kinds, the claims tell them apart.
    const token = jwt.sign({ sub: 'ada', sid: 's' }, identity.workloadSigningKey.privateKey, {
      algorithm: 'ES256',
      keyid: identity.workloadSigningKey.kid,
      issuer: identity.workloadIssuer,
      audience: 'expense',
      expiresIn: 60,
    });
    expect(await refusal(verifier, token)).to.equal('The token is not a workload’s.');
  });

  it('loses the release’s prefix, and one without it is refused', async () => {
    const prefixed = counting({ namePrefix: 'blue-' }).verifier;
    expect(await refusal(prefixed, identity.workloadToken('blue-gateway', 'expense'))).to.equal('accepted gateway');
    expect(await refusal(prefixed, identity.workloadToken('gateway', 'expense'))).to.equal(
      'The workload is not one of ours.',
    );
  });

  it('is checked once for many requests, at the same time and after', async () => {
    const { state, verifier } = counting();
    const token = identity.workloadToken('gateway', 'expense');
    await Promise.all(Array.from({ length: 50 }, () => verifier.verify(token)));
    await verifier.verify(token);
    expect(state.lookups).to.equal(1);
  });

  it('is not trusted from memory beyond its expiry', async () => {
    let now = Date.now();
    const { state, verifier } = counting({ now: () => now });
    const token = identity.workloadToken('gateway', 'expense', { lifeSeconds: 30 });
    await verifier.verify(token);
    now += 30_000;
    await verifier.verify(token); // the signature check has its own clock, by which it is still good
    expect(state.lookups).to.equal(2);
  });

  it('is checked again each time where it was refused', async () => {
    const { state, verifier } = counting();
    const token = identity.workloadToken('gateway', 'auth');
    await refusal(verifier, token);
    await refusal(verifier, token);
    expect(state.lookups).to.equal(2);
  });

  it('keeps a bounded number of tokens in memory', async () => {
    const { state, verifier } = counting();
    const tokens = Array.from({ length: 1_001 }, () => identity.workloadToken('gateway', 'expense'));
    for (const token of tokens) await verifier.verify(token);
    expect(state.lookups).to.equal(1_001);
    await verifier.verify(tokens[1_000]!); // remembered
    expect(state.lookups).to.equal(1_001);
    await verifier.verify(tokens[0]!); // pushed out by the thousand after it
    expect(state.lookups).to.equal(1_002);
  });
});
