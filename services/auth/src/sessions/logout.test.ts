import { expect } from 'chai';
import { cookieOf, newPerson, startTestAuth, type TestAuth } from '../../test/start-test-auth.ts';

const path = '/api/v1/auth/logout';

describe('POST /api/v1/auth/logout', () => {
  let auth: TestAuth;
  before(async () => {
    auth = await startTestAuth();
  });
  after(() => auth.stop());

  const register = (changes = {}) => auth.api.post('/api/v1/auth/register', newPerson(changes));
  const refresh = (refreshToken: string) => auth.api.post('/api/v1/auth/refresh', { refreshToken, delivery: 'body' });

  it('ends the session of the cookie and takes the cookie away', async () => {
    const cookie = cookieOf(await register());
    const answer = await auth.api.post(path, undefined, { cookie, 'x-forwarded-proto': 'https' });
    expect(answer.status).to.equal(204);
    expect(answer.text).to.equal('');
    expect(answer.headers.getSetCookie()).to.deep.equal([
      'outlay_refresh=; Path=/api/v1/auth; Max-Age=0; HttpOnly; SameSite=Strict; Secure',
    ]);
    expect((await auth.api.post('/api/v1/auth/refresh', undefined, { cookie })).status).to.equal(401);
  });

  it('ends the session of a token in the body, be it the current one or one before', async () => {
    const { refreshToken: first } = (await register({ delivery: 'body' })).body;
    const { refreshToken: second } = (await refresh(first)).body;
    expect((await auth.api.post(path, { refreshToken: first })).status).to.equal(204);
    expect((await refresh(second)).status).to.equal(401);
    expect((await refresh(first)).status).to.equal(401);
  });

  it('answers the same to a second time, to nonsense and to nothing', async () => {
    const { refreshToken } = (await register({ delivery: 'body' })).body;
    for (const body of [{ refreshToken }, { refreshToken }, { refreshToken: 'nonsense' }, {}, undefined])
      expect((await auth.api.post(path, body)).status).to.equal(204);
  });

  it('does not end a session by its id alone', async () => {
    const { refreshToken } = (await register({ delivery: 'body' })).body;
    const made = Buffer.from(refreshToken, 'base64url').fill(1, 12).toString('base64url');
    await auth.api.post(path, { refreshToken: made });
    expect((await refresh(refreshToken)).status).to.equal(200);
  });

  it('leaves the user’s other sessions alone', async () => {
    const person = newPerson({ delivery: 'body' });
    const here = (await auth.api.post('/api/v1/auth/register', person)).body.refreshToken;
    const login = { email: person.email, password: person.password, delivery: 'body' };
    const there = (await auth.api.post('/api/v1/auth/login', login)).body.refreshToken;
    await auth.api.post(path, { refreshToken: here });
    expect((await refresh(there)).status).to.equal(200);
  });

  it('answers 422 to an unknown field', async () => {
    expect((await auth.api.post(path, { everywhere: true })).status).to.equal(422);
  });
});
