import { expect } from 'chai';
import { bearer, newPerson, startTestAuth, type TestAuth } from '../../test/start-test-auth.ts';

const path = '/api/v1/auth/register';

describe('POST /api/v1/auth/register', () => {
  let auth: TestAuth;
  before(async () => {
    auth = await startTestAuth();
  });
  after(() => auth.stop());

  it('makes an account and logs it in', async () => {
    const person = newPerson();
    const answer = await auth.api.post(path, person);
    expect(answer.status).to.equal(201);
    const { accessToken, user, ...rest } = answer.body;
    expect(rest).to.deep.equal({ tokenType: 'Bearer', expiresIn: 600 });
    expect(user).to.deep.include({ email: person.email, name: 'Ada Lovelace' });
    expect(user).to.have.all.keys('id', 'email', 'name', 'createdAt');
    expect((await auth.api.get('/api/v1/auth/me', bearer(accessToken))).body).to.deep.equal(user);
  });

  it('hands the refresh token over as a cookie that no script and no other site gets', async () => {
    const answer = await auth.api.post(path, newPerson());
    expect(answer.headers.getSetCookie()).to.have.length(2);
    expect(answer.headers.getSetCookie()[0]).to.match(
      /^outlay_refresh=[\w-]{80}; Path=\/api\/v1\/auth; Max-Age=2592000; HttpOnly; SameSite=Strict$/,
    );
    const secure = await auth.api.post(path, newPerson(), { 'x-forwarded-proto': 'https' });
    expect(secure.headers.getSetCookie()[0]).to.match(/; SameSite=Strict; Secure$/);
  });

  it('hands it over in the body where that is asked for, and then sets no cookie', async () => {
    const answer = await auth.api.post(path, newPerson({ delivery: 'body' }));
    expect(answer.body.refreshToken).to.match(/^[\w-]{80}$/);
    expect(answer.headers.getSetCookie()).to.have.length(0);
  });

  it('keeps a password only as argon2id of the cost that OWASP names', async () => {
    const person = newPerson();
    await auth.api.post(path, person);
    const stored = await auth.database.connection.collection('users').findOne({ email: person.email });
    expect(stored?.passwordHash).to.match(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(JSON.stringify(stored)).to.not.include(person.password);
  });

  it('answers 409 to an address that is taken, in whatever letters', async () => {
    const person = newPerson();
    await auth.api.post(path, person);
    const answer = await auth.api.post(path, { ...person, email: person.email.toUpperCase() });
    expect(answer.status).to.equal(409);
    expect(answer.body.type).to.equal('/problems/email-taken');
    expect(answer.body.errors).to.deep.equal([{ pointer: '#/email', detail: 'has an account already' }]);
    expect(answer.text).to.not.include(person.email);
  });

  it('gives an address to one of many who ask for it at the same time', async () => {
    const person = newPerson();
    const answers = await Promise.all(Array.from({ length: 8 }, () => auth.api.post(path, person)));
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([201, 409, 409, 409, 409, 409, 409, 409]);
    const { connection } = auth.database;
    const users = await connection.collection('users').find({ email: person.email }).toArray();
    expect(users).to.have.length(1);
    const sessions = await connection.collection('sessions').countDocuments({ userId: users[0]!._id });
    expect(sessions).to.equal(1);
  });

  it('keeps the name without the spaces around it', async () => {
    const answer = await auth.api.post(path, newPerson({ name: '  Ada \n' }));
    expect(answer.body.user.name).to.equal('Ada');
  });

  const wrong: [what: string, changes: object, pointer: string][] = [
    ['no address', { email: undefined }, '#/email'],
    ['an address without a domain', { email: 'ada@' }, '#/email'],
    ['an address of 255 characters', { email: `ada@${'x'.repeat(248)}.uk` }, '#/email'],
    ['65 characters before the @', { email: `${'x'.repeat(65)}@example.org` }, '#/email'],
    ['an address that is an object', { email: { $ne: null } }, '#/email'],
    ['no password', { password: undefined }, '#/password'],
    ['a password of 9 characters', { password: '123456789' }, '#/password'],
    ['a password of 201 characters', { password: 'x'.repeat(201) }, '#/password'],
    ['a password that is an object', { password: { $ne: null } }, '#/password'],
    ['no name', { name: undefined }, '#/name'],
    ['a blank name', { name: ' \n ' }, '#/name'],
    ['a name with a control character', { name: 'Ada\u0000' }, '#/name'],
    ['a name with half of a surrogate pair', { name: 'Ada \ud83c' }, '#/name'],
    ['another delivery', { delivery: 'pigeon' }, '#/delivery'],
    ['a field that is not known', { isAdmin: true }, '#/isAdmin'],
  ];
  for (const [what, changes, pointer] of wrong)
    it(`answers 422 to ${what} and points at the field`, async () => {
      const answer = await auth.api.post(path, newPerson(changes));
      expect(answer.status).to.equal(422);
      expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).to.include(pointer);
    });

  it('counts by outcome', async () => {
    const before = await auth.metric('auth_registrations_total', 'outcome="taken"');
    const person = newPerson();
    await auth.api.post(path, person);
    await auth.api.post(path, person);
    expect(await auth.metric('auth_registrations_total', 'outcome="taken"')).to.equal(before + 1);
    expect(await auth.metric('auth_registrations_total', 'outcome="succeeded"')).to.be.greaterThan(0);
  });

  it('logs neither address nor password nor token nor name', async () => {
    const person = newPerson({ delivery: 'body', name: 'Grace Hopper' });
    auth.lines.length = 0;
    const answer = await auth.api.post(path, person);
    await auth.api.post(path, person);
    await auth.api.post(
      path,
      { ...person, email: `x${person.email}`, password: 'short pass' },
      { 'content-type': 'text/plain' },
    );
    const logged = auth.lines.join('');
    expect(logged).to.include(answer.body.user.id);
    for (const secret of [
      person.email,
      person.password,
      'Grace',
      answer.body.refreshToken,
      answer.body.accessToken.slice(-40),
    ])
      expect(logged).to.not.include(secret);
  });
});
