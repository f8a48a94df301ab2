import { expect } from 'chai';
import { Types } from 'mongoose';
import { bearer, newPerson, startTestAuth, type TestAuth } from '../../test/start-test-auth.ts';

const path = '/api/v1/auth/login';

describe('POST /api/v1/auth/login', () => {
  const person = newPerson();
  const credentials = { email: person.email, password: person.password };
  let auth: TestAuth;
  let userId: string;
  before(async () => {
    auth = await startTestAuth();
    userId = (await auth.api.post('/api/v1/auth/register', person)).body.user.id;
  });
  after(() => auth.stop());

  it('answers with an access token, the user and the refresh cookie', async () => {
    const answer = await auth.api.post(path, credentials);
    expect(answer.status).to.equal(200);
    expect(answer.body.user).to.deep.include({ id: userId, email: person.email });
    expect(answer.headers.getSetCookie()[0]).to.match(/^outlay_refresh=[\w-]{80};/);
    expect(answer.headers.get('cache-control')).to.equal('no-store');
    const me = await auth.api.get('/api/v1/auth/me', bearer(answer.body.accessToken));
    expect(me.body.id).to.equal(userId);
  });

  it('knows an address in whatever letters, and a password by whatever keyboard', async () => {
    expect((await auth.api.post(path, { ...credentials, email: person.email.toUpperCase() })).status).to.equal(200);
    const composed = newPerson({ password: 'caf\u00e9 noir caf\u00e9' });
    await auth.api.post('/api/v1/auth/register', composed);
    const decomposed = { email: composed.email, password: 'cafe\u0301 noir cafe\u0301' };
    expect((await auth.api.post(path, decomposed)).status).to.equal(200);
  });

  it('answers a wrong password and an unknown address alike', async () => {
    const wrong = await auth.api.post(path, { ...credentials, password: 'wrong horse battery' });
    const unknown = await auth.api.post(path, { ...credentials, email: 'nobody@example.org' });
    expect(wrong.status).to.equal(401);
    expect(wrong.body).to.deep.equal({
      type: '/problems/wrong-credentials',
      title: 'Wrong address or password',
      status: 401,
      detail: 'No account has this address and password.',
    });
    expect(unknown.body).to.deep.equal(wrong.body);
    const headersOf = ({ headers }: typeof wrong) => [...headers].filter(([name]) => name !== 'date');
    expect(headersOf(unknown)).to.deep.equal(headersOf(wrong));
  });

  it('computes one hash of the same cost for a wrong password, an unknown address and a right one', async () => {
    const count = () => auth.metric('auth_password_hash_duration_seconds_count', 'operation="verify"');
    for (const attempt of [
      { ...credentials, password: 'wrong horse battery' },
      { ...credentials, email: 'nobody@example.org' },
      credentials,
    ]) {
      const before = await count();
      await auth.api.post(path, attempt);
      expect(await count()).to.equal(before + 1);
    }
  });

  it('takes no password for an account but its own, not even one that another has', async () => {
    const other = newPerson({ password: 'another long password' });
    await auth.api.post('/api/v1/auth/register', other);
    expect((await auth.api.post(path, { email: person.email, password: other.password })).status).to.equal(401);
  });

  const wrong: [what: string, changes: object, pointer: string][] = [
    ['no address', { email: undefined }, '#/email'],
    ['a query in place of an address', { email: { $gt: '' } }, '#/email'],
    ['an empty password', { password: '' }, '#/password'],
    ['a query in place of a password', { password: { $gt: '' } }, '#/password'],
    ['a password of 201 characters', { password: 'x'.repeat(201) }, '#/password'],
    ['an unknown field', { remember: true }, '#/remember'],
  ];
  for (const [what, changes, pointer] of wrong)
    it(`answers 422 to ${what}`, async () => {
      const answer = await auth.api.post(path, { ...credentials, ...changes });
      expect(answer.status).to.equal(422);
      expect(answer.body.errors[0].pointer).to.equal(pointer);
    });

  it('gives nobody a session by a password that was changed while it was verified', async () => {
    const person = newPerson();
    const { accessToken } = (await auth.api.post('/api/v1/auth/register', person)).body;
    const { passwords } = auth.parts;
    const verify = passwords.verify;
    const verified = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    passwords.verify = async (...asked) => {
      passwords.verify = verify;
      const isRight = await verify(...asked);
      verified.resolve();
      await goOn.promise;
      return isRight;
    };

    const login = auth.api.post('/api/v1/auth/login', { email: person.email, password: person.password });
    await verified.promise;
    const change = { password: { current: person.password, new: 'another horse battery' } };
    expect((await auth.api.patch('/api/v1/auth/me', change, bearer(accessToken))).status).to.equal(200);
    goOn.resolve();

    const answer = await login;
    expect(answer.status).to.equal(401);
    expect(answer.headers.getSetCookie()).to.deep.equal([]);
  });

  it('ends the oldest sessions of who has more than 500, so that a new password can end the others in one go', async () => {
    const { body: first } = await auth.api.post('/api/v1/auth/register', newPerson({ delivery: 'body' }));
    const { body: other } = await auth.api.post('/api/v1/auth/register', newPerson({ delivery: 'body' }));
    const { email, id } = first.user;
    const open = () => auth.parts.sessions.open({ userId: id, passwordVersion: 1 });
    const second = await open();
    await Promise.all(Array.from({ length: 498 }, open));
    const refresh = (refreshToken: string) => auth.api.post('/api/v1/auth/refresh', { refreshToken, delivery: 'body' });
    const logIn = () => auth.api.post(path, { email, password: person.password, delivery: 'body' });

    const { body: latest } = await logIn();

    expect((await refresh(first.refreshToken)).status).to.equal(401);
    for (const token of [second.refreshToken, latest.refreshToken, other.refreshToken])
      expect((await refresh(token)).status).to.equal(200);
    const mine = { userId: new Types.ObjectId(id) };
    expect(await auth.parts.sessions.model.countDocuments({ ...mine, revokedAt: null })).to.equal(500);
    // And does not keep what has ended for a month.
    const [ended] = await auth.parts.sessions.model.find({ ...mine, revokedAt: { $ne: null } }).lean();
    expect(ended!.expiresAt.getTime() - ended!.revokedAt!.getTime()).to.equal(3_600_000);
  });

  it('turns a storm away with 503 once the line is full, and lets everyone in again after it', async () => {
    const small = await startTestAuth({ database: auth.database, hashing: { atOnce: 1, waitingMax: 1 } });
    try {
      const answers = await Promise.all(Array.from({ length: 9 }, () => small.api.post(path, credentials)));
      const statuses = new Set(answers.map(({ status }) => status));
      expect([...statuses].sort()).to.deep.equal([200, 503]);
      const turnedAway = answers.find(({ status }) => status === 503)!;
      expect(turnedAway.body.type).to.equal('/problems/unavailable');
      expect(turnedAway.headers.get('retry-after')).to.equal('1');
      expect((await small.api.post(path, credentials)).status).to.equal(200);
    } finally {
      await small.stop();
    }
  });

  it('counts by outcome', async () => {
    const outcomes = ['succeeded', 'wrong_password', 'unknown_address'];
    const count = () =>
      Promise.all(outcomes.map((outcome) => auth.metric('auth_logins_total', `outcome="${outcome}"`)));
    const before = await count();
    await auth.api.post(path, credentials);
    await auth.api.post(path, { ...credentials, password: 'wrong horse battery' });
    await auth.api.post(path, { ...credentials, email: 'nobody@example.org' });
    expect(await count()).to.deep.equal(before.map((value) => value + 1));
  });

  it('logs neither address nor password nor token, whether it succeeds or not', async () => {
    auth.lines.length = 0;
    const answer = await auth.api.post(path, { ...credentials, delivery: 'body' });
    await auth.api.post(path, { ...credentials, password: 'wrong horse battery' });
    await auth.api.post(path, `{"email":"${person.email}","password":"cut o`, { 'content-type': 'application/json' });
    const logged = auth.lines.join('');
    expect(logged).to.include('logged in');
    for (const secret of [
      person.email,
      'horse battery',
      'cut o',
      answer.body.refreshToken,
      answer.body.accessToken.slice(-40),
    ])
      expect(logged).to.not.include(secret);
  });
});
