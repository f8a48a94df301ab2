import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect } from 'chai';
import { eventually, startTestGateway, type TestGateway } from '../../testing/start-test-gateway.ts';
import { goodClaims, signToken } from '../../testing/tokens.ts';

const path = '/internal/v1/session-ends';

/** An auth whose feed the test writes. */
class Feed {
  readonly asked: IncomingMessage[] = [];
  status = 200;
  #response: ServerResponse | undefined;

  answer(gateway: TestGateway): void {
    gateway.auth.answer((request, response) => {
      if (request.url === path) {
        this.asked.push(request);
        this.#response = response;
        response.writeHead(this.status);
        if (this.status === 200) response.flushHeaders();
        else response.end();
      } else request.on('end', () => response.end(JSON.stringify({ keys: gateway.published.keys })));
    });
  }
  tell(text: string): void {
    this.#response?.write(text);
  }
  end(): void {
    this.#response?.end();
  }
  breakOff(): void {
    this.#response?.destroy();
  }
}

async function startFollowing(edit: (yaml: string) => string = (yaml) => yaml) {
  const feed = new Feed();
  // The first question is answered before the test can say by whom: a fault of the feed's, after which it asks again.
  const gateway = await startTestGateway({ env: { REVOCATION_FEED: 'true' }, edit });
  feed.answer(gateway);
  gateway.auth.sockets.forEach((socket) => void socket.destroy());
  await eventually(() => feed.asked.length > 0);
  return { feed, gateway };
}

const tokenOf = (gateway: TestGateway, sid: string, more = {}) =>
  `Bearer ${signToken(gateway.key, { ...goodClaims(), sid, ...more })}`;
const ask = async (gateway: TestGateway, authorization: string) => {
  const answer = await fetch(`${gateway.url}/api/v1/ledgers`, { headers: { authorization } });
  return { status: answer.status, body: await answer.text() };
};
const metric = async (gateway: TestGateway, name: string) => {
  const text = await (await fetch(`http://127.0.0.1:${gateway.adminPort}/metrics`)).text();
  return Number(new RegExp(`^${name}.* (\\S+)$`, 'm').exec(text)?.[1]);
};

describe('a session that has ended', () => {
  let gateway: TestGateway;
  let feed: Feed;
  before(async () => {
    ({ gateway, feed } = await startFollowing());
  });
  after(() => gateway.close());

  const told = async (sessionId: string) => {
    const before = await metric(gateway, 'outlay_gateway_revoked_sessions');
    feed.tell(`data: ${sessionId}\nid: ab\n\n`);
    while ((await metric(gateway, 'outlay_gateway_revoked_sessions')) === before);
  };

  it('is told by auth to whom proves to be the gateway', () => {
    expect(feed.asked[0]?.headers).to.include({
      'x-outlay-workload-token': 'token-for-auth',
      accept: 'text/event-stream',
    });
    expect(feed.asked[0]?.headers.traceparent).to.match(/-00$/);
  });

  it('has no valid token from that moment on, though it was verified and remembered', async () => {
    const [ended, alive] = [tokenOf(gateway, 'one'), tokenOf(gateway, 'two')];
    for (const token of [ended, alive, ended, alive]) expect((await ask(gateway, token)).status).to.equal(200);
    const arrived = gateway.expense.arrived.length;

    await told('one');

    const answer = await ask(gateway, ended);
    expect(answer.status).to.equal(401);
    expect(JSON.parse(answer.body)).to.include({ type: '/problems/unauthenticated', detail: 'The session has ended.' });
    expect(gateway.expense.arrived.length).to.equal(arrived);
    expect((await ask(gateway, alive)).status).to.equal(200);
  });

  it('has no other valid token either, be it one never seen before', async () => {
    await told('three');

    expect((await ask(gateway, tokenOf(gateway, 'three'))).status).to.equal(401);
    expect((await ask(gateway, tokenOf(gateway, 'three', { jti: 'another' }))).status).to.equal(401);
    expect(await metric(gateway, 'outlay_gateway_tokens_total\\{result="revoked"')).to.be.at.least(2);
  });
});

describe('the feed of ended sessions, to the gateway', () => {
  let gateway: TestGateway;
  let feed: Feed;
  afterEach(() => gateway.close());

  const isConnected = () => metric(gateway, 'outlay_gateway_revocation_feed_connected');

  it('goes on after a break from where it stood; meanwhile the gateway serves by what it knows', async () => {
    ({ gateway, feed } = await startFollowing());
    feed.tell('data: one\nid: 0a\n\n: x\n\nid: 0b\n\n');
    while ((await ask(gateway, tokenOf(gateway, 'one'))).status !== 401);
    await eventually(() => feed.asked.length === 1);

    feed.status = 503;
    feed.breakOff();
    await eventually(() => feed.asked.length >= 3);
    expect(await isConnected()).to.equal(0);
    expect((await ask(gateway, tokenOf(gateway, 'one'))).status).to.equal(401);
    expect((await ask(gateway, tokenOf(gateway, 'two'))).status).to.equal(200);

    feed.status = 200;
    while ((await isConnected()) === 0);
    expect(feed.asked.at(-1)?.headers['last-event-id']).to.equal('0b');
    feed.tell('data: two\nid: 0c\n\n');
    while ((await ask(gateway, tokenOf(gateway, 'two'))).status !== 401);
  });

  it('may end in order, and is asked for anew', async () => {
    ({ gateway, feed } = await startFollowing());
    feed.tell('id: 0a\n\n');

    feed.end();

    await eventually(() => feed.asked.length === 2);
    expect(feed.asked[1]?.headers['last-event-id']).to.equal('0a');
  });

  it('that falls silent is asked for anew', async () => {
    const edit = (yaml: string) =>
      yaml.replace('path: /internal/v1/session-ends', (line) => `${line}\n        idle_timeout: 300ms`);
    ({ gateway, feed } = await startFollowing(edit));

    await eventually(() => feed.asked.length >= 2);

    expect(feed.asked[0]?.destroyed).to.equal(true);
  });

  it('that makes no sense does not take the gateway along', async () => {
    ({ gateway, feed } = await startFollowing());

    feed.tell(`data: ${'a'.repeat(40_000)}`);

    await eventually(() => feed.asked.length >= 2);
    expect((await ask(gateway, gateway.bearer)).status).to.equal(200);
  });

  it('is waited for at the start, so that nobody logged out slips in, but not for ever', async () => {
    const edit = (yaml: string) =>
      yaml.replace('cluster: auth\n\ntracing', 'cluster: auth\n        initial_fetch_timeout: 700ms\n\ntracing');
    const startedAt = performance.now();
    ({ gateway, feed } = await startFollowing(edit));
    const ready = async () => (await fetch(`http://127.0.0.1:${gateway.adminPort}/readyz`)).status === 200;
    const wasReadyAtOnce = await ready();

    while (!(await ready()));

    expect(wasReadyAtOnce && performance.now() - startedAt < 700).to.equal(false);
    expect(performance.now() - startedAt).to.be.above(700);
  });

  it('makes it ready once everything that ended before is known', async () => {
    ({ gateway, feed } = await startFollowing());
    const ready = async () => (await fetch(`http://127.0.0.1:${gateway.adminPort}/readyz`)).status === 200;
    feed.tell('data: one\n\n');
    while (!(await metric(gateway, 'outlay_gateway_revoked_sessions')));
    expect(await ready()).to.equal(false);

    feed.tell('id: 0a\n\n');

    while (!(await ready()));
    expect(await metric(gateway, 'outlay_gateway_revocation_feed_age_seconds')).to.be.below(5);
  });
});
