import { once } from 'node:events';
import { type ClientHttp2Session, connect, constants } from 'node:http2';
import { expect } from 'chai';
import { eventually } from '../testing/start-test-gateway.ts';
import { ask2, startTlsGateway, type TlsGateway } from '../testing/start-tls-gateway.ts';
import { afterBody } from '../testing/test-upstream.ts';

const login = { ':method': 'POST', ':path': '/api/v1/auth/login', ':authority': 'outlay.example' };
const arrivedLogins = ({ auth }: TlsGateway) => auth.arrived.filter(({ url }) => url.includes('login')).length;

describe('HTTP/2 on the listener', () => {
  let gateway: TlsGateway;
  let session: ClientHttp2Session;
  beforeEach(async () => {
    gateway = await startTlsGateway();
    session = gateway.http2();
    session.on('error', () => undefined);
  });
  afterEach(async () => {
    session.destroy();
    await gateway.close();
  });

  it('reaches the service as HTTP/1.1, by the same filters and fields', async () => {
    const { headers, body } = await ask2(session, { ...login, 'x-outlay-user': 'root', 'x-mine': 'yes' });

    expect(headers[':status']).to.equal(200);
    expect(headers).to.have.property('x-request-id');
    expect(headers).to.have.property('strict-transport-security');
    expect(headers).not.to.have.any.keys('connection', 'keep-alive', 'transfer-encoding');
    expect(body).to.equal('ok');
    const arrived = gateway.auth.arrived.at(-1);
    expect(arrived?.headers).to.deep.include.members([
      ['x-forwarded-host', 'outlay.example'],
      ['x-forwarded-proto', 'https'],
      ['x-forwarded-for', '127.0.0.1'],
      ['x-mine', 'yes'],
    ]);
    expect(arrived?.headers.filter(([name]) => name.startsWith(':') || name === 'x-outlay-user')).to.be.empty;
    await eventually(() => gateway.log().some(({ path, status }) => path === login[':path'] && status === 200));
  });

  it('refuses CONNECT as HTTP/1.1 does, and tells of it', async () => {
    const { headers, body } = await ask2(session, { ':method': 'CONNECT', ':authority': 'a:1' }, '');

    expect([headers[':status'], JSON.parse(body).type]).to.deep.equal([501, '/problems/not-implemented']);
    await eventually(() => gateway.log().some(({ method, status }) => method === 'CONNECT' && status === 501));
  });

  it('hands on what a service says twice as HTTP/1.1 does, and nothing of another connection', async () => {
    gateway.auth.answer(
      afterBody((response) => {
        response.writeHead(200, ['ETag', '"a"', 'ETag', '"b"', 'HTTP2-Settings', 'AAMAAABk']);
        response.end('ok');
      }),
    );

    const { headers, body } = await ask2(session, login);

    expect([headers[':status'], headers.etag, body]).to.deep.equal([200, '"a"', 'ok']);
    expect(headers).not.to.have.property('http2-settings');
  });

  it('needs a token as HTTP/1.1 does', async () => {
    const refused = await ask2(session, { ':path': '/api/v1/ledgers' });
    const taken = await ask2(session, { ':path': '/api/v1/ledgers', authorization: gateway.bearer });

    expect([refused.headers[':status'], taken.headers[':status']]).to.deep.equal([401, 200]);
    expect(JSON.parse(refused.body).type).to.equal('/problems/unauthenticated');
  });

  it('brings bodies with a length and without, and none where there is none', async () => {
    const large = Buffer.alloc(900_000, 'x');

    await ask2(session, login, '{}');
    await ask2(session, { ...login, 'content-length': '2' }, '{}');
    await ask2(session, login, large);
    await ask2(session, login);

    const arrived = gateway.auth.arrived.filter(({ url }) => url === login[':path']);
    expect(arrived.map(({ body }) => body.length)).to.deep.equal([2, 2, large.length, 0]);
    expect(
      arrived.map(({ headers }) => headers.find(([name]) => /^(content-length|transfer-e.*)$/.test(name))),
    ).to.deep.equal([
      ['transfer-encoding', 'chunked'],
      ['content-length', '2'],
      ['transfer-encoding', 'chunked'],
      undefined,
    ]);
  });

  it('brings large answers whole, many at once, each to its own request', async () => {
    gateway.auth.answer((request, response) => response.end((request.url ?? '').repeat(10_000)));

    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => ask2(session, { ...login, ':path': `/api/v1/auth/login?${i}` })),
    );

    answers.forEach(({ body }, i) => void expect(body).to.equal(`/api/v1/auth/login?${i}`.repeat(10_000)));
  });

  it('answers HEAD and 304 without a body, problems too', async () => {
    const head = await ask2(session, { ':method': 'HEAD', ':path': '/api/x' });
    gateway.auth.answer(
      afterBody((response) => {
        response.statusCode = 304;
        response.end();
      }),
    );
    const unchanged = await ask2(session, login);

    expect([head.headers[':status'], head.body]).to.deep.equal([404, '']);
    expect(Number(head.headers['content-length'])).to.be.above(0);
    expect([unchanged.headers[':status'], unchanged.body]).to.deep.equal([304, '']);
  });

  it('joins the crumbs of a cookie', async () => {
    await ask2(session, { ...login, cookie: ['a=1', 'b=2'] });

    expect(gateway.auth.arrived.at(-1)?.headers).to.deep.include(['cookie', 'a=1; b=2']);
  });

  it('keeps several Set-Cookie apart', async () => {
    gateway.auth.answer(afterBody((response) => response.setHeader('set-cookie', ['a=1', 'b=2']).end()));

    expect((await ask2(session, login)).headers['set-cookie']).to.deep.equal(['a=1', 'b=2']);
  });

  it('tells the client to go on, and what it cannot expect', async () => {
    const request = session.request({ ...login, expect: '100-continue' }, { endStream: false });
    await once(request, 'continue');
    request.end('{}');
    const [headers] = await once(request, 'response');

    expect(headers[':status']).to.equal(200);
    expect((await ask2(session, { ...login, expect: '200-ok' })).headers[':status']).to.equal(417);
  });

  for (const [what, headers, status] of [
    ['an authority and another Host', { host: 'evil.example' }, 400],
    ['a path that readers could take differently', { ':path': '/api/v1/auth/../ledgers' }, 400],
    ['a path with a fragment', { ':path': '/api/v1/auth/login?a#b' }, 400],
    ['a method not served', { ':method': 'TRACE' }, 501],
    ['a field beyond the limit', { 'x-long': 'a'.repeat(30_000) }, 431],
  ] as const)
    it(`refuses ${what} with ${status}`, async () => {
      const answer = await ask2(session, { ...login, ...headers });

      expect(answer.headers[':status']).to.equal(status);
      expect(arrivedLogins(gateway)).to.equal(0);
    });

  for (const [what, headers] of [
    ['an authority that is none', { ':authority': 'a/b' }],
    ['a path that is a URL', { ':path': 'http://evil.example/api/v1/auth/login' }],
    ['a path with a blank', { ':path': '/api/v1/auth/login HTTP/1.1' }],
    ['more fields than the limit', Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`x-${i}`, 'y']))],
  ] as const)
    it(`resets the stream of ${what}`, async () => {
      const failed = await ask2(session, { ...login, ...headers }).then(
        ({ headers: answered }) => answered[':status'],
        (error: NodeJS.ErrnoException) => error.code,
      );

      expect(failed).to.equal('ERR_HTTP2_STREAM_ERROR');
      expect(arrivedLogins(gateway)).to.equal(0);
    });

  it('takes the authority once more as Host', async () => {
    const answer = await ask2(session, { ...login, host: 'outlay.example' });

    expect(answer.headers[':status']).to.equal(200);
    expect(gateway.auth.arrived.at(-1)?.headers.filter(([name]) => name.includes('host'))).to.have.length(2);
  });

  it('gives up a request whose stream is reset', async () => {
    gateway.auth.answer(() => undefined);
    const request = session.request(login, { endStream: true });
    request.on('error', () => undefined);
    await eventually(() => arrivedLogins(gateway) === 1);

    request.close(constants.NGHTTP2_CANCEL);

    await eventually(() => gateway.log().some(({ flags, path }) => flags === 'DC' && path === login[':path']));
    expect(session.destroyed).to.equal(false);
  });

  for (const [what, headers, end] of [
    ['by a reset', {}, constants.NGHTTP2_CANCEL],
    ['by a reset that says that nothing is wrong', {}, constants.NGHTTP2_NO_ERROR],
    ['by a reset, and has a length', { 'content-length': '100' }, constants.NGHTTP2_CANCEL],
    ['by its end, before the length that it named', { 'content-length': '100' }, undefined],
  ] as const)
    it(`takes no body for whole that stops early ${what}: the service never has the request`, async () => {
      // Else this client says that the body ends before it resets the stream.
      const waitForTrailers = end !== undefined;
      const request = session.request({ ...login, ...headers }, { endStream: false, waitForTrailers });
      request.on('error', () => undefined);
      request.write('half of it');
      await eventually(() => gateway.auth.wire().includes('half of it'));

      if (end === undefined) request.end();
      else request.close(end);

      await eventually(() => gateway.log().some(({ path }) => path === login[':path']));
      await ask2(session, { ...login, ':path': '/api/v1/auth/refresh' });
      expect(arrivedLogins(gateway)).to.equal(0);
    });

  it('resets the stream of an answer that breaks off, and no other', async () => {
    gateway.auth.answer((_request, response) => {
      response.writeHead(200, { 'content-length': '10' }).write('half', () => response.socket?.destroy());
    });

    const failed = await ask2(session, login).then(
      () => undefined,
      (error: NodeJS.ErrnoException) => error.code,
    );

    expect(failed).to.equal('ERR_HTTP2_STREAM_ERROR');
    expect((await ask2(session, { ':path': '/api/x' })).headers[':status']).to.equal(404);
  });

  it('does not wait for ever for a body', async () => {
    const impatient = await startTlsGateway({
      edit: (yaml) => yaml.replace('    virtual_hosts:', '    request_timeout: 300ms\n    virtual_hosts:'),
    });
    const other = impatient.http2();
    const request = other.request(login, { endStream: false });
    const timer = setInterval(() => request.write('x'), 50);

    const [headers] = await once(request, 'response');

    clearInterval(timer);
    expect(headers[':status']).to.equal(408);
    other.destroy();
    await impatient.close();
  });

  it('closes connections on which no request comes', async () => {
    const impatient = await startTlsGateway({
      edit: (yaml) => yaml.replace('    virtual_hosts:', '    request_headers_timeout: 300ms\n    virtual_hosts:'),
    });
    const silent = connect(impatient.url, { rejectUnauthorized: false });
    silent.on('error', () => undefined);

    await once(silent, 'close');
    await impatient.close();
  });

  it('drains: GOAWAY with the first answer, what is under way is finished, then the connection is closed', async () => {
    let finish: () => void = () => undefined;
    gateway.auth.answer((_request, response) => {
      response.write('one');
      finish = () => response.end('two');
    });
    const running = ask2(session, login);
    await eventually(() => arrivedLogins(gateway) === 1);
    const idle = gateway.http2();
    await ask2(idle, { ':path': '/api/x' });
    const farewells = Promise.all([once(session, 'goaway'), once(idle, 'goaway'), once(idle, 'close')]);

    const stopped = gateway.stop();
    const [[code]] = await farewells;
    finish();

    expect(code).to.equal(constants.NGHTTP2_NO_ERROR);
    expect((await running).body).to.equal('onetwo');
    await stopped;
  });
});
