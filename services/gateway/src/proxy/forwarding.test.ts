import { expect } from 'chai';
import { RawClient } from '../testing/raw-client.ts';
import { startTestGateway, type TestGateway } from '../testing/start-test-gateway.ts';
import type { Arrived } from '../testing/test-upstream.ts';

const fieldOf = (request: Arrived | undefined, name: string) =>
  request?.headers.filter(([given]) => given === name).map(([, value]) => value);

describe('forwarding', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
  });
  after(() => gateway.close());

  const ask = (path: string, { headers = {}, ...init }: RequestInit = {}) =>
    fetch(gateway.url + path, { ...init, headers: { authorization: gateway.bearer, ...headers } });

  const table: [method: string, path: string, service: 'auth' | 'expense' | 'analytics'][] = [
    ['POST', '/api/v1/auth/login', 'auth'],
    ['GET', '/api/v1/auth/me', 'auth'],
    ['GET', '/.well-known/jwks.json', 'auth'],
    ['GET', '/api/v1/ledgers', 'expense'],
    ['GET', '/api/v1/ledgers/default/expenses?limit=3&q=a%20b', 'expense'],
    ['POST', '/api/v1/ledgers/default/imports', 'expense'],
    ['GET', '/api/v1/ledgers/default/analytics', 'expense'],
    ['GET', '/api/v1/ledgers/default/analytics/summary?from=2026-01-01', 'analytics'],
    ['GET', '/api/v1/ledgers/6742c0ffee00c0ffee00beef/analytics/a/b', 'analytics'],
  ];
  for (const [method, path, service] of table)
    it(`sends ${method} ${path} to ${service}, as it is`, async () => {
      expect((await ask(path, { method })).status).to.equal(200);

      expect(gateway[service].arrived.at(-1)).to.include({ method, url: path });
    });

  it('says with our token who is calling, and takes no word of the client for it', async () => {
    await ask('/api/v1/ledgers', { headers: { 'x-outlay-workload-token': 'evil', 'x-outlay-user': 'evil' } });

    const request = gateway.expense.arrived.at(-1);
    expect(fieldOf(request, 'x-outlay-workload-token')).to.deep.equal(['token-for-expense']);
    expect(fieldOf(request, 'x-outlay-user')).to.deep.equal([]);
  });

  it('says where the request came from, and takes no word of the client for it', async () => {
    await ask('/api/v1/ledgers', {
      headers: {
        'x-forwarded-for': '1.2.3.4',
        'x-forwarded-proto': 'https',
        forwarded: 'for=1.2.3.4',
        'x-real-ip': '1.2.3.4',
      },
    });

    const request = gateway.expense.arrived.at(-1);
    expect(fieldOf(request, 'x-forwarded-for')).to.deep.equal(['127.0.0.1']);
    expect(fieldOf(request, 'x-forwarded-proto')).to.deep.equal(['http']);
    expect(fieldOf(request, 'x-forwarded-host')).to.deep.equal([`127.0.0.1:${gateway.port}`]);
    expect(fieldOf(request, 'forwarded')).to.deep.equal([]);
    expect(fieldOf(request, 'x-real-ip')).to.deep.equal([]);
    expect(fieldOf(request, 'host')).to.deep.equal([new URL(gateway.expense.url).host]);
  });

  it('gives the request an id that the client gets to know and cannot choose', async () => {
    const answer = await ask('/api/v1/ledgers', { headers: { 'x-request-id': 'mine' } });

    expect(answer.headers.get('x-request-id')).to.match(/^[0-9a-f]{32}$/);
    expect(fieldOf(gateway.expense.arrived.at(-1), 'x-request-id')).to.deep.equal([answer.headers.get('x-request-id')]);
  });

  it('joins the client’s trace, drops what travels with it, and starts one where there is none', async () => {
    await ask('/api/v1/ledgers', {
      headers: {
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        tracestate: 'vendor=1',
        baggage: 'user=ada',
      },
    });
    const joined = gateway.expense.arrived.at(-1);
    await ask('/api/v1/ledgers', { headers: { traceparent: 'nonsense' } });

    expect(fieldOf(joined, 'traceparent')?.[0]).to.match(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-0[01]$/);
    expect(fieldOf(joined, 'traceparent')?.[0]).not.to.include('b7ad6b7169203331');
    expect(fieldOf(joined, 'tracestate')).to.deep.equal([]);
    expect(fieldOf(joined, 'baggage')).to.deep.equal([]);
    expect(fieldOf(gateway.expense.arrived.at(-1), 'traceparent')?.[0]).to.match(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  });

  it('passes cookies on the routes of auth only, both ways', async () => {
    for (const service of ['auth', 'expense'] as const)
      gateway[service].answer((_request, response) => response.setHeader('set-cookie', ['a=1', 'b=2']).end());

    const me = await ask('/api/v1/auth/me', { headers: { cookie: 'refresh=1' } });
    const ledgers = await ask('/api/v1/ledgers', { headers: { cookie: 'refresh=1' } });

    expect(me.headers.getSetCookie()).to.deep.equal(['a=1', 'b=2']);
    expect(ledgers.headers.getSetCookie()).to.deep.equal([]);
    expect(fieldOf(gateway.auth.arrived.at(-1), 'cookie')).to.deep.equal(['refresh=1']);
    expect(fieldOf(gateway.expense.arrived.at(-1), 'cookie')).to.deep.equal([]);
  });

  it('refuses other sites on the routes where a cookie speaks for the user', async () => {
    const answer = await ask('/api/v1/auth/refresh', { method: 'POST', headers: { origin: 'https://evil.example' } });

    expect(answer.status).to.equal(403);
    expect(await answer.json()).to.include({ type: '/problems/cross-site-request' });
  });

  it('hands the answer on as it is, without what the service says of itself', async () => {
    gateway.expense.answer((_request, response) =>
      response
        .writeHead(418, { etag: '"1"', 'x-powered-by': 'x', server: 'x', 'x-outlay-secret': 'x', link: ['<a>', '<b>'] })
        .end('tea'),
    );

    const answer = await ask('/api/v1/ledgers');

    expect(answer.status).to.equal(418);
    expect(await answer.text()).to.equal('tea');
    expect(answer.headers.get('etag')).to.equal('"1"');
    expect(answer.headers.get('link')).to.equal('<a>, <b>');
    expect(answer.headers.get('x-content-type-options')).to.equal('nosniff');
    for (const name of ['x-powered-by', 'server', 'x-outlay-secret']) expect(answer.headers.has(name)).to.equal(false);
  });

  it('answers HEAD, 204 and 304 without a body and keeps the connections', async () => {
    const client = new RawClient(gateway.port);
    const send = (method: string) =>
      client.send(`${method} /api/v1/ledgers HTTP/1.1\r\nHost: a\r\nAuthorization: ${gateway.bearer}\r\n\r\n`);
    const before = gateway.expense.accepted();

    gateway.expense.answer((_request, response) => response.setHeader('content-length', 5).end('hello'));
    send('HEAD');
    await client.until((text) => text.endsWith('\r\n\r\n') && text.includes('200 OK'));
    gateway.expense.answer((_request, response) => response.writeHead(204).end());
    send('DELETE');
    await client.until((text) => text.endsWith('\r\n\r\n') && text.includes('204 No Content'));
    gateway.expense.answer((_request, response) => response.writeHead(304, { etag: '"1"' }).end());
    send('GET');
    await client.until((text) => text.endsWith('\r\n\r\n') && text.includes('304 Not Modified'));
    gateway.expense.answer((_request, response) => response.end('hello'));
    send('GET');
    await client.until((text) => text.endsWith('hello'));

    expect(client.text.match(/hello/g)).to.have.length(1);
    expect(client.text.match(/content-length: 5/gi)).to.have.length(2);
    expect(gateway.expense.accepted() - before).to.be.at.most(1);
    client.socket.destroy();
  });

  it('asks over one kept connection, one request after the other', async () => {
    gateway.analytics.answer((_request, response) => response.end('ok'));
    const before = gateway.analytics.accepted();

    for (let i = 0; i < 20; i++) expect((await ask('/api/v1/ledgers/default/analytics/summary')).status).to.equal(200);

    expect(gateway.analytics.accepted() - before).to.be.at.most(1);
  });

  it('gives every one of many requests at once its own answer', async () => {
    gateway.expense.answer((request, response) => {
      setTimeout(() => response.end(request.url), Math.random() * 20);
    });

    const answers = await Promise.all(
      Array.from({ length: 200 }, async (_, i) => (await ask(`/api/v1/ledgers/${i}`)).text()),
    );

    expect(answers).to.deep.equal(Array.from({ length: 200 }, (_, i) => `/api/v1/ledgers/${i}`));
  });

  it('knows nothing of internal routes and of paths that are none', async () => {
    const before = gateway.expense.arrived.length;
    for (const path of ['/internal/v1/ledgers', '/internal', '/api', '/api/v2/ledgers', '/api/v1/ledgersx', '/api/v1'])
      expect((await ask(path)).status, path).to.equal(404);
    expect(gateway.expense.arrived.length).to.equal(before);
  });
});
