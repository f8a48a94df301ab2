import { constants } from 'node:http2';
import { expect } from 'chai';
import { fields, flags, frame, frameTypes, RawHttp2 } from '../testing/raw-http2.ts';
import { eventually } from '../testing/start-test-gateway.ts';
import { ask2, startTlsGateway, type TlsGateway } from '../testing/start-tls-gateway.ts';

const whole = flags.endHeaders | flags.endStream;
const request = (stream: number, ...more: readonly (readonly [string, string])[]) =>
  frame(frameTypes.headers, whole, stream, fields(...login, ...more));
const login = [
  [':method', 'POST'],
  [':scheme', 'https'],
  [':authority', 'a'],
  [':path', '/api/v1/auth/login'],
] as const;

describe('HTTP/2 as it must not be', () => {
  let gateway: TlsGateway;
  beforeEach(async () => {
    gateway = await startTlsGateway();
  });
  afterEach(() => gateway.close());

  const arrived = () => gateway.auth.arrived.filter(({ url }) => url.includes('login')).length;

  async function expectServing(): Promise<void> {
    const session = gateway.http2();
    const answer = await ask2(session, { ':method': 'POST', ':path': '/api/v1/auth/login' });
    expect(answer.headers[':status']).to.equal(200);
    session.destroy();
  }

  const malformed: [what: string, ...more: (readonly [string, string])[]][] = [
    ['a transfer coding', ['transfer-encoding', 'chunked']],
    ['a Connection field', ['connection', 'close']],
    ['a Keep-Alive field', ['keep-alive', 'timeout=5']],
    ['a Proxy-Connection field', ['proxy-connection', 'keep-alive']],
    ['an Upgrade field', ['upgrade', 'websocket']],
    ['a TE field other than trailers', ['te', 'gzip']],
    ['a name in capitals', ['X-Mine', 'y']],
    ['a length of a body that never comes', ['content-length', '5']],
    ['a length that is none', ['content-length', '+5']],
    ['two lengths', ['content-length', '0'], ['content-length', '5']],
    ['two paths', [':path', '/']],
    ['a pseudo field that is not known', [':status', '200']],
  ];
  for (const [what, ...more] of malformed)
    it(`resets the stream of ${what}, and no service hears of it`, async () => {
      const client = (await RawHttp2.connect(gateway.port)).send(request(1, ...more));

      await eventually(() => client.resets.has(1) || client.isEnded);

      expect(client.resets.get(1) ?? client.goaway).to.equal(constants.NGHTTP2_PROTOCOL_ERROR);
      expect(arrived()).to.equal(0);
      client.socket.destroy();
      await expectServing();
    });

  for (const [what, name, value] of [
    ['a name with a line end', 'x\r\ny', 'z'],
    ['a name with a colon', 'x:y', 'z'],
    ['a value with a line end', 'x', 'y\r\ntransfer-encoding: chunked'],
    ['a value with a NUL', 'x', 'y\0'],
  ] as const)
    it(`drops ${what}: nghttp2 does so before anyone sees it`, async () => {
      const client = (await RawHttp2.connect(gateway.port)).send(request(1, [name, value], ['x-last', 'yes']));

      await eventually(() => arrived() === 1);

      const sent = gateway.auth.arrived.find(({ url }) => url.includes('login'))?.headers ?? [];
      expect(sent).to.deep.include(['x-last', 'yes']);
      expect(sent.map(([field]) => field)).not.to.include.oneOf(['x', 'x:y', 'y', 'transfer-encoding']);
      client.socket.destroy();
    });

  it('ends a request whose body is longer than its length, and the service never sees it whole', async () => {
    const head = frame(frameTypes.headers, flags.endHeaders, 1, fields(...login, ['content-length', '2']));
    const smuggled = Buffer.from('{}GET /api/v1/auth/smuggled HTTP/1.1\r\nhost: a\r\n\r\n');
    const client = (await RawHttp2.connect(gateway.port)).send(
      head,
      frame(frameTypes.data, flags.endStream, 1, smuggled),
    );

    await eventually(() => client.resets.has(1) || client.isEnded);
    await expectServing();
    expect(arrived()).to.equal(1);
    expect(gateway.auth.wire()).not.to.include('smuggled');
    client.socket.destroy();
  });

  /** Sends again and again until the connection is ended by the other side. */
  async function flood(client: RawHttp2, frames: (round: number) => Buffer[]): Promise<void> {
    let round = 0;
    while (!client.isEnded && round < 2_000) {
      client.send(...frames(round++));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(client.isEnded, 'ended').to.equal(true);
    client.socket.destroy();
  }

  it('ends a connection that opens and resets streams without end, and few reach a service', async () => {
    const client = await RawHttp2.connect(gateway.port);
    const cancel = Buffer.from([0, 0, 0, constants.NGHTTP2_CANCEL]);

    await flood(client, (round) =>
      Array.from({ length: 50 }, (_, i) => 2 * (50 * round + i) + 1).flatMap((stream) => [
        request(stream),
        frame(frameTypes.rst, 0, stream, cancel),
      ]),
    );

    expect(arrived()).to.be.below(3_000);
    await eventually(() => gateway.log().length > 0);
    await expectServing();
  });

  it('ends a connection that sends CONTINUATION without end', async () => {
    const client = await RawHttp2.connect(gateway.port);
    client.send(frame(frameTypes.headers, flags.endStream, 1, fields(...login)));

    await flood(client, () => [frame(frameTypes.continuation, 0, 1, fields(['x', 'y']))]);
    await expectServing();
  });

  for (const [what, type, payload] of [
    ['SETTINGS', frameTypes.settings, Buffer.alloc(0)],
    ['PING', frameTypes.ping, Buffer.alloc(8)],
  ] as const)
    it(`ends a connection that sends ${what} without end and does not read what comes back`, async () => {
      const client = await RawHttp2.connect(gateway.port);
      client.socket.pause();
      const many = Buffer.concat(Array.from({ length: 5_000 }, () => frame(type, 0, 0, payload)));
      let isClosed = false;
      client.socket.on('close', () => {
        isClosed = true;
      });

      for (let round = 0; round < 2_000 && !isClosed && client.socket.writable; round++) {
        client.send(many);
        await new Promise((resolve) => setTimeout(resolve, 1));
        if (client.socket.writableLength > 8_000_000) client.socket.resume();
      }

      client.socket.resume();
      await eventually(() => isClosed || client.isEnded);
      client.socket.destroy();
      await expectServing();
    });

  it('has no more streams under way than configured', async () => {
    gateway.auth.answer(() => undefined);
    const client = await RawHttp2.connect(gateway.port);

    client.send(...Array.from({ length: 130 }, (_, i) => request(2 * i + 1)));

    await eventually(() => client.resets.size + (client.isEnded ? 30 : 0) >= 30);
    expect(arrived()).to.be.at.most(100);
    client.socket.destroy();
    await eventually(() => gateway.log().filter(({ flags: flag }) => flag === 'DC').length >= arrived());
  });
});
