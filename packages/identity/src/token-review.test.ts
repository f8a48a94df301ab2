import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createTestIdentity } from '../../../test/support/test-identity.ts';
import { createTokenReviewVerifier } from './token-review.ts';
import { TokenRefused } from './verify-jwt.ts';

const identity = createTestIdentity();

/** The part of an API server that reviews tokens; what it answers is the test's. */
describe('TokenReview', () => {
  let server: Server;
  let folder: string;
  let kubeconfigBefore: string | undefined;
  let status: object | 'hangs' | 'fails';
  const hungUp = Promise.withResolvers<void>();
  const asked: { token: string; audiences: string[] }[] = [];

  before(async () => {
    server = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      expect(request.url).to.equal('/apis/authentication.k8s.io/v1/tokenreviews');
      const body = JSON.parse(text);
      asked.push(body.spec);
      if (status === 'hangs') return void response.once('close', () => hungUp.resolve());
      response.writeHead(status === 'fails' ? 500 : 201, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ ...body, status }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    folder = await mkdtemp(join(tmpdir(), 'outlay-kubeconfig-'));
    const config = {
      'current-context': 'test',
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
      clusters: [{ name: 'test', cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'test', user: {} }],
    };
    await writeFile(join(folder, 'config'), JSON.stringify(config));
    kubeconfigBefore = process.env.KUBECONFIG;
    process.env.KUBECONFIG = join(folder, 'config');
  });
  after(async () => {
    if (kubeconfigBefore === undefined) delete process.env.KUBECONFIG;
    else process.env.KUBECONFIG = kubeconfigBefore;
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  });
  beforeEach(() => {
    asked.length = 0;
    status = vouched();
  });

  const vouched = (changes: object = {}) => ({
    authenticated: true,
    audiences: ['expense'],
    user: {
      username: 'system:serviceaccount:outlay:gateway',
      extra: { 'authentication.kubernetes.io/pod-name': ['gateway-7f9c-x2'] },
    },
    ...changes,
  });
  const verifierOf = () => {
    const outcomes: string[] = [];
    const verifier = createTokenReviewVerifier({
      audience: 'expense',
      namespace: 'outlay',
      timeoutMs: 300,
      onReview: (outcome) => outcomes.push(outcome),
    });
    const outcome = (token: string) =>
      verifier.verify(token).then(
        ({ name }) => `accepted ${name}`,
        (error: Error) => `${error instanceof TokenRefused ? 'refused' : 'failed'}: ${error.message}`,
      );
    return { verifier, outcome, outcomes };
  };
  const token = () => identity.workloadToken('gateway', 'expense');

  it('names the caller and its pod, asking for our audience, once a token', async () => {
    const { verifier, outcomes } = verifierOf();
    const one = token();
    expect(await verifier.verify(one)).to.deep.equal({ name: 'gateway', pod: 'gateway-7f9c-x2' });
    await verifier.verify(one);
    expect(asked).to.deep.equal([{ token: one, audiences: ['expense'] }]);
    expect(outcomes).to.deep.equal(['accepted']);
  });

  it('refuses what the cluster does not vouch for', async () => {
    const { outcome, outcomes } = verifierOf();
    status = { authenticated: false, error: 'pod is gone' };
    expect(await outcome(token())).to.equal('refused: The cluster does not vouch for the token.');
    status = vouched({ audiences: ['auth'] });
    expect(await outcome(token())).to.equal('refused: The token is for another audience.');
    status = vouched({ audiences: undefined });
    expect(await outcome(token())).to.equal('refused: The token is for another audience.');
    status = vouched({ user: { username: 'system:serviceaccount:elsewhere:gateway' } });
    expect(await outcome(token())).to.equal('refused: The workload is not one of ours.');
    status = vouched({ user: { username: 'kubernetes-admin' } });
    expect(await outcome(token())).to.equal('refused: The workload is not one of ours.');
    expect(outcomes.slice(0, 3)).to.deep.equal(['refused', 'refused', 'refused']);
  });

  it('does not trouble the API server with what is no token', async () => {
    const { outcome } = verifierOf();
    expect(await outcome('hello')).to.equal('refused: The token is malformed.');
    expect(asked).to.have.length(0);
  });

  it('refuses an expired token, which the API server would take for a minute more', async () => {
    const { outcome } = verifierOf();
    const expired = identity.workloadToken('gateway', 'expense', { now: Date.now() - 606_000 });
    expect(await outcome(expired)).to.equal('refused: The token has expired.');
    expect(asked).to.have.length(0);
  });

  it('counts every refusal, that of a stranger’s account too', async () => {
    const { outcome, outcomes } = verifierOf();
    status = vouched({ user: { username: 'kubernetes-admin' } });
    await outcome(token());
    expect(outcomes).to.deep.equal(['refused']);
  });

  for (const broken of ['fails', 'hangs'] as const)
    it(`does not call it a refusal where the API server ${broken}`, async () => {
      const { outcome, outcomes } = verifierOf();
      status = broken;
      expect(await outcome(token())).to.equal('failed: The API server cannot be asked for a TokenReview.');
      expect(outcomes).to.deep.equal(['unavailable']);
      if (status === 'hangs') await hungUp.promise; // the connection does not linger
    });
});
