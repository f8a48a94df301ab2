import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileKeys } from '@outlay/identity/key-source.ts';
import { createJwksWorkloadVerifier } from '@outlay/identity/workload-token.ts';
import { expect } from 'chai';
import { startWorkloadIssuer, type WorkloadIssuer } from './workload-issuer.ts';

describe('startWorkloadIssuer', () => {
  let folder: string;
  let issuer: WorkloadIssuer;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'outlay-issuer-'));
  });
  afterEach(() => {
    issuer.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const verifierOf = (audience: string) =>
    createJwksWorkloadVerifier({ ...issuer, audience, keys: fileKeys(issuer.jwksFile) });

  it('gives each service tokens for those that it calls, and for no other', () => {
    issuer = startWorkloadIssuer({ folder });

    expect(readdirSync(issuer.tokenDir('gateway')).sort()).to.deep.equal(['analytics', 'auth', 'expense']);
    expect(readdirSync(issuer.tokenDir('analytics')).sort()).to.deep.equal(['auth', 'expense']);
    expect(readdirSync(issuer.tokenDir('expense'))).to.deep.equal(['auth']);
    expect(readdirSync(issuer.tokenDir('auth'))).to.deep.equal([]);
  });

  it('issues what the callee accepts as its caller’s, and another callee does not', async () => {
    issuer = startWorkloadIssuer({ folder });
    const token = readFileSync(join(issuer.tokenDir('gateway'), 'expense'), 'utf8');

    expect((await verifierOf('expense').verify(token)).name).to.equal('gateway');
    const refusal = await verifierOf('auth')
      .verify(token)
      .catch((error: Error) => error.name);
    expect(refusal).to.be.a('string');
  });

  it('keeps tokens from other users of the machine', () => {
    issuer = startWorkloadIssuer({ folder });

    expect(statSync(join(issuer.tokenDir('expense'), 'auth')).mode & 0o777).to.equal(0o600);
  });

  it('renews them in place before they are old, by the same key', async () => {
    issuer = startWorkloadIssuer({ folder, renewMs: 10 });
    const path = join(issuer.tokenDir('expense'), 'auth');
    const first = readFileSync(path, 'utf8');

    while (readFileSync(path, 'utf8') === first) await delay(5);

    expect((await verifierOf('auth').verify(readFileSync(path, 'utf8'))).name).to.equal('expense');
  });

  it('starts with a new key, so that a token of an earlier run is worth nothing', async () => {
    issuer = startWorkloadIssuer({ folder });
    const old = readFileSync(join(issuer.tokenDir('expense'), 'auth'), 'utf8');
    issuer.stop();
    issuer = startWorkloadIssuer({ folder });

    const refusal = await verifierOf('auth')
      .verify(old)
      .catch((error: Error) => error.constructor.name);

    expect(refusal).to.equal('TokenRefused');
  });
});
