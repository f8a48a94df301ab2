import { once } from 'node:events';
import type { Socket } from 'node:net';
import { expect } from 'chai';
import { exchangeRaw, RawClient } from '../testing/raw-client.ts';
import { eventually, startTestGateway, type TestGateway, untilStill } from '../testing/start-test-gateway.ts';
import { startRawUpstream } from '../testing/test-upstream.ts';

const accepted =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: abc=\r\nX-Powered-By: x\r\n\r\n';

describe('a request to upgrade its connection', () => {
  let service: Awaited<ReturnType<typeof startRawUpstream>>;
  let gateway: TestGateway;
  /** What the service does with a connection once the request's head is there. */
  let answer: (socket: Socket, head: string) => void;
  let heads: string[];
  beforeEach(async () => {
    heads = [];
    answer = (socket) => socket.on('end', () => socket.end()).write(accepted);
    service = await startRawUpstream((socket) => {
      socket.allowHalfOpen = true;
      socket.once('data', (bytes: Buffer) => {
        heads.push(String(bytes));
        answer(socket, String(bytes));
      });
    });
    gateway = await startTestGateway({
      expenseUrl: service.url,
      edit: (yaml) =>
        yaml.replace(
          'route: { cluster: expense, timeout: 30s }',
          'route: { cluster: expense, timeout: 500ms, idle_timeout: 1s, upgrade_configs: [{ upgrade_type: websocket }] }',
        ),
    });
  });
  afterEach(async () => {
    await gateway.close();
    await service.close();
  });

  const request = (path: string, ...more: string[]) =>
    [`GET ${path} HTTP/1.1`, 'Host: a', `Authorization: ${gateway.bearer}`, ...more, '', ''].join('\r\n');
  const websocket = ['Connection: keep-alive, Upgrade', 'Upgrade: WebSocket', 'Sec-WebSocket-Key: a2V5'];
  const open = async (first = ''): Promise<RawClient> => {
    const client = new RawClient(gateway.port).send(request('/api/v1/ledgers', ...websocket) + first);
    await client.until((text) => text.includes('\r\n\r\n'));
    return client;
  };
  const echo = (socket: Socket) => {
    socket.write(accepted);
    socket.on('data', (bytes: Buffer) => socket.write(bytes));
    socket.on('end', () => socket.end());
  };

  it('becomes a tunnel where the route says so: bytes both ways, longer than any time-out of an answer', async () => {
    answer = echo;
    const client = await open('early');
    await client.until((text) => text.endsWith('early'));

    let said = 'early';
    const openedAt = performance.now();
    for (let i = 0; performance.now() < openedAt + 800; i++) {
      said += `[${i}]`;
      client.send(`[${i}]`);
      await client.until((text) => text.endsWith(`[${i}]`));
    }

    expect(client.text)
      .to.match(/^HTTP\/1\.1 101 /)
      .and.to.match(/\r\nconnection: Upgrade\r\nupgrade: websocket\r\n/i);
    expect(client.text).to.include('Sec-WebSocket-Accept: abc=').and.not.to.include('X-Powered-By');
    expect(heads[0])
      .to.match(/\r\nconnection: Upgrade\r\nupgrade: websocket\r\n/)
      .and.to.include('Sec-WebSocket-Key: a2V5');
    expect(heads[0]).to.include('x-outlay-workload-token: token-for-expense');
    client.socket.destroy();
    await eventually(() =>
      gateway.log().some(({ status, responseBytes }) => status === 101 && responseBytes === said.length),
    );
    await eventually(() => service.sockets.size === 0);
  });

  it('ends each way by itself, the client’s first', async () => {
    answer = (socket) => {
      let heard = '';
      socket.write(accepted);
      socket.on('data', (bytes: Buffer) => {
        heard += bytes;
      });
      socket.on('end', () => socket.end(`heard ${heard}`));
    };
    const client = await open();

    client.send('all of it').socket.end();
    const { text, end } = await client.answer();

    expect(text.endsWith('heard all of it')).to.equal(true);
    expect(end).to.equal('end');
    await eventually(() => gateway.log().some(({ status, flags }) => status === 101 && flags === '-'));
  });

  it('ends each way by itself, the service’s first', async () => {
    const rest: string[] = [];
    answer = (socket) => {
      socket.end(`${accepted}bye`);
      socket.on('data', (bytes: Buffer) => rest.push(String(bytes)));
    };
    const client = await open();
    await once(client.socket, 'end');

    client.send('one more').socket.end();

    await eventually(() => rest.join('') === 'one more');
    await eventually(() => gateway.log().some(({ status, flags }) => status === 101 && flags === '-'));
    expect(client.text.endsWith('bye')).to.equal(true);
  });

  it('brings much, and holds back whoever is not read', async () => {
    const mebibyte = Buffer.alloc(1_048_576, 'x');
    let sent = 0;
    answer = (socket) => {
      socket.write(accepted);
      const pump = () => {
        while (sent < 48) {
          sent++;
          if (!socket.write(mebibyte)) {
            socket.once('drain', pump);
            return;
          }
        }
      };
      pump();
    };
    const client = await open();
    client.socket.pause();

    await untilStill(() => sent, gateway);

    expect(sent).to.be.below(40);
    client.socket.resume();
    await client.until((text) => text.length > 48 * mebibyte.length);
    client.socket.destroy();
  });

  it('is cut where no byte moves for the idle time-out of the route', async () => {
    const client = await open();

    await client.answer();

    await eventually(() => gateway.log().some(({ flags, status }) => flags === 'SI' && status === 101));
    await eventually(() => service.sockets.size === 0);
  });

  it('is cut where the service breaks off', async () => {
    answer = (socket) => socket.write(accepted, () => socket.resetAndDestroy());
    const client = await open();

    await client.answer();

    await eventually(() => gateway.log().some(({ flags, status }) => flags === 'UC' && status === 101));
  });

  it('gets the service’s own answer where that does not agree', async () => {
    answer = (socket) => socket.write('HTTP/1.1 426 Upgrade Required\r\nContent-Length: 2\r\n\r\nno');

    const refused = await exchangeRaw(gateway.port, request('/api/v1/ledgers', ...websocket));

    expect([refused.status, refused.body, refused.headers.connection]).to.deep.equal([426, 'no', 'close']);
  });

  it('passes the filters first', async () => {
    const text = request('/api/v1/ledgers', ...websocket).replace(gateway.bearer, 'Bearer none');

    const refused = await exchangeRaw(gateway.port, text);

    expect(refused.status).to.equal(401);
    expect(heads).to.be.empty;
  });

  it('is refused where the route says nothing of it, and where it has a body', async () => {
    for (const text of [
      request('/api/v1/ledgers/x/imports', ...websocket, 'Connection: close').replace('GET', 'POST'),
      request('/api/v1/ledgers', 'Connection: Upgrade, close', 'Upgrade: tls/1.3'),
      request('/api/v1/ledgers', ...websocket, 'Content-Length: 2', 'Connection: close').concat('{}'),
      request('/api/v1/auth/me', ...websocket, 'Connection: close'),
    ]) {
      const refused = await exchangeRaw(gateway.port, text);

      expect(refused.status).to.equal(403);
      expect(JSON.parse(refused.body)).to.include({ type: '/problems/upgrade-refused' });
    }
    expect(heads).to.be.empty;
  });

  it('is not heard of HTTP/1.0, which knows no other protocol', async () => {
    answer = (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');

    const served = await exchangeRaw(gateway.port, request('/api/v1/ledgers', ...websocket).replace('1.1', '1.0'));

    expect([served.status, served.body]).to.deep.equal([200, 'ok']);
    expect(heads[0]).not.to.match(/\r\n(upgrade|connection):/i);
  });

  for (const [what, line] of [
    ['something else than was asked for', 'Upgrade: tls/1.3\r\n'],
    ['nobody knows what', ''],
  ] as const)
    it(`gets 502 where the service makes of it ${what}`, async () => {
      answer = (socket) => socket.on('end', () => socket.end()).write(accepted.replace('Upgrade: websocket\r\n', line));

      const refused = await exchangeRaw(gateway.port, request('/api/v1/ledgers', ...websocket));

      expect(refused.status).to.equal(502);
      await eventually(() => gateway.log().some(({ flags }) => flags === 'UPE'));
      await eventually(() => service.sockets.size === 0);
    });

  it('is waited for by a stop, and no longer than it lives', async () => {
    const client = await open();

    const stopped = gateway.stop();
    client.socket.destroy();

    await stopped;
  });
});

describe('a stream of events', () => {
  it('is handed on event by event, without a time-out but its own', async () => {
    const gateway = await startTestGateway({
      edit: (yaml) =>
        yaml
          .replace(
            'route: { cluster: expense, timeout: 30s }',
            'route: { cluster: expense, timeout: 0s, idle_timeout: 600ms }',
          )
          .replace('    virtual_hosts:', '    stream_idle_timeout: 200ms\n    virtual_hosts:'),
    });
    gateway.expense.answer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      let event = 0;
      const timer = setInterval(() => {
        response.write(`data: ${event++}\n\n`);
        if (event === 4) clearInterval(timer);
      }, 300);
    });
    const client = new RawClient(gateway.port).send(
      `GET /api/v1/ledgers HTTP/1.1\r\nHost: a\r\nAuthorization: ${gateway.bearer}\r\n\r\n`,
    );

    for (let event = 0; event < 4; event++) await client.until((text) => text.includes(`data: ${event}\n\n`));
    await client.answer();

    await eventually(() => gateway.log().some(({ flags }) => flags === 'SI'));
    await gateway.close();
  });
});
