import { expect } from 'chai';
import { newId } from '../../../../test/support/new-id.ts';
import { bearer, newPerson, startTestAuth, type TestAuth } from '../../test/start-test-auth.ts';

const path = '/api/v1/auth/me';

describe('/api/v1/auth/me', () => {
  let auth: TestAuth;
  before(async () => {
    auth = await startTestAuth();
  });
  after(() => auth.stop());

  const register = async (changes: object = {}) => {
    const person = newPerson({ delivery: 'body', ...changes });
    const { body } = await auth.api.post('/api/v1/auth/register', person);
    return { person, user: body.user, refreshToken: body.refreshToken, as: auth.api.with(bearer(body.accessToken)) };
  };
  const logIn = async (email: string, password: string) =>
    auth.api.post('/api/v1/auth/login', { email, password, delivery: 'body' });
  const refresh = (refreshToken: string) => auth.api.post('/api/v1/auth/refresh', { refreshToken, delivery: 'body' });

  describe('GET', () => {
    it('tells who the token is for', async () => {
      const { as, user } = await register();
      const answer = await as.get(path);
      expect(answer.status).to.equal(200);
      expect(answer.body).to.deep.equal(user);
    });

    it('answers 401 without a token, with another issuer’s and for a user who is gone', async () => {
      const { as, person } = await register();
      expect((await auth.api.get(path)).status).to.equal(401);
      const forged = auth.identity.userToken(newId());
      expect((await auth.api.get(path, bearer(forged))).body.detail).to.equal(
        'The user’s token was refused: The token is signed by an unknown key.',
      );
      await auth.database.connection.collection('users').deleteOne({ email: person.email });
      expect((await as.get(path)).status).to.equal(401);
      expect((await as.patch(path, { name: 'Nobody' })).status).to.equal(401);
    });
  });

  describe('PATCH', () => {
    it('changes the name and leaves everything else', async () => {
      const { as, user, person } = await register();
      const answer = await as.patch(path, { name: ' Augusta Ada King ' });
      expect(answer.status).to.equal(200);
      expect(answer.body).to.deep.equal({ ...user, name: 'Augusta Ada King' });
      expect((await as.get(path)).body.name).to.equal('Augusta Ada King');
      expect((await logIn(person.email, person.password)).status).to.equal(200);
    });

    it('changes nothing where nothing is asked for', async () => {
      const { as, user } = await register();
      expect((await as.patch(path, {})).body).to.deep.equal(user);
    });

    it('changes the password and ends every session but this one', async () => {
      const { as, person, refreshToken } = await register();
      const elsewhere = (await logIn(person.email, person.password)).body.refreshToken;
      const password = { current: person.password, new: 'a much better password' };
      const answer = await as.patch(path, { name: 'Ada King', password });
      expect(answer.status).to.equal(200);
      expect(answer.body.name).to.equal('Ada King');

      expect((await refresh(refreshToken)).status).to.equal(200);
      expect((await refresh(elsewhere)).status).to.equal(401);
      expect((await logIn(person.email, person.password)).status).to.equal(401);
      expect((await logIn(person.email, 'a much better password')).status).to.equal(200);
    });

    it('changes nothing, the name neither, where the current password is wrong', async () => {
      const { as, person, user } = await register();
      const password = { current: 'wrong horse battery', new: 'a much better password' };
      const answer = await as.patch(path, { name: 'Eve', password });
      expect(answer.status).to.equal(422);
      expect(answer.body.type).to.equal('/problems/wrong-password');
      expect(answer.body.errors[0].pointer).to.equal('#/password/current');
      expect((await as.get(path)).body).to.deep.equal(user);
      expect((await logIn(person.email, person.password)).status).to.equal(200);
    });

    it('lets one of two changes at the same time through', async () => {
      const { as, person } = await register();
      const change = (next: string) => as.patch(path, { password: { current: person.password, new: next } });
      const answers = await Promise.all([change('the first new one'), change('the second new one')]);
      expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 422]);
      const winner = answers[0]!.status === 200 ? 'the first new one' : 'the second new one';
      expect((await logIn(person.email, winner)).status).to.equal(200);
    });

    it('leaves no session behind that was opened by the old password at that moment', async () => {
      const { as, person } = await register();
      const logins = Array.from({ length: 6 }, () => logIn(person.email, person.password));
      const password = { current: person.password, new: 'a much better password' };
      expect((await as.patch(path, { password })).status).to.equal(200);
      for (const { status, body } of await Promise.all(logins))
        if (status === 200) expect((await refresh(body.refreshToken)).status).to.equal(401);
    });

    const wrong: [what: string, body: object, pointer: string][] = [
      ['a short password', { password: { current: 'correct horse battery', new: 'short' } }, '#/password/new'],
      ['a password without the current one', { password: { new: 'a much better password' } }, '#/password/current'],
      ['a blank name', { name: ' ' }, '#/name'],
      ['another address', { email: 'eve@example.org' }, '#/email'],
    ];
    for (const [what, body, pointer] of wrong)
      it(`answers 422 to ${what}`, async () => {
        const { as } = await register();
        const answer = await as.patch(path, body);
        expect(answer.status).to.equal(422);
        expect(answer.body.errors[0].pointer).to.equal(pointer);
      });

    it('logs the change without the passwords', async () => {
      const { as, person } = await register();
      auth.lines.length = 0;
      await as.patch(path, { password: { current: person.password, new: 'a much better password' } });
      expect(auth.lines.join('')).to.include('password changed').and.not.include('better').and.not.include('horse');
    });
  });
});
