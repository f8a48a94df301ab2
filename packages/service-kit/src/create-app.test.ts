import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { z } from 'zod';
import { type Api, request } from '../../../test/support/request.ts';
import { captureLog, startTestServer, type TestServer } from '../../../test/support/test-server.ts';
import { createApp, toProblem } from './create-app.ts';
import { createMetrics } from './metrics.ts';
import { MethodNotAllowed } from './problem.ts';
import { boundedBody } from './read-body.ts';
import { reply, route } from './route.ts';

const Thing = z.strictObject({ name: z.string().min(1), size: z.int().positive() });

describe('an app of the service kit', () => {
  const { log, lines } = captureLog();
  const metrics = createMetrics('test');
  let server: TestServer;
  let api: Api;

  before(async () => {
    const about = { summary: 'A thing', tag: 'test', user: 'none', success: { 200: z.unknown() } } as const;
    const routes = [
      route({
        ...about,
        method: 'post',
        path: '/things',
        body: Thing,
        bodyBytesMax: 1_000,
        handle: ({ body }) => reply(201, body),
      }),
      route({
        ...about,
        method: 'get',
        path: '/things/{id}',
        params: z.strictObject({ id: z.string().max(5) }),
        query: z.strictObject({ limit: z.coerce.number().int().max(9).default(3) }),
        handle: ({ params, query }) => reply(200, { ...params, ...query }, { etag: '"1"' }),
      }),
      route({ ...about, method: 'delete', path: '/things/{id}', handle: () => reply(204) }),
      route({
        ...about,
        method: 'post',
        path: '/raw',
        rawBody: ['application/octet-stream'],
        async handle({ ctx }) {
          let bytes = 0;
          for await (const chunk of boundedBody(ctx.req, 1_000)) bytes += chunk.length;
          return reply(200, { bytes });
        },
      }),
      route({
        ...about,
        method: 'get',
        path: '/broken',
        handle: () => {
          throw new Error('password hunter2 is wrong');
        },
      }),
      route({
        ...about,
        method: 'get',
        path: '/no-database',
        handle: () => {
          throw Object.assign(new Error('127.0.0.1:1 refused'), { name: 'MongoServerSelectionError' });
        },
      }),
    ];
    const authentication = { caller: async () => 'gateway', user: async () => expect.fail('asked for no user') };
    server = await startTestServer(createApp({ routes, authentication, log, metrics }), { log, metrics });
    api = request(server.baseUrl);
  });
  after(() => server.stop());

  it('answers what the route says, for no cache to keep', async () => {
    const answer = await api.get('/things/a?limit=4');
    expect(answer.status).to.equal(200);
    expect(answer.body).to.deep.equal({ id: 'a', limit: 4 });
    expect(answer.headers.get('etag')).to.equal('"1"');
    expect(answer.headers.get('cache-control')).to.equal('no-store');
    expect((await api.delete('/things/a')).status).to.equal(204);
  });

  it('names every wrong field of a body at once, never its value', async () => {
    const answer = await api.post('/things', { name: '', size: 1.5, secret: 'hunter2' });
    expect(answer.status).to.equal(422);
    expect(answer.headers.get('content-type')).to.match(/^application\/problem\+json/);
    expect(answer.body.type).to.equal('/problems/validation');
    expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).to.have.members([
      '#/name',
      '#/size',
      '#/secret',
    ]);
    expect(answer.text).to.not.include('hunter2');
  });

  it('names a wrong parameter, and one that is given twice', async () => {
    expect((await api.get('/things/abcdef')).body.errors[0].parameter).to.equal('id');
    expect((await api.get('/things/a?limit=10')).body.errors[0].parameter).to.equal('limit');
    expect((await api.get('/things/a?limit=1&limit=2')).body.errors[0].parameter).to.equal('limit');
    expect((await api.get('/things/a?limits=1')).body.errors[0].parameter).to.equal('limits');
  });

  const bodies: [what: string, status: number, body: string | Uint8Array, headers?: Record<string, string>][] = [
    ['no JSON', 400, '{"name":'],
    ['bytes that are no UTF-8', 400, new Uint8Array([0x22, 0xff, 0x22])],
    ['another type', 415, '<name/>', { 'content-type': 'application/xml' }],
    ['a compressed body', 415, '{}', { 'content-encoding': 'gzip' }],
    ['an array', 422, '[]'],
    ['null', 422, 'null'],
    ['nothing', 422, ''],
    ['a member named __proto__', 422, '{"name":"a","size":1,"__proto__":{"admin":true}}'],
    ['1001 bytes', 413, JSON.stringify({ name: 'x'.repeat(981), size: 1 })],
  ];
  for (const [what, status, body, headers] of bodies)
    it(`answers ${status} to ${what}`, async () => {
      const answer = await api.post('/things', body, { 'content-type': 'application/json', ...headers });
      expect(answer.status).to.equal(status);
      expect(answer.body.status).to.equal(status);
    });

  for (const path of ['/things', '/raw'])
    for (const framing of ['content-length: 3000', 'transfer-encoding: chunked'])
      it(`answers 413 on ${path} (${framing}) before the whole body is there, takes the rest of it, and serves on`, async () => {
        const socket = connect(server.port, '127.0.0.1');
        await once(socket, 'connect');
        let answer = '';
        const answered = async (text: RegExp) => {
          while (!text.test(answer)) {
            const [data] = await once(socket, 'data');
            answer += data;
          }
        };
        const part = framing.startsWith('content') ? 'x'.repeat(1_500) : `5dc\r\n${'x'.repeat(1_500)}\r\n`;
        socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${framing}\r\n\r\n${part}`);
        await answered(/^HTTP\/1\.1 413 .*\/problems\/body-too-large/s);
        answer = '';
        // A connection closed at this point would be reset, and with it an answer that its sender has not read yet.
        socket.write(part + (framing.startsWith('content') ? '' : '0\r\n\r\n'));
        socket.write('GET /things/a HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
        await answered(/HTTP\/1\.1 200 /);
        socket.destroy();
      });

  it('answers unknown paths and methods with a problem, and goes by the exact path', async () => {
    for (const path of ['/nothing', '/THINGS/a', '/things/a/', '//things/a'])
      expect((await api.get(path)).body.type, path).to.equal('/problems/route-not-found');
    const answer = await api.put('/things/a', {});
    expect(answer.status).to.equal(MethodNotAllowed.status);
    expect(answer.headers.get('allow')).to.equal('HEAD, GET, DELETE');
  });

  it('keeps the text of an unknown error for the log', async () => {
    const answer = await api.get('/broken', { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' });
    expect(answer.status).to.equal(500);
    expect(answer.text).to.not.include('hunter2');
    expect(answer.body.traceId).to.equal('0af7651916cd43dd8448eb211c80319c');
    const logged = lines.filter((line) => line.includes('hunter2'));
    expect(logged).to.have.length(1);
    expect(JSON.parse(logged[0]!).traceId).to.equal('0af7651916cd43dd8448eb211c80319c');
  });

  it('answers 503 while the database is away', async () => {
    const answer = await api.get('/no-database');
    expect(answer.status).to.equal(503);
    expect(answer.body.detail).to.equal('The database cannot be reached.');
  });

  it('answers 503 to a query that the database gave up', () => {
    const expired = Object.assign(new Error('operation exceeded time limit'), {
      code: 50,
      codeName: 'MaxTimeMSExpired',
    });
    expect(toProblem(expired).status).to.equal(503);
    const network = Object.assign(new Error('read ECONNRESET'), { name: 'MongoNetworkError' });
    const batch = Object.assign(new Error('read ECONNRESET'), { name: 'MongoBulkWriteError', errorResponse: network });
    const ended = Object.assign(new Error('This socket has been ended by the other party'), { code: 'EPIPE' });
    for (const error of [network, batch, ended]) expect(toProblem(error).status).to.equal(503);
    expect(toProblem(new Error('anything else')).status).to.equal(500);
  });

  it('counts requests by route pattern, so that ids make no new series', async () => {
    await api.get('/things/b');
    await api.get('/no/such/path');
    const { text } = await request(server.adminUrl).get('/metrics');
    expect(text).to.match(/route="\/things\/\{id\}",status="200"/);
    expect(text).to.match(/route="none",status="404"/);
    expect(text).to.not.include('/no/such/path');
  });
});
