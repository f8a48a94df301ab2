import { expect } from 'chai';
import { RawClient } from '../testing/raw-client.ts';
import { startTestGateway, type TestGateway } from '../testing/start-test-gateway.ts';

describe('the limit on bodies', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway({
      edit: (yaml) => yaml.replace('max_request_bytes: 1MiB', 'max_request_bytes: 1KiB'),
    });
  });
  after(() => gateway.close());

  const post = (path: string, body: string | ReadableStream<Uint8Array>) =>
    fetch(gateway.url + path, {
      method: 'POST',
      headers: { authorization: gateway.bearer },
      body,
      duplex: 'half',
    } as RequestInit);

  const streamOf = (bytes: number) =>
    new ReadableStream<Uint8Array>({
      start(controller) {
        for (let sent = 0; sent < bytes; sent += 512) controller.enqueue(new Uint8Array(Math.min(512, bytes - sent)));
        controller.close();
      },
    });

  it('lets a body of just that size through, with a length or in chunks', async () => {
    expect((await post('/api/v1/ledgers', 'a'.repeat(1_024))).status).to.equal(200);
    expect((await post('/api/v1/ledgers', streamOf(1_024))).status).to.equal(200);
    expect(gateway.expense.arrived.slice(-2).map(({ body }) => body.length)).to.deep.equal([1_024, 1_024]);
  });

  it('answers 413 to one that says it is larger, and the service hears nothing of it', async () => {
    const before = gateway.expense.arrived.length;

    const answer = await post('/api/v1/ledgers', 'a'.repeat(1_025));

    expect(answer.status).to.equal(413);
    expect(answer.headers.get('content-type')).to.equal('application/problem+json');
    expect(await answer.json()).to.include({
      type: '/problems/body-too-large',
      title: 'The body is too large',
      detail: 'At most 1024 bytes are taken here.',
    });
    expect(gateway.expense.arrived.length).to.equal(before);
  });

  it('answers 413 to one that turns out larger while it streams, and the service never sees its end', async () => {
    const before = gateway.expense.arrived.length;

    const answer = await post('/api/v1/ledgers', streamOf(4_096));

    expect(answer.status).to.equal(413);
    expect(gateway.expense.arrived.length).to.equal(before);
  });

  it('is larger where the route says so', async () => {
    expect((await post('/api/v1/ledgers/default/imports', 'a'.repeat(5_000_000))).status).to.equal(200);
    expect(gateway.expense.arrived.at(-1)?.body.length).to.equal(5_000_000);
  });

  it('reads the rest of a refused body, so that the client gets to read the answer and the connection serves on', async () => {
    const client = new RawClient(gateway.port);
    const head = `POST /api/v1/ledgers HTTP/1.1\r\nHost: a\r\nAuthorization: ${gateway.bearer}\r\nContent-Length: 500000\r\n\r\n`;
    client.send(head + 'a'.repeat(250_000));
    await client.until((text) => text.includes('body-too-large'));

    client.send(`${'a'.repeat(250_000)}GET /api/nothing HTTP/1.1\r\nHost: a\r\n\r\n`);

    await client.until((text) => text.includes('route-not-found'));
    client.socket.destroy();
  });

  it('does not let the client send what it asked to send before', async () => {
    const client = new RawClient(gateway.port);
    client.send(
      `POST /api/v1/ledgers HTTP/1.1\r\nHost: a\r\nAuthorization: ${gateway.bearer}\r\nExpect: 100-continue\r\nContent-Length: 500000\r\n\r\n`,
    );

    const answer = await client.answer();

    expect(answer.text).to.match(/^HTTP\/1\.1 413 /);
    expect(answer.headers.connection).to.equal('close');
  });
});
