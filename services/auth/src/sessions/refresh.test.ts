import { expect } from 'chai';
import type { Answer } from '../../../../test/support/request.ts';
import { bearer, cookieOf, newPerson, startTestAuth, type TestAuth } from '../../test/start-test-auth.ts';

const path = '/api/v1/auth/refresh';

describe('POST /api/v1/auth/refresh', () => {
  let auth: TestAuth;
  before(async () => {
    auth = await startTestAuth();
  });
  after(() => auth.stop());
  afterEach(() => {
    auth.clock.aheadMs = 0;
  });

  const register = () => auth.api.post('/api/v1/auth/register', newPerson({ delivery: 'body' }));
  const newToken = async (): Promise<string> => (await register()).body.refreshToken;
  const refresh = (refreshToken: string) => auth.api.post(path, { refreshToken, delivery: 'body' });
  const next = async (refreshToken: string): Promise<string> => {
    const { status, body } = await refresh(refreshToken);
    expect(status).to.equal(200);
    return body.refreshToken;
  };
  const afterGrace = () => {
    auth.clock.aheadMs += 11_000;
  };
  const expectEnded = ({ status, body }: Answer) => {
    expect(status).to.equal(401);
    expect(body.type).to.equal('/problems/session-ended');
  };

  it('exchanges a token for an access token and the next refresh token', async () => {
    const registered = await register();
    const answer = await refresh(registered.body.refreshToken);
    expect(answer.status).to.equal(200);
    expect(answer.body).to.have.all.keys('accessToken', 'tokenType', 'expiresIn', 'refreshToken', 'user');
    expect(answer.body.user).to.deep.equal(registered.body.user);
    expect(answer.body.refreshToken)
      .to.match(/^[\w-]{80}$/)
      .and.not.equal(registered.body.refreshToken);
    const me = await auth.api.get('/api/v1/auth/me', bearer(answer.body.accessToken));
    expect(me.body).to.deep.equal(registered.body.user);
  });

  it('goes on from token to token within one session', async () => {
    let token = await newToken();
    const seen = new Set([token]);
    for (let round = 0; round < 5; round++) {
      afterGrace();
      token = await next(token);
      seen.add(token);
    }
    expect(seen.size).to.equal(6);
  });

  it('works by cookie, and answers with a cookie of what is left of the session', async () => {
    const registered = await auth.api.post('/api/v1/auth/register', newPerson());
    auth.clock.aheadMs = 86_400_000;
    const answer = await auth.api.post(path, undefined, { cookie: cookieOf(registered) });
    expect(answer.status).to.equal(200);
    expect(answer.body).to.not.have.property('refreshToken');
    expect(cookieOf(answer)).to.not.equal(cookieOf(registered));
    const maxAge = Number(/Max-Age=(\d+)/.exec(answer.headers.getSetCookie()[0]!)?.[1]);
    expect(maxAge).to.equal(29 * 86_400);
  });

  it('does not hand a token that came as a cookie to a script that asks for it in the body', async () => {
    const registered = await auth.api.post('/api/v1/auth/register', newPerson());
    const cookie = cookieOf(registered);
    const answer = await auth.api.post(path, { delivery: 'body' }, { cookie });
    expectEnded(answer);
    expect(answer.headers.getSetCookie()).to.have.length(0);
    expect((await auth.api.post(path, {}, { cookie })).status).to.equal(200);
  });

  it('keeps tokens only as hashes', async () => {
    const token = await newToken();
    const following = await next(token);
    const stored = JSON.stringify(await auth.database.connection.collection('sessions').find().toArray());
    for (const text of [token, following]) {
      const secret = Buffer.from(text, 'base64url').subarray(28);
      for (const encoding of ['base64url', 'base64', 'hex'] as const)
        expect(stored).to.not.include(secret.toString(encoding));
    }
  });

  describe('with a token that was used before', () => {
    it('gives the same successor again for 10 s, since the answer may have been lost', async () => {
      const first = await newToken();
      const second = await next(first);
      auth.clock.aheadMs += 9_000;
      expect(await next(first)).to.equal(second);
      expect(await next(second)).to.be.a('string');
    });

    it('gives tabs that ask at the same time one and the same successor', async () => {
      const first = await newToken();
      const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(first)));
      expect(answers.map(({ status }) => status)).to.deep.equal(Array(10).fill(200));
      const successors = new Set(answers.map(({ body }) => body.refreshToken));
      expect(successors.size).to.equal(1);
      afterGrace();
      expect((await refresh([...successors][0])).status).to.equal(200);
    });

    it('ends the session after those 10 s: two parties hold its tokens', async () => {
      const first = await newToken();
      const second = await next(first);
      afterGrace();
      expectEnded(await refresh(first));
      expectEnded(await refresh(second));
    });

    it('ends the session at once where the token is older than the last one', async () => {
      const first = await newToken();
      const second = await next(first);
      const third = await next(second);
      expectEnded(await refresh(first));
      expectEnded(await refresh(third));
      expectEnded(await refresh(second));
    });

    it('notices a thief who used the grace period as soon as both go on', async () => {
      const stolen = await newToken();
      await next(stolen);
      const thiefs = await next(stolen);
      afterGrace();
      const honest = await next(thiefs); // the honest one holds the same successor and uses it first
      afterGrace();
      expectEnded(await refresh(thiefs));
      expectEnded(await refresh(honest));
    });

    it('leaves the user’s other sessions alone', async () => {
      const person = newPerson({ delivery: 'body' });
      const first = (await auth.api.post('/api/v1/auth/register', person)).body.refreshToken;
      const login = { email: person.email, password: person.password, delivery: 'body' };
      const other = (await auth.api.post('/api/v1/auth/login', login)).body.refreshToken;
      await next(first);
      afterGrace();
      expectEnded(await refresh(first));
      expect((await refresh(other)).status).to.equal(200);
    });

    it('warns of it in the log by the session’s id, and counts it', async () => {
      const before = await auth.metric('auth_refreshes_total', 'outcome="reused"');
      const first = await newToken();
      await next(first);
      afterGrace();
      auth.lines.length = 0;
      await refresh(first);
      const warning = auth.lines.map((line) => JSON.parse(line)).find(({ level }) => level === 'warn');
      expect(warning)
        .to.have.property('sessionId')
        .that.matches(/^[0-9a-f]{24}$/);
      expect(auth.lines.join('')).to.not.include(first);
      expect(await auth.metric('auth_refreshes_total', 'outcome="reused"')).to.equal(before + 1);
    });
  });

  it('does not let a made-up token end the session that it names', async () => {
    const token = await newToken();
    const made = Buffer.from(token, 'base64url');
    made.fill(1, 12); // the session's id stands in every access token
    expectEnded(await refresh(made.toString('base64url')));
    expect((await refresh(token)).status).to.equal(200);
  });

  it('lets one session run for 30 days and no longer, however often it is refreshed', async () => {
    let token = await newToken();
    for (let day = 0; day < 29; day++) {
      auth.clock.aheadMs += 86_400_000;
      token = await next(token);
    }
    auth.clock.aheadMs += 86_400_000;
    expectEnded(await refresh(token));
  });

  it('answers 401 to what is no token', async () => {
    for (const refreshToken of ['', 'x', 'x'.repeat(80), 'ä'.repeat(80), `${await newToken()}x`, undefined])
      expectEnded(await auth.api.post(path, { refreshToken, delivery: 'body' }));
    expectEnded(await auth.api.post(path, undefined, { cookie: 'outlay_refresh=nonsense' }));
    expectEnded(await auth.api.post(path));
  });

  it('answers 401 for a user who does not exist any more', async () => {
    const { body } = await register();
    const { connection } = auth.database;
    await connection.collection('users').deleteOne({ email: body.user.email });
    expectEnded(await refresh(body.refreshToken));
  });

  it('answers 422 to a token that is no text and to an unknown field', async () => {
    expect((await auth.api.post(path, { refreshToken: { $ne: null } })).status).to.equal(422);
    expect((await auth.api.post(path, { refreshToken: 'x'.repeat(501) })).status).to.equal(422);
    expect((await auth.api.post(path, { token: 'x' })).body.errors[0].pointer).to.equal('#/token');
  });

  it('lets the database remove expired sessions', async () => {
    const indexes = await auth.database.connection.collection('sessions').indexes();
    const byExpiry = indexes.find(({ key }) => key.expiresAt === 1);
    expect(byExpiry).to.have.property('expireAfterSeconds', 0);
  });
});
