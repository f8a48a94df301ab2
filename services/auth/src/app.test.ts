import { userKeysFrom } from '@outlay/identity/settings.ts';
import { createUserTokenVerifier } from '@outlay/identity/user-token.ts';
import { createMetrics } from '@outlay/service-kit/metrics.ts';
import { expect } from 'chai';
import mongoose from 'mongoose';
import { createTestIdentity } from '../../../test/support/test-identity.ts';
import { captureLog } from '../../../test/support/test-server.ts';
import { newPerson, startTestAuth, type TestAuth, testKeyEncryptionKey } from '../test/start-test-auth.ts';
import { authRoutes } from './app.ts';
import { createAuthParts } from './auth-parts.ts';

describe('auth', () => {
  let auth: TestAuth;
  before(async () => {
    auth = await startTestAuth();
  });
  after(() => auth.stop());

  const callers: [caller: string, path: string, status: number][] = [
    ['gateway', '/.well-known/jwks.json', 200],
    ['expense', '/.well-known/jwks.json', 200],
    ['analytics', '/.well-known/jwks.json', 200],
    ['web', '/.well-known/jwks.json', 403],
    ['expense', '/internal/v1/session-ends', 403],
    ['analytics', '/internal/v1/session-ends', 403],
    ['gateway', '/api/v1/auth/me', 401],
    ['expense', '/api/v1/auth/me', 403],
    ['analytics', '/api/v1/auth/me', 403],
  ];
  for (const [caller, path, status] of callers)
    it(`answers ${status} to ${caller} at ${path}`, async () => {
      expect((await auth.apiOf(caller).get(path)).status).to.equal(status);
    });

  it('answers 401 to a caller without a workload token, at login too', async () => {
    const stranger = auth.api.with({ 'x-outlay-workload-token': '' });
    expect((await stranger.get('/.well-known/jwks.json')).status).to.equal(401);
    const login = { email: 'ada@example.org', password: 'correct horse battery' };
    expect((await stranger.post('/api/v1/auth/login', login)).body.type).to.equal('/problems/unauthenticated');
  });

  it('lets verifiers keep its keys for 5 minutes, and nothing else be kept', async () => {
    const answer = await auth.api.get('/.well-known/jwks.json');
    expect(answer.headers.get('cache-control')).to.equal('public, max-age=300');
    expect((await auth.api.get('/api/v1/auth/me')).headers.get('cache-control')).to.equal('no-store');
  });

  it('issues tokens that another service accepts by the keys it fetches from here', async () => {
    const { body } = await auth.api.post('/api/v1/auth/register', newPerson());
    const keys = userKeysFrom(`${auth.server.baseUrl}/.well-known/jwks.json`, auth.identity.credentialsFor('expense'));
    const verify = createUserTokenVerifier({ ...auth.identity.userTokenSettings, keys });
    expect((await verify(body.accessToken)).id).to.equal(body.user.id);
  });

  it('describes its routes without a database', () => {
    const parts = createAuthParts({
      connection: mongoose.createConnection(),
      userTokens: createTestIdentity().userTokenSettings,
      accessTokenSeconds: 600,
      algorithm: 'ES256',
      keyEncryptionKey: testKeyEncryptionKey,
      keyRotationHours: 168,
      registry: createMetrics('auth').registry,
      log: captureLog().log,
    });
    const operations = authRoutes(parts).map(({ method, path }) => `${method} ${path}`);
    expect(operations).to.have.members([
      'get /.well-known/jwks.json',
      'get /internal/v1/session-ends',
      'post /api/v1/auth/register',
      'post /api/v1/auth/login',
      'post /api/v1/auth/refresh',
      'post /api/v1/auth/logout',
      'get /api/v1/auth/me',
      'patch /api/v1/auth/me',
    ]);
  });
});
