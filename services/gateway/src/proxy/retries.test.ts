import type { Socket } from 'node:net';
import { expect } from 'chai';
import { exchangeRaw, type RawAnswer, RawClient } from '../testing/raw-client.ts';
import { eventually, startTestGateway, type TestGateway } from '../testing/start-test-gateway.ts';
import { startRawUpstream } from '../testing/test-upstream.ts';
import { RetryPolicy } from './retry-policy.ts';

type Play = (socket: Socket) => void;

const say = (text: string, status = '200 OK', ...fields: string[]): Play => {
  const head = [`HTTP/1.1 ${status}`, `Content-Length: ${text.length}`, ...fields].join('\r\n');
  return (socket) => socket.write(`${head}\r\n\r\n${text}`);
};
const hangUp: Play = (socket) => socket.destroy();
const wait: Play = () => undefined;
const shed = say('busy', '503 Service Unavailable', 'X-Outlay-Retryable: true');

describe('a request that fails', () => {
  let gateway: TestGateway;
  let service: Awaited<ReturnType<typeof startRawUpstream>>;
  /** What the service does with each request in turn; with the last one, also with all that follow. */
  let script: Play[] = [];
  /** Requests as they arrived, whole. */
  let arrived: string[] = [];
  let asked = 0;

  before(async () => {
    service = await startRawUpstream((socket) => {
      let text = '';
      socket.setEncoding('latin1');
      socket.on('data', (chunk: string) => {
        text += chunk;
        const head = text.indexOf('\r\n\r\n');
        if (head < 0) return;
        const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
        const isWhole = /transfer-encoding/i.test(text) ? text.endsWith('0\r\n\r\n') : text.length >= head + 4 + length;
        if (!isWhole) return;
        arrived.push(text);
        text = '';
        (script.length > 1 ? script.shift() : script[0])?.(socket);
      });
    });
    gateway = await startTestGateway({
      expenseUrl: service.url,
      edit: (yaml) =>
        yaml
          .replace('num_retries: 2', 'num_retries: 2\n          per_try_timeout: 200ms')
          .replace('cluster: expense, timeout: 30s', 'cluster: expense, timeout: 3s'),
    });
  });
  after(async () => {
    await service.close();
    await gateway.close();
  });
  beforeEach(async () => {
    for (const socket of service.sockets) socket.destroy();
    await eventually(() => service.sockets.size === 0);
    arrived = [];
  });
  afterEach(() => eventually(() => lines().length === asked));

  const lines = () => gateway.log().filter(({ msg }) => msg === 'request');
  const lastLine = async () => {
    await eventually(() => lines().length === asked);
    return lines().at(-1);
  };
  const head = (method: string, fields: string[]) =>
    [`${method} /api/v1/ledgers HTTP/1.1`, 'Host: a', `Authorization: ${gateway.bearer}`, ...fields, '\r\n'].join(
      '\r\n',
    );
  const ask = (method = 'GET', fields: string[] = [], body = ''): Promise<RawAnswer> => {
    asked++;
    const length = body ? [`Content-Length: ${body.length}`] : [];
    return exchangeRaw(gateway.port, head(method, [...fields, ...length, 'Connection: close']) + body);
  };
  /** Leaves one kept connection to the service. */
  const warmUp = async () => {
    script = [say('ok')];
    await ask();
    arrived = [];
  };

  const retried: [what: string, Play][] = [
    ['whose connection breaks', hangUp],
    ['whose connection is reset', (socket) => socket.resetAndDestroy()],
    ['that is not answered in time', wait],
    ['whose 503 says that nothing was done', shed],
  ];
  for (const [what, play] of retried)
    it(`and ${what} is tried again, twice at most`, async () => {
      script = [play, play, say('at last')];

      const answer = await ask();

      expect(answer.body).to.equal('at last');
      expect(arrived).to.have.length(3);
      expect((await lastLine())?.flags).to.equal('-');
    });

  it('after the last retry is told as it is, and why there is no other', async () => {
    script = [hangUp];
    expect((await ask()).status).to.equal(503);
    expect(arrived).to.have.length(3);
    expect((await lastLine())?.flags).to.equal('UC,URX');

    script = [shed];
    const answer = await ask();
    expect([answer.status, answer.body]).to.deep.equal([503, 'busy']);
    expect(answer.headers).not.to.have.property('x-outlay-retryable');
    expect((await lastLine())?.flags).to.equal('URX');
  });

  it('without an answer in time three times: 504', async () => {
    script = [wait];

    expect((await ask()).status).to.equal(504);

    expect(arrived).to.have.length(3);
    expect((await lastLine())?.flags).to.equal('UT,URX');
  });

  const onceOnly: [what: string, method: string, Play, status: number][] = [
    ['a POST that a broken connection may have brought', 'POST', hangUp, 503],
    ['a PATCH that takes too long', 'PATCH', wait, 504],
    ['a 503 that says nothing of retries', 'GET', say('no', '503 Service Unavailable'), 503],
    ['a 500', 'GET', say('no', '500 X'), 500],
    ['an answer that has begun', 'GET', (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-'), 503],
    ['an answer that is not HTTP', 'GET', (socket) => socket.write('220 smtp\r\n\r\n'), 502],
  ];
  for (const [what, method, play, status] of onceOnly)
    it(`is not tried again: ${what}`, async () => {
      script = [play, say('twice')];

      expect((await ask(method)).status).to.equal(status);

      expect(arrived).to.have.length(1);
    });

  it('and has a body within the buffer arrives with all of it, however it is framed', async () => {
    const body = 'x'.repeat(65_536);
    script = [hangUp, say('ok')];
    expect((await ask('PUT', [], body)).status).to.equal(200);
    expect(arrived.map((text) => text.slice(text.indexOf('\r\n\r\n') + 4))).to.deep.equal([body, body]);

    arrived = [];
    script = [hangUp, say('ok')];
    const chunked = ['Transfer-Encoding: chunked', 'Idempotency-Key: 1'];
    const client = new RawClient(gateway.port).send(head('POST', [...chunked, 'Connection: close']));
    asked++;
    client.send('3\r\nabc\r\n').send('2\r\nde\r\n0\r\n\r\n');
    expect((await client.answer()).status).to.equal(200);
    const data = arrived.map((text) => text.slice(text.indexOf('\r\n\r\n') + 4).replaceAll(/\r\n|^\d|(?<=\n)\d/g, ''));
    expect(data).to.deep.equal(['abcde', 'abcde']);
  });

  it('and has a longer body is not tried again', async () => {
    script = [hangUp, say('twice')];

    expect((await ask('PUT', [], 'x'.repeat(65_537))).status).to.equal(503);

    expect(arrived).to.have.length(1);
  });

  it('within its body goes on where it was', async () => {
    let cuts = 0;
    const cutting = await startRawUpstream((socket) => {
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk;
        if (cuts === 0 && text.endsWith('hello')) {
          cuts++;
          socket.destroy();
        } else if (text.endsWith('hello, world')) say(String(text.match(/hello, world/g)?.length))(socket);
      });
    });
    const lone = await startTestGateway({ expenseUrl: cutting.url });
    const fields = ['Host: a', `Authorization: ${lone.bearer}`, 'Content-Length: 12', 'Connection: close'];
    const client = new RawClient(lone.port).send(
      `PUT /api/v1/ledgers/1 HTTP/1.1\r\n${fields.join('\r\n')}\r\n\r\nhello`,
    );
    await eventually(() => cutting.accepted() === 2);

    client.send(', world');

    expect((await client.answer()).body).to.equal('1');
    await cutting.close();
    await lone.close();
  });

  it('on a kept connection that the service was closing goes over a fresh one, as if nothing had been', async () => {
    await warmUp();
    const before = service.accepted();
    script = [hangUp, say('ok')];

    expect((await ask()).status).to.equal(200);

    expect(service.accepted() - before).to.equal(1);
    expect((await lastLine())?.flags).to.equal('-');
  });

  it('on a kept connection takes the other tries still', async () => {
    await warmUp();
    script = [hangUp, hangUp, hangUp, say('ok')];

    expect((await ask()).status).to.equal(200);

    expect(arrived).to.have.length(4);
  });

  it('on a kept connection is not repeated where it may have been done', async () => {
    await warmUp();
    script = [hangUp, say('twice')];

    expect((await ask('POST')).status).to.equal(503);

    expect(arrived).to.have.length(1);
  });

  it('beyond the budget of retries is refused at once, so that retries cannot bury a service', async () => {
    script = [wait];

    // 20 % of four is none; three may be retries in any case.
    await Promise.all(Array.from({ length: 4 }, () => ask()));

    await eventually(() => lines().length === asked);
    const flags = lines()
      .slice(-4)
      .map((line) => line.flags);
    expect(flags.sort()).to.deep.equal(['UT,UO', 'UT,URX', 'UT,URX', 'UT,URX']);
  });

  it('and whose client leaves meanwhile leaves nothing behind', async () => {
    script = [hangUp];
    asked++;
    const client = new RawClient(gateway.port).send(head('GET', []));
    await eventually(() => arrived.length > 0);
    client.socket.destroy();
    await eventually(() => lines().length === asked);

    const metrics = await (await fetch(`http://127.0.0.1:${gateway.adminPort}/metrics`)).text();

    expect(metrics).to.match(/outlay_gateway_requests_active\{.*\} 0/);
    expect(metrics).to.match(/upstream_retries_total\{cluster="expense",result="begun".*\} \d+/);
    expect(metrics).to.match(/upstream_retries_total\{cluster="expense",result="succeeded".*\} 6\n/);
    expect(metrics).to.match(/upstream_retries_total\{cluster="expense",result="overflow".*\} 1\n/);
    expect(metrics).to.match(/upstream_retries_total\{cluster="expense",result="limit_exceeded".*\} \d+/);
  });

  it('to connect is tried again whatever its method: nothing was sent', async () => {
    const lone = await startTestGateway({ expenseUrl: 'http://127.0.0.1:1' });

    const answer = await fetch(`${lone.url}/api/v1/ledgers`, {
      method: 'POST',
      headers: { authorization: lone.bearer },
      body: '{}',
    });

    expect(answer.status).to.equal(503);
    await eventually(() => lone.log().some(({ flags }) => flags === 'UF,URX'));
    await lone.close();
  });
});

describe('the back-off between tries', () => {
  it('doubles up to its bound and is anything below', () => {
    const policy = new RetryPolicy({
      retry_on: ['reset'],
      num_retries: 5,
      retry_back_off: { base_interval: 25, max_interval: 250 },
      request_body_buffer_limit: 0,
    });

    expect([1, 2, 3, 4, 5].map((retry) => policy.backOffMs(retry, 1))).to.deep.equal([25, 75, 175, 250, 250]);
    expect(policy.backOffMs(3, 0)).to.equal(0);
    expect(policy.backOffMs(3, 0.5)).to.equal(87.5);
  });
});
