import { expect } from 'chai';
import { bearer, newPerson, startTestAuth, type TestAuth } from '../../test/start-test-auth.ts';

const path = '/internal/v1/session-ends';

interface Event {
  readonly data: string | undefined;
  readonly id: string | undefined;
}

/** Reads the feed as the gateway does. */
async function follow(auth: TestAuth, lastEventId = '') {
  const token = auth.identity.workloadToken('gateway', 'auth');
  const headers = { 'x-outlay-workload-token': token, 'last-event-id': lastEventId };
  const answer = await fetch(auth.server.baseUrl + path, { headers });
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const next = async (): Promise<Event | undefined> => {
    while (!text.includes('\n\n')) {
      const { done, value } = await reader.read();
      if (done) return undefined;
      text += value;
    }
    const end = text.indexOf('\n\n');
    const lines = text.slice(0, end).split('\n');
    text = text.slice(end + 2);
    const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
    return { data: field('data'), id: field('id') };
  };
  /** Reads on until a position, gives what has ended before it. */
  const upToDate = async () => {
    const ended = new Set<string>(); // what ends at the seam of list and changes is told twice
    for (;;) {
      const event = (await next())!;
      if (event.data) ended.add(event.data);
      if (event.id && !event.data) return { ended: [...ended], position: event.id };
    }
  };
  const nextEnd = async () => {
    for (;;) {
      const event = (await next())!;
      if (event.data) return event.data;
    }
  };
  return { answer, next, nextEnd, upToDate, leave: () => reader.cancel() };
}

describe('the feed of ended sessions', () => {
  let auth: TestAuth;
  beforeEach(async () => {
    auth = await startTestAuth();
  });
  afterEach(() => auth.stop());

  const open = async (at = auth, person = newPerson({ delivery: 'body' })) => {
    const { body } = await at.api.post('/api/v1/auth/register', person);
    return { ...body, person, sessionId: sessionOf(body.accessToken) };
  };
  const sessionOf = (accessToken: string): string =>
    JSON.parse(Buffer.from(accessToken.split('.')[1]!, 'base64url').toString()).sid;
  const logout = ({ refreshToken }: { refreshToken: string }, at = auth) =>
    at.api.post('/api/v1/auth/logout', { refreshToken });

  it('tells of a session that is logged out, at once', async () => {
    const session = await open();
    const feed = await follow(auth);
    expect(feed.answer.headers.get('content-type')).to.equal('text/event-stream');
    expect((await feed.upToDate()).ended).to.deep.equal([]);

    const startedAt = performance.now();
    await logout(session);

    expect(await feed.nextEnd()).to.equal(session.sessionId);
    expect(performance.now() - startedAt).to.be.below(1_000);
    await feed.leave();
  });

  it('tells of it at every replica', async () => {
    const other = await startTestAuth({ database: auth.database, identity: auth.identity });
    const session = await open();
    const feed = await follow(other);
    await feed.upToDate();

    await logout(session);

    expect(await feed.nextEnd()).to.equal(session.sessionId);
    await feed.leave();
    await other.stop();
  });

  it('tells of a session whose old refresh token is used again', async () => {
    const session = await open();
    const feed = await follow(auth);
    await feed.upToDate();
    const refresh = (refreshToken: string) => auth.api.post('/api/v1/auth/refresh', { refreshToken, delivery: 'body' });

    const { body: second } = await refresh(session.refreshToken);
    await refresh(second.refreshToken);
    expect((await refresh(session.refreshToken)).status).to.equal(401);

    expect(await feed.nextEnd()).to.equal(session.sessionId);
    await feed.leave();
  });

  it('tells of the other sessions of a user who changes the password, not of the one that does', async () => {
    const here = await open();
    const { email, password } = here.person;
    const there = (await auth.api.post('/api/v1/auth/login', { email, password })).body;
    const bystander = await open();
    const feed = await follow(auth);
    await feed.upToDate();

    const change = { password: { current: password, new: 'another horse battery' } };
    expect((await auth.api.patch('/api/v1/auth/me', change, bearer(here.accessToken))).status).to.equal(200);
    await logout(bystander);

    expect([await feed.nextEnd(), await feed.nextEnd()]).to.deep.equal([
      sessionOf(there.accessToken),
      bystander.sessionId,
    ]);
    await feed.leave();
  });

  it('goes on from a position, at another replica too, and repeats nothing before it', async () => {
    const [first, second, third] = [await open(), await open(), await open()];
    const feed = await follow(auth);
    await logout(first);
    expect(await feed.nextEnd()).to.equal(first.sessionId);
    const { position } = await feed.upToDate();
    await feed.leave();

    await logout(second);
    const other = await startTestAuth({ database: auth.database, identity: auth.identity });
    const again = await follow(other, position);
    expect(await again.nextEnd()).to.equal(second.sessionId);
    await logout(third);
    expect(await again.nextEnd()).to.equal(third.sessionId);
    await again.leave();
    await other.stop();
  });

  it('begins with what ended while an access token lives, and with nothing older', async () => {
    const [old, recent, alive] = [await open(), await open(), await open()];
    await logout(old);
    auth.clock.aheadMs = 11.5 * 60_000;
    await logout(recent);

    const feed = await follow(auth);

    const { ended } = await feed.upToDate();
    expect(ended).to.deep.equal([recent.sessionId]);
    expect(ended).not.to.include(alive.sessionId);
    await feed.leave();
  });

  for (const [what, position] of [
    ['no position of the database', 'c0ffee'],
    ['no position at all', 'not-hexadecimal'],
  ])
    it(`begins so too where it is asked to go on from ${what}`, async () => {
      const session = await open();
      await logout(session);

      const feed = await follow(auth, position);

      expect((await feed.upToDate()).ended).to.deep.equal([session.sessionId]);
      await feed.leave();
    });

  it('lives: a position comes every second, though nothing happens', async () => {
    const feed = await follow(auth);
    await feed.upToDate();
    const startedAt = performance.now();

    for (let i = 0; i < 2; i++) expect((await feed.next())?.id).to.match(/^[0-9A-F]+$/i);

    expect(performance.now() - startedAt).to.be.below(4_000);
    await feed.leave();
  });

  it('forgets a follower who leaves', async () => {
    const feed = await follow(auth);
    await feed.upToDate();
    expect(await auth.metric('auth_session_feed_followers')).to.equal(1);

    await feed.leave();

    while ((await auth.metric('auth_session_feed_followers')) > 0)
      await new Promise((resolve) => setTimeout(resolve, 20));
  });

  it('ends when the service does, so that the follower goes to another replica', async () => {
    const other = await startTestAuth({ database: auth.database, identity: auth.identity });
    const feed = await follow(other);
    await feed.upToDate();

    const stopped = other.stop();

    while (await feed.next());
    await stopped;
  });
});
