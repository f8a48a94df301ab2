import { expect } from 'chai';
import { RawClient } from '../testing/raw-client.ts';
import { eventually, startTestGateway } from '../testing/start-test-gateway.ts';

const withTimeouts = (...lines: string[]) => ({
  edit: (yaml: string) => yaml.replace('    virtual_hosts:', `    ${[...lines, 'virtual_hosts:'].join('\n    ')}`),
});

/** Sends the text byte by byte, for as long as the connection is taken. */
function trickle(client: RawClient, text: string): NodeJS.Timeout {
  let at = 0;
  return setInterval(() => {
    if (client.socket.writable && at < text.length) client.send(text[at++] as string);
  }, 50);
}

describe('a client that is slow on purpose', () => {
  it('is cut when its head does not arrive in time, and when there is none', async () => {
    const gateway = await startTestGateway(withTimeouts('request_headers_timeout: 300ms'));
    const slow = new RawClient(gateway.port).send('GET / HTTP/1.1\r\nHost: a\r\nX: ');
    const silent = new RawClient(gateway.port);

    expect((await slow.answer()).status).to.equal(408);
    await silent.answer();
    await gateway.close();
  });

  it('is cut also where a byte of its head comes now and then', async () => {
    const gateway = await startTestGateway(withTimeouts('request_headers_timeout: 300ms'));
    const client = new RawClient(gateway.port).send('GET / HTTP/1.1\r\nHost: a\r\nX: ');
    const timer = trickle(client, 'a'.repeat(10_000));

    const answer = await client.answer();

    clearInterval(timer);
    expect(answer.status).to.equal(408);
    await gateway.close();
  });

  it('gets no body with that where it asks by HEAD', async () => {
    const gateway = await startTestGateway(withTimeouts('request_headers_timeout: 300ms'));

    const answer = await new RawClient(gateway.port).send('HEAD / HTTP/1.1\r\nHost: a\r\nX: ').answer();

    expect([answer.status, answer.body]).to.deep.equal([408, '']);
    await gateway.close();
  });

  it('is let go then, also where it never closes its side', async () => {
    const gateway = await startTestGateway(withTimeouts('request_headers_timeout: 300ms'));
    const client = new RawClient(gateway.port).send('GET / HTTP/1.1\r\nHost: a\r\nX: ');
    await client.until((text) => text.includes('408'));
    const closed = new Promise((resolve) => client.socket.on('close', resolve));
    const timer = setInterval(() => client.send('a'), 50);

    await closed;

    clearInterval(timer);
    await gateway.close();
  });

  it('is cut when its body does not arrive in time, also where a byte comes now and then', async () => {
    const gateway = await startTestGateway(withTimeouts('request_headers_timeout: 300ms', 'request_timeout: 500ms'));
    const client = new RawClient(gateway.port).send(
      'POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Length: 10000\r\n\r\nhello',
    );
    const timer = trickle(client, 'a'.repeat(9_000));

    const answer = await client.answer();

    clearInterval(timer);
    expect(answer.status).to.equal(408);
    expect(JSON.parse(answer.body)).to.include({ type: '/problems/request-timeout' });
    expect(gateway.auth.arrived.map(({ url }) => url)).not.to.include('/api/v1/auth/login');
    await gateway.close();
  });

  it('is cut when it does not read its answer', async () => {
    const gateway = await startTestGateway(withTimeouts('stream_idle_timeout: 300ms'));
    gateway.auth.answer((_request, response) => void response.end(Buffer.alloc(32 * 1_048_576)));
    const client = new RawClient(gateway.port).send('POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\n\r\n');
    await client.until((text) => text.length > 0);
    client.socket.pause();

    await eventually(() => gateway.log().some(({ flags }) => flags === 'SI'));

    client.socket.destroy();
    await gateway.close();
  });

  it('has its time for each head anew, however long its connection was idle before', async () => {
    const gateway = await startTestGateway(withTimeouts('request_headers_timeout: 1s', 'request_timeout: 200ms'));
    const client = new RawClient(gateway.port).send('GET /api/x HTTP/1.1\r\nHost: a\r\n\r\n');
    await client.until((text) => text.includes('404'));
    await new RawClient(gateway.port).answer(); // a silent one, which is cut once the time is over

    client.send('GET /api/x HTTP/1.1\r\n');
    // Well within it, one whose body does not come is cut: who counted from the first head has looked again.
    await new RawClient(gateway.port).send('POST /api/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n').answer();
    client.send('Host: a\r\nConnection: close\r\n\r\n');

    const { text } = await client.answer();
    expect(text.match(/HTTP\/1\.1 \d+/g)).to.deep.equal(['HTTP/1.1 404', 'HTTP/1.1 404']);
    await gateway.close();
  });

  it('keeps its idle connection no longer than allowed', async () => {
    const gateway = await startTestGateway(withTimeouts('idle_timeout: 200ms'));
    const client = new RawClient(gateway.port).send('GET /api/x HTTP/1.1\r\nHost: a\r\n\r\n');

    const answer = await client.answer();

    expect(answer.status).to.equal(404);
    expect(answer.end).to.equal('end');
    await gateway.close();
  });
});
