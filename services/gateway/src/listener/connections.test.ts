import { expect } from 'chai';
import { expectRefused, login } from '../testing/expect-refused.ts';
import { exchangeRaw, RawClient } from '../testing/raw-client.ts';
import { eventually, startTestGateway, type TestGateway } from '../testing/start-test-gateway.ts';
import { afterBody, startRawUpstream } from '../testing/test-upstream.ts';

const statusLines = (text: string) => text.match(/HTTP\/1\.1 \d{3}/g);

describe('a connection', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
  });
  after(() => gateway.close());
  afterEach(() => gateway.auth.answer(afterBody((response) => response.end('ok'))));

  it('answers pipelined requests in their order', async () => {
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

  it('whose client is gone gives up the request under way, and does not begin those that wait behind it', async () => {
    let isGivenUp = false;
    gateway.auth.answer((request) => {
      request.socket.once('close', () => {
        isGivenUp = true;
      });
    });
    const before = gateway.auth.arrived.length;
    const request = 'POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\n\r\n';
    const client = new RawClient(gateway.port).send(request.repeat(3));
    await eventually(() => gateway.auth.arrived.length === before + 1);

    client.socket.destroy();

    await eventually(() => gateway.log().filter(({ flags }) => flags === 'DC').length === 1);
    await eventually(() => isGivenUp);
    expect(gateway.auth.arrived).to.have.length(before + 1);
  });

  it('on which garbage follows a good request ends, but not before the good one’s answer', async () => {
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

    expect(statusLines(answer.text)).to.deep.equal(['HTTP/1.1 200', 'HTTP/1.1 400']);
    expect(answer.text).to.include('two\r\n0\r\n\r\nHTTP/1.1 400 ');
  });

  it('by CONNECT is refused and closed, also where the client is gone before it is told', async () => {
    for (let i = 0; i < 100; i++) {
      const { socket } = new RawClient(gateway.port);
      await new Promise((resolve) => socket.on('connect', resolve));
      socket.write('CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n');
      socket.resetAndDestroy();
    }
    const client = new RawClient(gateway.port).send('CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n');
    await client.until((text) => text.includes('501'));
    const closed = new Promise((resolve) => client.socket.on('close', resolve));
    const timer = setInterval(() => client.send('a'), 50);

    await closed;

    clearInterval(timer);
  });

  it('of HTTP/1.0 is served, and closed', async () => {
    const answer = await exchangeRaw(gateway.port, 'POST /api/v1/auth/login HTTP/1.0\r\n\r\n');

    expect(answer.status).to.equal(200);
    expect(answer.body).to.equal('ok');
  });

  it('that was opened ahead of need does not hold up a drain', async () => {
    const other = await startTestGateway();
    const ahead = new RawClient(other.port);
    await new Promise((resolve) => ahead.socket.once('connect', resolve));
    await exchangeRaw(other.port, 'GET /api/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');

    await other.close();

    expect((await ahead.answer()).text).to.equal('');
  });

  it('knows no trailers: a client’s end at the gateway, a service’s too', async () => {
    const before = gateway.auth.arrived.length;
    gateway.auth.answer(
      afterBody((response) => {
        response.setHeader('trailer', 'x-sum');
        response.write('ok');
        response.addTrailers({ 'x-sum': '2', 'set-cookie': 'a=b' });
        response.end();
      }),
    );

    const answer = await exchangeRaw(
      gateway.port,
      `${login('Transfer-Encoding: chunked', 'Trailer: X-Sum', 'TE: trailers')}\r\n\r\n2\r\n{}\r\n0\r\nX-Sum: 2\r\n\r\n`,
    );

    expect(gateway.auth.arrived[before]?.headers.map(([name]) => name)).not.to.include.members(['trailer', 'te']);
    expect(gateway.auth.wire()).to.match(/\r\n2\r\n\{\}\r\n0\r\n\r\n$/);
    expect(answer.headers).not.to.have.any.keys('trailer', 'x-sum');
    expect(answer.body).to.equal('2\r\nok\r\n0\r\n\r\n');
  });

  it('hears nothing of what a service says before its answer: 100, 102, 103', async () => {
    const service = await startRawUpstream((socket) =>
      socket.on('data', () =>
        socket.write(
          'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n' +
            'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
        ),
      ),
    );
    const other = await startTestGateway({ expenseUrl: service.url });

    const answer = await exchangeRaw(
      other.port,
      `GET /api/v1/ledgers HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: ${other.bearer}\r\n\r\n`,
    );

    expect(statusLines(answer.text)).to.deep.equal(['HTTP/1.1 200']);
    expect(answer.headers).not.to.have.property('link');
    expect(answer.body).to.equal('ok');
    await service.close();
    await other.close();
  });

  it('hears 100 Continue once the request is good, and 200 after its body', async () => {
    const client = new RawClient(gateway.port).send(`${login('Expect: 100-Continue', 'Content-Length: 2')}\r\n\r\n`);
    await client.until((text) => text.includes('\r\n\r\n'));
    client.send('{}');

    const { text } = await client.answer();

    expect(statusLines(text)).to.deep.equal(['HTTP/1.1 100', 'HTTP/1.1 200']);
    expect(gateway.auth.arrived.at(-1)?.headers.map(([name]) => name)).not.to.include('expect');
  });

  for (const expectation of ['200-ok', '100-continue, 200-ok', '100-continue;q=1', ''])
    it(`hears 417 where it expects "${expectation}"`, () =>
      expectRefused(gateway, `${login(`Expect: ${expectation}`, 'Content-Length: 2')}\r\n\r\n`, 417));

  it('of HTTP/1.0 cannot be told to continue', async () => {
    const answer = await exchangeRaw(
      gateway.port,
      'POST /api/v1/auth/login HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}',
    );

    expect(statusLines(answer.text)).to.deep.equal(['HTTP/1.1 200']);
  });

  it('is told no length of a body that HEAD does not bring, nor a body', async () => {
    const answer = await exchangeRaw(gateway.port, 'HEAD /api/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');

    expect(answer.status).to.equal(404);
    expect(Number(answer.headers['content-length'])).to.be.above(0);
    expect(answer.body).to.equal('');
  });

  it('stays what it is where the client would rather speak HTTP/2', async () => {
    const answer = await exchangeRaw(
      gateway.port,
      `${login('Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA')}\r\n\r\n`,
    );

    expect(answer.status).to.equal(200);
    expect(gateway.auth.arrived.at(-1)?.headers.map(([name]) => name)).not.to.include.members([
      'upgrade',
      'http2-settings',
      'connection',
    ]);
  });
});
