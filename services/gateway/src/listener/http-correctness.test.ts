import { expect } from 'chai';
import { exchangeRaw, RawClient } from '../testing/raw-client.ts';
import { eventually, startTestGateway, type TestGateway } from '../testing/start-test-gateway.ts';

describe('HTTP as it must not be', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
  });
  after(() => gateway.close());

  /** A request for a public route, with nothing wrong but what the test adds; a second one follows, as a smuggler's would. */
  const login = (...lines: string[]) =>
    ['POST /api/v1/auth/login HTTP/1.1', 'Host: a', 'Connection: close', ...lines].join('\r\n');
  const smuggled = 'GET /api/v1/auth/smuggled HTTP/1.1\r\nHost: a\r\nX: ';

  const vectors: [what: string, bytes: string, status: number][] = [
    [
      'both lengths (CL.TE)',
      `${login('Content-Length: 4', 'Transfer-Encoding: chunked')}\r\n\r\n0\r\n\r\n${smuggled}`,
      400,
    ],
    [
      'both lengths (TE.CL)',
      `${login('Transfer-Encoding: chunked', 'Content-Length: 4')}\r\n\r\n5c\r\n${smuggled}`,
      400,
    ],
    ['two lengths that differ', `${login('Content-Length: 0', 'Content-Length: 40')}\r\n\r\n${smuggled}`, 400],
    ['the same length twice', `${login('Content-Length: 2', 'Content-Length: 2')}\r\n\r\n{}`, 400],
    ['a list of lengths', `${login('Content-Length: 2, 2')}\r\n\r\n{}`, 400],
    ['a signed length', `${login('Content-Length: +2')}\r\n\r\n{}`, 400],
    ['a negative length', `${login('Content-Length: -2')}\r\n\r\n{}`, 400],
    ['a length with blanks', `${login('Content-Length: 1 2')}\r\n\r\n{}`, 400],
    ['a hexadecimal length', `${login('Content-Length: 0x2')}\r\n\r\n{}`, 400],
    ['a length that overflows', `${login('Content-Length: 99999999999999999999')}\r\n\r\n{}`, 400],
    ['a transfer coding before chunked', `${login('Transfer-Encoding: gzip, chunked')}\r\n\r\n0\r\n\r\n`, 501],
    ['chunked that is not last', `${login('Transfer-Encoding: chunked, identity')}\r\n\r\n0\r\n\r\n`, 400],
    ['chunked by another name', `${login('Transfer-Encoding: xchunked')}\r\n\r\n0\r\n\r\n`, 501],
    ['chunked twice', `${login('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked')}\r\n\r\n0\r\n\r\n`, 400],
    ['a tab in a coding', `${login('Transfer-Encoding:\vchunked')}\r\n\r\n0\r\n\r\n`, 400],
    ['space before the colon', `${login('Transfer-Encoding : chunked', 'Content-Length: 5')}\r\n\r\n0\r\n\r\n`, 400],
    ['space before the first field', `${login(' X: y')}\r\n\r\n`, 400],
    ['a folded field', `${login('X: a', ' Transfer-Encoding: chunked')}\r\n\r\n`, 400],
    ['a field without a name', `${login(': x')}\r\n\r\n`, 400],
    ['a field without a colon', `${login('Xyz')}\r\n\r\n`, 400],
    ['a bare line feed between fields', `${login('X: a\nTransfer-Encoding: chunked')}\r\n\r\n`, 400],
    ['a bare carriage return in a field', `${login('X: a\rb')}\r\n\r\n`, 400],
    ['a NUL in a field', `${login('X: a\0b')}\r\n\r\n`, 400],
    ['a NUL in a name', `${login('X\0: a')}\r\n\r\n`, 400],
    ['two hosts', `${login('Host: b')}\r\n\r\n`, 400],
    ['the same host twice', `${login('Host: a')}\r\n\r\n`, 400],
    ['no host', 'POST /api/v1/auth/login HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    ['a host with a path', 'POST /api/v1/auth/login HTTP/1.1\r\nHost: a/b\r\nConnection: close\r\n\r\n', 400],
    ['a host with a name before it', 'POST /api/v1/auth/login HTTP/1.1\r\nHost: a@b\r\nConnection: close\r\n\r\n', 400],
    ['a chunk size that is none', `${login('Transfer-Encoding: chunked')}\r\n\r\nzz\r\n`, 400],
    ['a chunk size with 0x', `${login('Transfer-Encoding: chunked')}\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n`, 400],
    ['a chunk size that overflows', `${login('Transfer-Encoding: chunked')}\r\n\r\nfffffffffffffffff2\r\n{}\r\n`, 400],
    ['a chunk longer than its size', `${login('Transfer-Encoding: chunked')}\r\n\r\n1\r\n{}\r\n0\r\n\r\n`, 400],
    ['a bare line feed after a chunk size', `${login('Transfer-Encoding: chunked')}\r\n\r\n2\n{}\r\n0\r\n\r\n`, 400],
    [
      'an absolute target',
      'GET http://evil.example/api/v1/auth/login HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
      400,
    ],
    ['a target that is an asterisk', 'OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', 400],
    ['a target without a slash', 'GET api HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', 400],
    ['a fragment', 'GET /api#x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', 400],
    ['a blank in the target', 'GET /api/v1 /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', 400],
    ['another protocol', 'GET / HTCPCP/1.0\r\nHost: a\r\nConnection: close\r\n\r\n', 400],
    ['HTTP/0.9', 'GET /\r\n\r\n', 400],
    ['HTTP/2 without TLS', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['a TLS hello', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
    ['a method that is none', 'BREW / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', 400],
    ['a method not served', 'TRACE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', 501],
    [
      'chunks in HTTP/1.0',
      'POST /api/v1/auth/login HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
      400,
    ],
    [
      'more header fields than the limit',
      `${login(...Array.from({ length: 120 }, (_, i) => `X-${i}: y`))}\r\n\r\n`,
      431,
    ],
    ['a header field beyond the limit', `${login(`X: ${'a'.repeat(17_000)}`)}\r\n\r\n`, 431],
    ['a target beyond the limit', `GET /${'a'.repeat(17_000)} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`, 431],
  ];
  for (const [what, bytes, status] of vectors)
    it(`is refused with ${status} for ${what}, and no service hears of it`, async () => {
      const before = gateway.auth.arrived.length;

      const answer = await exchangeRaw(gateway.port, bytes);

      expect(answer.status).to.equal(status);
      expect(answer.headers['content-type']).to.equal('application/problem+json');
      expect(answer.text.match(/HTTP\/1\.1 \d/g)).to.have.length(1);
      expect(gateway.auth.arrived.slice(before)).to.deep.equal([]);
    });

  for (const path of [
    '/api/v1/auth/../ledgers',
    '/api/v1/auth/./login',
    '/api/v1/auth/..',
    '/api/v1/auth/%2e%2e/ledgers',
    '/api/v1/auth/.%2E/ledgers',
    '/api/v1/auth%2flogin',
    '/api/v1/auth%5clogin',
    '/api\\v1',
    '//api/v1/ledgers',
    '/api//v1/ledgers',
    '/api/v1/auth/login%00',
    '/api/v1/auth/%zz',
    '/../../etc/passwd',
    '/assets/..%2f..%2fetc/passwd',
  ])
    it(`is refused for the path ${path}, which readers could take differently`, async () => {
      const before = gateway.auth.arrived.length;

      const answer = await exchangeRaw(gateway.port, `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);

      expect(answer.status).to.equal(400);
      expect(gateway.auth.arrived.length).to.equal(before);
    });

  it('is the last word on its connection, as what follows cannot be told apart', async () => {
    const answer = await exchangeRaw(
      gateway.port,
      `POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n${smuggled}y\r\n\r\n`,
    );

    expect(answer.headers.connection).to.equal('close');
    expect(answer.text.match(/HTTP\/1\.1 \d/g)).to.have.length(1);
  });

  it('does not hide a second request in the first one’s body', async () => {
    const before = gateway.auth.arrived.length;
    const hidden = 'POST /api/v1/auth/logout HTTP/1.1\r\nHost: a\r\n\r\n';

    const answer = await exchangeRaw(gateway.port, `${login(`Content-Length: ${hidden.length}`)}\r\n\r\n${hidden}`);

    expect(answer.status).to.equal(200);
    expect(gateway.auth.arrived.slice(before).map(({ url, body }) => [url, body])).to.deep.equal([
      ['/api/v1/auth/login', hidden],
    ]);
  });

  it('ends the connection, but not the answer to a good request that came before', async () => {
    let finish: () => void = () => undefined;
    gateway.auth.answer((_request, response) => {
      response.write('one');
      finish = () => response.end('two');
    });
    const client = new RawClient(gateway.port).send('POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\n\r\n');
    await client.until((text) => text.includes('one'));

    client.send('GARBAGE\r\n\r\n');
    // Sent on another connection, it is read after the garbage.
    await exchangeRaw(gateway.port, 'GET /api/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    finish();
    const answer = await client.answer();

    expect(answer.text.match(/HTTP\/1\.1 \d/g)).to.have.length(1);
    expect(answer.text).to.match(/two\r\n0\r\n\r\n$/);
  });

  it('is cut when the head does not arrive in time', async () => {
    const impatient = await startTestGateway({
      edit: (yaml) => yaml.replace('    virtual_hosts:', '    request_headers_timeout: 300ms\n    virtual_hosts:'),
    });
    const slow = new RawClient(impatient.port).send('GET / HTTP/1.1\r\nHost: a\r\nX: ');
    const silent = new RawClient(impatient.port);

    expect((await slow.answer()).status).to.equal(408);
    await silent.answer();
    await impatient.close();
  });

  it('is cut when the body does not arrive in time', async () => {
    const impatient = await startTestGateway({
      edit: (yaml) =>
        yaml.replace(
          '    virtual_hosts:',
          '    request_headers_timeout: 300ms\n    request_timeout: 500ms\n    virtual_hosts:',
        ),
    });
    const client = new RawClient(impatient.port).send(
      'POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello',
    );

    const answer = await client.answer();

    expect(answer.status).to.equal(408);
    expect(JSON.parse(answer.body)).to.include({ type: '/problems/request-timeout' });
    await impatient.close();
  });

  it('and an upgrade is only a request like any other', async () => {
    gateway.auth.answer((_request, response) => response.end('ok'));

    const answer = await exchangeRaw(
      gateway.port,
      'POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nConnection: close, Upgrade\r\nUpgrade: websocket\r\n\r\n',
    );

    expect(answer.status).to.equal(200);
    expect(gateway.auth.arrived.at(-1)?.headers.map(([name]) => name)).not.to.include('upgrade');
  });

  it('and pipelined requests are answered in their order', async () => {
    gateway.auth.answer((request, response) => {
      setTimeout(() => response.end(request.url), request.url?.endsWith('login') ? 50 : 0);
    });
    const client = new RawClient(gateway.port).send(
      'POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\n\r\nPOST /api/v1/auth/logout HTTP/1.1\r\nHost: a\r\n\r\n',
    );

    await client.until((text) => text.includes('/api/v1/auth/login') && text.includes('/api/v1/auth/logout'));

    expect(client.text.indexOf('/api/v1/auth/login')).to.be.below(client.text.indexOf('/api/v1/auth/logout'));
    client.socket.destroy();
  });

  it('and pipelined requests whose client is gone are given up, all of them', async () => {
    gateway.auth.answer(() => undefined);
    const before = gateway.auth.arrived.length;
    const request = 'POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\n\r\n';
    const client = new RawClient(gateway.port).send(request.repeat(3));
    await eventually(() => gateway.auth.arrived.length === before + 3);

    client.socket.destroy();

    await eventually(() => gateway.log().filter(({ flags }) => flags === 'DC').length === 3);
    await eventually(() => gateway.auth.sockets.size === 0);
  });

  it('and HTTP/1.0 is served, and its connection closed', async () => {
    gateway.auth.answer((_request, response) => response.end('ok'));

    const answer = await exchangeRaw(gateway.port, 'POST /api/v1/auth/login HTTP/1.0\r\n\r\n');

    expect(answer.status).to.equal(200);
    expect(answer.body).to.equal('ok');
  });
});
