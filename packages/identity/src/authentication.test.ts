import { createApp } from '@outlay/service-kit/create-app.ts';
import { createMetrics } from '@outlay/service-kit/metrics.ts';
import { reply, route } from '@outlay/service-kit/route.ts';
import { expect } from 'chai';
import { z } from 'zod';
import { newId } from '../../../test/support/new-id.ts';
import { request } from '../../../test/support/request.ts';
import { createTestIdentity } from '../../../test/support/test-identity.ts';
import { captureLog, startTestServer, type TestServer } from '../../../test/support/test-server.ts';
import { createAuthentication } from './authentication.ts';
import type { KeySource } from './key-source.ts';
import { createUserTokenVerifier } from './user-token.ts';

describe('authentication of a service', () => {
  const identity = createTestIdentity();
  const { log, lines } = captureLog();
  const userId = newId();
  let server: TestServer;
  let keysAreAway = false;

  before(async () => {
    const answers = { summary: 'Who asks', tag: 'test', success: { 200: z.unknown() } };
    const routes = [
      route({
        ...answers,
        method: 'get',
        path: '/private/{id}',
        handle: ({ user, ctx }) =>
          reply(200, { caller: ctx.state.caller, user: user.id, session: user.sessionId, token: user.token }),
      }),
      route({
        ...answers,
        method: 'get',
        path: '/open',
        user: 'none',
        handle: ({ user, ctx }) => reply(200, { caller: ctx.state.caller, user: user ?? null }),
      }),
      route({ ...answers, method: 'get', path: '/internal/x', user: 'none', handle: () => reply(200) }),
    ];
    const keys: KeySource = {
      key: (kid) => (keysAreAway ? Promise.reject(new Error('auth is away')) : identity.userKeys.key(kid)),
    };
    const authentication = createAuthentication({
      workloads: identity.workloadVerifierFor('expense'),
      allowList: [
        { paths: '/internal/*', callers: ['analytics'] },
        { paths: '/*', callers: ['gateway'] },
      ],
      verifyUser: createUserTokenVerifier({ ...identity.userTokenSettings, keys }),
    });
    const metrics = createMetrics('expense');
    server = await startTestServer(createApp({ routes, authentication, log, metrics }), { log, metrics });
  });
  after(() => server.stop());
  afterEach(() => {
    keysAreAway = false;
  });

  const from = (caller: string) =>
    request(server.baseUrl, { 'x-outlay-workload-token': identity.workloadToken(caller, 'expense') });
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

  it('tells the route who calls and for whom', async () => {
    const sessionId = newId();
    const token = identity.userToken(userId, { sessionId });
    const answer = await from('gateway').get('/private/1', bearer(token));
    expect(answer.body).to.deep.equal({ caller: 'gateway', user: userId, session: sessionId, token });
  });

  it('asks nobody for a user where the route is open, but still for the caller', async () => {
    expect((await from('gateway').get('/open')).body).to.deep.equal({ caller: 'gateway', user: null });
    expect((await request(server.baseUrl).get('/open')).status).to.equal(401);
  });

  it('answers 401 without a workload token, whatever the path and the user', async () => {
    for (const path of ['/private/1', '/open', '/no-such-path']) {
      const answer = await request(server.baseUrl).get(path, bearer(identity.userToken(userId)));
      expect(answer.status, path).to.equal(401);
      expect(answer.body.detail).to.equal('The caller’s workload token is missing.');
      expect(answer.headers.get('www-authenticate')).to.equal('Bearer error="invalid_token"');
    }
  });

  it('answers 401 to a workload token for another service and to a user’s token in its place', async () => {
    for (const token of [identity.workloadToken('gateway', 'auth'), identity.userToken(userId), 'x'.repeat(9_000)]) {
      const answer = await request(server.baseUrl, { 'x-outlay-workload-token': token }).get('/open');
      expect(answer.status).to.equal(401);
    }
  });

  it('answers 403 to a caller that the allow-list does not name', async () => {
    const answer = await from('web').get('/private/1', bearer(identity.userToken(userId)));
    expect(answer.status).to.equal(403);
    expect(answer.body.type).to.equal('/problems/caller-refused');
  });

  it('does not let a path in other letters pass by a wider rule', async () => {
    expect((await from('gateway').get('/internal/x')).status).to.equal(403);
    for (const path of [
      '/INTERNAL/x',
      '/Internal/x',
      '/%69nternal/x',
      '//internal/x',
      '/internal%2Fx',
      '/./internal/x',
    ])
      expect((await from('gateway').get(path)).status, path).to.be.oneOf([403, 404]);
    expect((await from('analytics').get('/internal/x')).status).to.equal(200);
  });

  it('answers 401 without a user’s token, or with one that is none', async () => {
    const wrong: Record<string, string>[] = [
      {},
      { authorization: identity.userToken(userId) },
      { authorization: `Basic ${identity.userToken(userId)}` },
      bearer(''),
      bearer('a b'),
      bearer(identity.workloadToken('gateway', 'expense')),
      bearer(identity.userToken(userId, { now: Date.now() - 3_600_000 })),
      bearer(createTestIdentity().userToken(userId)),
    ];
    for (const headers of wrong) {
      const answer = await from('gateway').get('/private/1', headers);
      expect(answer.status, headers.authorization ?? 'none').to.equal(401);
      expect(answer.body.type).to.equal('/problems/unauthenticated');
    }
  });

  it('answers 503, not 401, while the keys cannot be asked for', async () => {
    keysAreAway = true;
    const answer = await from('gateway').get('/private/1', bearer(identity.userToken(userId)));
    expect(answer.status).to.equal(503);
    expect(answer.body.type).to.equal('/problems/unavailable');
    expect(answer.headers.get('retry-after')).to.equal('1');
  });

  it('says then that nothing was done, so that the gateway may ask another pod, whatever the method', async () => {
    keysAreAway = true;
    const answer = await from('gateway').get('/private/1', bearer(identity.userToken(userId)));
    expect(answer.headers.get('x-outlay-retryable')).to.equal('1');
  });

  it('logs no token, neither a good nor a refused one', async () => {
    const good = identity.userToken(userId);
    const refused = createTestIdentity().userToken(userId);
    const workload = identity.workloadToken('gateway', 'expense');
    const api = request(server.baseUrl, { 'x-outlay-workload-token': workload });
    await api.get('/private/1', bearer(good));
    await api.get('/private/1', bearer(refused));
    keysAreAway = true;
    await api.get('/private/1', bearer(good));
    const logged = lines.join('');
    expect(logged).to.include('auth is away');
    for (const token of [good, refused, workload])
      for (const part of token.split('.').slice(1)) expect(logged).to.not.include(part);
  });
});
