import { Unavailable } from '@outlay/service-kit/problem.ts';
import { expect } from 'chai';
import type { Answer, Api } from '../../../../test/support/request.ts';
import { bearer, newPerson, startTestAuth, type TestAuth } from '../../test/start-test-auth.ts';

const path = '/api/v1/auth/login';
const wrong = 'wrong horse battery';
const minute = 60;

describe('wrong passwords in a row', () => {
  let auth: TestAuth;
  beforeEach(async () => {
    auth = await startTestAuth();
  });
  afterEach(() => auth.stop());

  const register = async () => {
    const person = newPerson();
    const { body } = await auth.api.post('/api/v1/auth/register', person);
    return { email: person.email, password: person.password, accessToken: body.accessToken };
  };
  const logIn = ({ email, password }: { email: string; password: string }, at = auth): Promise<Answer> =>
    at.api.post(path, { email, password });
  const guess = (email: string, at = auth) => logIn({ email, password: wrong }, at);
  const guessTimes = async (email: string, times: number) => {
    const answers: Answer[] = [];
    for (let index = 0; index < times; index++) answers.push(await guess(email));
    return answers;
  };
  const secondsToWait = (answer: Answer) => {
    expect(answer.status).to.equal(429);
    return Number(answer.headers.get('retry-after'));
  };
  const pass = (seconds: number, at = auth) => {
    at.clock.aheadMs += seconds * 1_000;
  };
  const statuses = (answers: readonly Answer[]) => answers.map(({ status }) => status);

  it('let an account wait after the tenth, the right password too', async () => {
    const person = await register();
    expect(statuses(await guessTimes(person.email, 10))).to.deep.equal(Array(10).fill(401));

    const answer = await logIn(person);

    expect(secondsToWait(answer)).to.equal(5);
    expect(answer.headers.get('content-type')).to.match(/^application\/problem\+json/);
    expect(answer.body).to.deep.equal({
      type: '/problems/too-many-attempts',
      title: 'Too many wrong passwords',
      status: 429,
      detail: 'Too many wrong passwords in a row. Try again in 5 seconds.',
    });
    expect(answer.headers.getSetCookie()).to.deep.equal([]);
    pass(5);
    expect((await logIn(person)).status).to.equal(200);
  });

  it('let it wait twice as long after each one more, a quarter of an hour at most, however often it is asked meanwhile', async () => {
    const { email } = await register();
    await guessTimes(email, 10);
    const waits: number[] = [];
    for (let index = 0; index < 11; index++) {
      const seconds = secondsToWait(await guess(email));
      waits.push(seconds);
      pass(seconds - 1);
      expect(secondsToWait(await guess(email))).to.equal(1);
      pass(1);
      expect((await guess(email)).status).to.equal(401);
    }
    expect(waits).to.deep.equal([5, 10, 20, 40, 80, 160, 320, 640, ...Array(3).fill(15 * minute)]);
    expect((await guess(email)).body.detail).to.equal('Too many wrong passwords in a row. Try again in 15 minutes.');
  });

  it('are forgotten with a right one, and a day after the last', async () => {
    const person = await register();
    await guessTimes(person.email, 9);
    expect((await logIn(person)).status).to.equal(200);
    expect(statuses(await guessTimes(person.email, 10))).to.deep.equal(Array(10).fill(401));
    pass(24 * 60 * minute);
    expect(statuses(await guessTimes(person.email, 10))).to.deep.equal(Array(10).fill(401));
    expect((await guess(person.email)).status).to.equal(429);
  });

  it('do not tell whether an account has the address', async () => {
    const tell = async (email: string) =>
      (await guessTimes(email, 12)).map(({ status, body, headers }) => ({
        status,
        body,
        headers: [...headers].filter(([name]) => name !== 'date'),
      }));
    const known = await tell((await register()).email);
    expect(await tell('nobody@example.org')).to.deep.equal(known);
    expect(known.at(-1)!.status).to.equal(429);
  });

  it('cost no hash any more while the account waits', async () => {
    const { email } = await register();
    await guessTimes(email, 10);
    const count = () => auth.metric('auth_password_hash_duration_seconds_count', 'operation="verify"');
    const [hashes, refusals] = [await count(), await auth.metric('auth_logins_total', 'outcome="too_many_attempts"')];
    await guessTimes(email, 3);
    expect(await count()).to.equal(hashes);
    expect(await auth.metric('auth_logins_total', 'outcome="too_many_attempts"')).to.equal(refusals + 3);
  });

  it('count for one account and no other, in whatever letters its address is written', async () => {
    const [person, other] = [await register(), await register()];
    await guessTimes(person.email, 5);
    await guessTimes(person.email.toUpperCase(), 5);
    expect((await guess(person.email)).status).to.equal(429);
    expect((await logIn(other)).status).to.equal(200);
  });

  it('are counted by all replicas together', async () => {
    const { database, identity } = auth;
    const other = await startTestAuth({ database, identity });
    try {
      pass(10, other); // no two clocks are alike
      const person = await register();
      for (let index = 0; index < 5; index++) {
        expect((await guess(person.email)).status).to.equal(401);
        expect((await guess(person.email, other)).status).to.equal(401);
      }
      expect([(await logIn(person)).status, (await logIn(person, other)).status]).to.deep.equal([429, 429]);
    } finally {
      await other.stop();
    }
  });

  it('are no more when they come all at once', async () => {
    const { email } = await register();
    const answers = await Promise.all(Array.from({ length: 30 }, () => guess(email)));
    expect(statuses(answers).sort()).to.deep.equal([...Array(10).fill(401), ...Array(20).fill(429)]);
  });

  it('are only those that were looked at: who was turned away as the line was full may come again', async () => {
    const person = await register();
    const { passwords } = auth.parts;
    const { verify } = passwords;
    await guessTimes(person.email, 8);
    passwords.verify = () => Promise.reject(new Unavailable('The line is full.'));
    expect(statuses(await guessTimes(person.email, 4))).to.deep.equal(Array(4).fill(503));
    passwords.verify = verify;
    expect((await guess(person.email)).status).to.equal(401);
    expect((await logIn(person)).status).to.equal(200);
  });

  describe('of strangers', () => {
    /** A browser that has logged in to the account once, and has logged out since. */
    const browserOf = async (person: { email: string; password: string }) => {
      const { headers } = await logIn(person);
      const device = headers.getSetCookie().find((cookie) => cookie.startsWith('outlay_device='))!;
      const cookie = device.split(';')[0]!;
      return { device, cookie, api: auth.api.with({ cookie }) };
    };
    const logInBy = (api: Api, { email, password }: { email: string; password: string }) =>
      api.post(path, { email, password });

    it('do not keep a person out of a browser that knows the account', async () => {
      const person = await register();
      const browser = await browserOf(person);
      await guessTimes(person.email, 10);
      expect((await logIn(person)).status).to.equal(429);

      const answer = await logInBy(browser.api, { ...person, email: person.email.toUpperCase() });

      expect(answer.status).to.equal(200);
      expect((await logIn(person)).status).to.equal(429);
    });

    it('are counted apart from those of the browser, which waits for its own', async () => {
      const person = await register();
      const browser = await browserOf(person);
      for (let index = 0; index < 10; index++)
        expect((await logInBy(browser.api, { ...person, password: wrong })).status).to.equal(401);
      expect((await logInBy(browser.api, person)).status).to.equal(429);
      expect((await logIn(person)).status).to.equal(200);
    });

    it('get no further by the cookie of another account, nor by one that is made up', async () => {
      const [person, stranger] = [await register(), await register()];
      const own = await browserOf(stranger);
      const [id] = own.cookie.slice('outlay_device='.length).split('.');
      await guessTimes(person.email, 10);
      for (const cookie of [
        own.cookie,
        `outlay_device=${id}.${'A'.repeat(43)}`,
        `outlay_device=${id}`,
        'outlay_device=.',
      ])
        expect((await logInBy(auth.api.with({ cookie }), person)).status, cookie).to.equal(429);
    });

    it('are told apart by a cookie that no script reads, no other site sends and only the login gets', async () => {
      const person = await register();
      const { device } = await browserOf(person);
      expect(device).to.match(
        /^outlay_device=[\w-]{22}\.[\w-]{43}; Path=\/api\/v1\/auth\/login; Max-Age=31536000; HttpOnly; SameSite=Strict$/,
      );
      const { headers } = await auth.api.post('/api/v1/auth/register', newPerson(), { 'x-forwarded-proto': 'https' });
      expect(headers.getSetCookie()[1]).to.match(/^outlay_device=.*; SameSite=Strict; Secure$/);
      const inBody = await auth.api.post(path, { email: person.email, password: person.password, delivery: 'body' });
      expect(inBody.headers.getSetCookie()).to.deep.equal([]);
    });
  });

  it('of who wants to change the password count too', async () => {
    const { accessToken, password } = await register();
    const change = (current: string) =>
      auth.api.patch('/api/v1/auth/me', { password: { current, new: 'a better password' } }, bearer(accessToken));
    for (let index = 0; index < 10; index++) expect((await change(wrong)).status).to.equal(422);
    const answer = await change(password);
    expect([answer.status, answer.headers.get('retry-after')]).to.deep.equal([429, '5']);
    expect((await auth.api.get('/api/v1/auth/me', bearer(accessToken))).status).to.equal(200);
    pass(5);
    expect((await change(password)).status).to.equal(200);
  });

  it('of a thief who has a session keep the owner from no change of the password', async () => {
    const { email, password, accessToken: stolen } = await register();
    const { accessToken: own } = (await logIn({ email, password })).body;
    const change = (token: string, current: string) =>
      auth.api.patch('/api/v1/auth/me', { password: { current, new: 'a better password' } }, bearer(token));
    for (let index = 0; index < 10; index++) expect((await change(stolen, wrong)).status).to.equal(422);
    expect((await change(stolen, wrong)).status).to.equal(429);
    expect((await change(own, password)).status).to.equal(200);
  });

  it('are kept without the address, in a million places at most, for a day', async () => {
    await guess('nobody@example.org');
    const { model } = auth.parts.attempts;
    const kept = await model.find().lean();
    for (const { _id } of kept)
      expect(_id)
        .to.be.a('number')
        .within(0, 2 ** 20 - 1);
    expect(JSON.stringify(kept)).to.not.include('example');
    const indexes = await model.collection.indexes();
    expect(indexes.find(({ key }) => key.expiresAt)).to.include({ expireAfterSeconds: 0 });
    const latest = Math.max(...kept.map(({ expiresAt }) => expiresAt.getTime()));
    expect(latest - auth.parts.now()).to.equal(24 * 60 * minute * 1_000);
  });
});
