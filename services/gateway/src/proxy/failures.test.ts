import type { Socket } from 'node:net';
import { expect } from 'chai';
import { exchangeRaw, RawClient } from '../testing/raw-client.ts';
import { eventually, startTestGateway, type TestGateway } from '../testing/start-test-gateway.ts';
import { startRawUpstream } from '../testing/test-upstream.ts';

/** A gateway whose time-outs are short, before an expense service that the test plays byte by byte. */
const impatient = (yaml: string) =>
  yaml
    .replace('cluster: expense, timeout: 30s', 'cluster: expense, timeout: 500ms')
    .replace('    virtual_hosts:', '    stream_idle_timeout: 700ms\n    virtual_hosts:');

type Play = (socket: Socket, request: string) => void;

describe('a service that fails', () => {
  let gateway: TestGateway;
  let service: Awaited<ReturnType<typeof startRawUpstream>>;
  let play: Play = () => undefined;
  before(async () => {
    service = await startRawUpstream((socket) => {
      let text = '';
      socket.setEncoding('latin1');
      socket.on('data', (chunk: string) => {
        text += chunk;
        if (text.includes('\r\n\r\n')) {
          play(socket, text);
          text = '';
        }
      });
    });
    gateway = await startTestGateway({
      edit: impatient,
      env: { UPSTREAM_MAX_CONNECTIONS: '8' },
      expenseUrl: service.url,
    });
  });
  after(async () => {
    await service.close();
    await gateway.close();
  });
  // Each test starts without kept connections, and waits for its lines in the log.
  beforeEach(async () => {
    for (const socket of service.sockets) socket.destroy();
    await eventually(() => service.sockets.size === 0);
  });
  afterEach(() => eventually(() => gateway.log().filter(({ msg }) => msg === 'request').length === asked));
  let asked = 0;

  const head = (method = 'GET', ...fields: string[]) =>
    `${[`${method} /api/v1/ledgers HTTP/1.1`, 'Host: a', `Authorization: ${gateway.bearer}`, ...fields].join('\r\n')}\r\n\r\n`;
  const ask = (...fields: string[]) => {
    asked++;
    return exchangeRaw(gateway.port, head('GET', 'Connection: close', ...fields));
  };
  const lastLine = () => gateway.log().findLast(({ msg }) => msg === 'request');

  const beforeTheHead: [what: string, Play, status: number, type: string, flag: string][] = [
    ['hangs up at once', (socket) => socket.destroy(), 503, 'unavailable', 'UC,URX'],
    ['resets', (socket) => socket.resetAndDestroy(), 503, 'unavailable', 'UC,URX'],
    ['ends without a word', (socket) => socket.end(), 503, 'unavailable', 'UC,URX'],
    ['ends within the head', (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-'), 503, 'unavailable', 'UC'],
    [
      'speaks something else',
      (socket) => socket.write('220 smtp.example ESMTP\r\n\r\n'),
      502,
      'bad-upstream-answer',
      'UPE',
    ],
    [
      'names two lengths',
      (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'),
      502,
      'bad-upstream-answer',
      'UPE',
    ],
    ['switches protocols', (socket) => socket.write('HTTP/1.1 101 X\r\n\r\n'), 502, 'bad-upstream-answer', 'UPE'],
    [
      'garbles a body right behind its head',
      (socket) => socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'),
      502,
      'bad-upstream-answer',
      'UPE',
    ],
    [
      'says 1xx without end',
      (socket) => socket.write('HTTP/1.1 102 Processing\r\n\r\n'.repeat(1_000)),
      502,
      'bad-upstream-answer',
      'UPE',
    ],
    ['says nothing', () => undefined, 504, 'upstream-timeout', 'UT'],
    ['only ever says 100', (socket) => socket.write('HTTP/1.1 100 Continue\r\n\r\n'), 504, 'upstream-timeout', 'UT'],
  ];
  for (const [what, how, status, type, flag] of beforeTheHead)
    it(`and ${what} is answered for: ${status} ${type}`, async () => {
      play = how;

      const answer = await ask();

      expect(answer.status).to.equal(status);
      expect(answer.headers['content-type']).to.equal('application/problem+json');
      expect(JSON.parse(answer.body)).to.include({ type: `/problems/${type}`, status });
      expect(answer.end).to.equal('end');
      await eventually(() => lastLine()?.flags === flag);
    });

  const afterTheHead: [what: string, Play][] = [
    [
      'hangs up within a body of known length',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello'),
    ],
    [
      'hangs up within chunks',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'),
    ],
    [
      'hangs up before the last line',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n'),
    ],
    [
      'garbles a chunk',
      (socket) => socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n'),
    ],
    ['stalls within the body', (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello')],
    [
      'resets a body without a length',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\n\r\nhello');
        setTimeout(() => socket.resetAndDestroy(), 50);
      },
    ],
  ];
  for (const [what, how] of afterTheHead)
    it(`and ${what} never looks whole to the client`, async () => {
      play = how;

      const { status, headers, body } = await ask();

      expect([0, 200]).to.include(status);
      if (headers['transfer-encoding'] === 'chunked') expect(body).not.to.match(/0\r\n\r\n$/);
      else if (headers['content-length']) expect(body.length).to.be.below(Number(headers['content-length']));
      else expect(status).to.equal(0);
    });

  it('and truncates a body without a length is a reset to a client that knows no chunks', async () => {
    play = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\nhello');
      setTimeout(() => socket.resetAndDestroy(), 50);
    };
    asked++;

    const answer = await exchangeRaw(gateway.port, head().replace('HTTP/1.1', 'HTTP/1.0'));

    expect(answer.end).to.equal('reset');
  });

  it('and ends a body without a length in order has answered whole', async () => {
    play = (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nhello');

    const answer = await ask();

    expect(answer.body).to.equal('5\r\nhello\r\n0\r\n\r\n');
  });

  it('and sends more than it was asked for: nobody else gets it', async () => {
    play = (socket) =>
      socket.write(
        'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison',
      );
    expect((await ask()).body).to.equal('hello');

    play = (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood');
    expect((await ask()).body).to.equal('good');
  });

  it('and sends something while nobody asks: nobody gets it', async () => {
    let idle: Socket | undefined;
    play = (socket) => {
      idle = socket;
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello');
    };
    expect((await ask()).body).to.equal('hello');

    idle?.write('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison');
    await eventually(() => service.sockets.size === 0);

    play = (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood');
    expect((await ask()).body).to.equal('good');
  });

  it('and closes what is idle costs no request', async () => {
    play = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok', () => socket.end());
    };
    for (let i = 0; i < 10; i++) {
      expect((await ask()).status).to.equal(200);
      await eventually(() => service.sockets.size === 0);
    }
  });

  it('is asked by no more connections than allowed: the next is refused at once, without a queue', async () => {
    const held: Socket[] = [];
    play = (socket) => held.push(socket);
    const crowd = Array.from({ length: 8 }, () => ask());
    await eventually(() => held.length === 8);

    const startedAt = performance.now();
    const answer = await ask();

    expect(answer.status).to.equal(503);
    expect(answer.headers['retry-after']).to.equal('1');
    expect(performance.now() - startedAt).to.be.below(300);
    await eventually(() => lastLine()?.flags === 'UO');
    for (const socket of held) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    expect((await Promise.all(crowd)).map(({ status }) => status)).to.deep.equal(Array(8).fill(200));
  });

  describe('whose client goes away', () => {
    it('is told so before it has answered', async () => {
      let closed = false;
      play = (socket) => {
        socket.on('close', () => {
          closed = true;
        });
      };
      asked++;
      const client = new RawClient(gateway.port).send(head());
      await eventually(() => service.sockets.size > 0);

      client.socket.destroy();

      await eventually(() => closed);
      await eventually(() => lastLine()?.flags === 'DC');
      expect(lastLine()).to.include({ status: 0, cluster: 'expense' });
    });

    it('is told so within its answer', async () => {
      let closed = false;
      play = (socket) => {
        socket.on('close', () => {
          closed = true;
        });
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello');
      };
      asked++;
      const client = new RawClient(gateway.port).send(head());
      await client.until((text) => text.endsWith('hello'));

      client.socket.resetAndDestroy();

      await eventually(() => closed);
    });

    it('is told so within the request’s body', async () => {
      let closed = false;
      play = (socket) => {
        socket.on('close', () => {
          closed = true;
        });
      };
      asked++;
      const client = new RawClient(gateway.port).send(`${head('POST', 'Content-Length: 10')}hello`);
      await eventually(() => service.sockets.size > 0);

      client.socket.destroy();

      await eventually(() => closed);
    });
  });

  it('whose client stops sending: 408', async () => {
    play = () => undefined;
    asked++;
    const client = new RawClient(gateway.port).send(`${head('POST', 'Content-Length: 10', 'Connection: close')}hello`);

    await client.until((text) => text.includes('/problems/request-timeout'));

    expect(client.text).to.match(/^HTTP\/1\.1 408 /);
    client.socket.destroy();
  });

  it('whose client stops reading: the connection is cut', async () => {
    play = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
      const chunk = `10000\r\n${'a'.repeat(65_536)}\r\n`;
      const pump = () => {
        while (socket.writable && socket.write(chunk));
      };
      socket.on('drain', pump);
      pump();
    };
    asked++;
    const client = new RawClient(gateway.port).send(head());
    await client.until((text) => text.length > 0);
    client.socket.pause();

    await eventually(() => ['SI', 'UT'].includes(String(lastLine()?.flags)));

    await eventually(() => service.sockets.size === 0);
    client.socket.destroy();
  });

  it('cannot be reached: 503 at once where nobody listens', async () => {
    const lone = await startTestGateway({ expenseUrl: 'http://127.0.0.1:1' });

    const answer = await fetch(`${lone.url}/api/v1/ledgers`, { headers: { authorization: lone.bearer } });

    expect(answer.status).to.equal(503);
    await eventually(() => lone.log().some(({ flags }) => flags === 'UF,URX'));
    await lone.close();
  });

  it('cannot be reached: 503 after the connect time-out where packets vanish', async () => {
    const lone = await startTestGateway({
      expenseUrl: 'http://192.0.2.1:9', // TEST-NET-1: routed nowhere
      edit: (yaml) =>
        yaml.replace('workload_audience: expense', 'workload_audience: expense\n    connect_timeout: 200ms'),
    });
    const startedAt = performance.now();

    const answer = await fetch(`${lone.url}/api/v1/ledgers`, { headers: { authorization: lone.bearer } });

    expect(answer.status).to.equal(503);
    expect(performance.now() - startedAt).to.be.below(2_000);
    await eventually(() => lone.log().some(({ flags }) => flags === 'UF,URX'));
    await lone.close();
  });

  it('leaves nothing behind: requests, connections, counts against limits', async () => {
    const metrics = await (await fetch(`http://127.0.0.1:${gateway.adminPort}/metrics`)).text();

    expect(metrics).to.match(/outlay_gateway_requests_active\{.*\} 0/);
    expect(metrics).to.match(/outlay_gateway_upstream_connections\{cluster="expense",state="active".*\} 0/);
    expect(metrics).to.match(/outlay_gateway_upstream_requests_active\{cluster="expense".*\} 0/);
    expect(metrics).to.match(/outlay_gateway_upstream_requests_pending\{cluster="expense".*\} 0/);
    expect(metrics).to.match(/outlay_gateway_upstream_failures_total\{cluster="expense",flag="UC".*\} \d+/);
  });
});
