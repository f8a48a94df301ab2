import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Problem, Unavailable } from '@outlay/service-kit/problem.ts';
import { expect } from 'chai';
import { z } from 'zod';
import { createTestIdentity } from '../../../test/support/test-identity.ts';
import { createServiceClient, type ServiceAnswer, type ServiceClient } from './service-client.ts';

const identity = createTestIdentity();
const user = { id: '6742c0ffee00c0ffee00beef', sessionId: 's', token: 'a.user.token' };
const Thing = z.object({ name: z.string() });

/** What a callee may answer is its own affair: a bare HTTP server plays every kind of it. */
describe('service client', () => {
  let server: Server;
  let client: ServiceClient;
  let seen: IncomingMessage;
  let respond: (response: ServerResponse) => void;

  before(async () => {
    server = createServer((request, response) => {
      seen = request;
      respond(response);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    client = createServiceClient({
      callee: 'expense',
      baseUrl: `http://127.0.0.1:${port}`,
      credentials: identity.credentialsFor('analytics'),
      timeoutMs: 250,
    });
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const json = (status: number, body: unknown) => (response: ServerResponse) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  const problem = (status: number, type: string) =>
    json(status, { type: `/problems/${type}`, title: type, status, detail: `about ${type}`, traceId: 'theirs' });
  const failure = (call: Promise<unknown>): Promise<Problem> =>
    call.then(
      () => expect.fail('it succeeded'),
      (error) => error,
    );

  it('sends our workload token for the callee and the user’s token, and gives the answer checked by its schema', async () => {
    respond = json(200, { name: 'a thing', extra: 'dropped' });
    const thing = await client.get(Thing, { path: '/things/1', query: { q: 'a&b' }, user });
    expect(thing).to.deep.equal({ name: 'a thing' });
    expect(seen.url).to.equal('/things/1?q=a%26b');
    expect(seen.headers.authorization).to.equal('Bearer a.user.token');
    const workload = await identity
      .workloadVerifierFor('expense')
      .verify(seen.headers['x-outlay-workload-token'] as string);
    expect(workload.name).to.equal('analytics');
  });

  it('passes the callee’s own refusal on as it stands, under our trace', async () => {
    respond = problem(404, 'ledger-not-found');
    const refusal = await failure(client.get(Thing, { path: '/', user }));
    expect(refusal).to.be.instanceOf(Problem);
    expect(refusal.status).to.equal(404);
    expect(refusal.toBody('ours')).to.deep.equal({
      type: '/problems/ledger-not-found',
      title: 'ledger-not-found',
      status: 404,
      detail: 'about ledger-not-found',
      traceId: 'ours',
    });
  });

  const lines = (text: string) => (response: ServerResponse) =>
    void response.writeHead(200, { 'content-type': 'application/x-ndjson; charset=utf-8' }).write(text);
  const readLines = async (answer: ServiceAnswer) => {
    const found: unknown[] = [answer.type];
    for await (const line of answer.lines(100)) {
      found.push(line);
      if (line === 'last') break;
    }
    return found;
  };

  it('lets an answer be read as it comes, and hangs up where its reader has enough', async () => {
    respond = lines('{"a":1}\n"last"\n{"b":');
    const found = await client.read(readLines, { path: '/', accept: 'application/x-ndjson' });
    expect(found).to.deep.equal(['application/x-ndjson', { a: 1 }, 'last']);
    expect(seen.headers.accept).to.equal('application/x-ndjson');
    if (!seen.socket.destroyed) await once(seen.socket, 'close');
  });

  it('makes 503 of an answer that its reader cannot take, and hangs up', async () => {
    respond = lines('{"a":1}\n{"b"\n');
    expect(await failure(client.read(readLines, { path: '/' }))).to.be.instanceOf(Unavailable);
    if (!seen.socket.destroyed) await once(seen.socket, 'close');
  });

  const outages: [string, (response: ServerResponse) => void][] = [
    ['401, which is our own misconfiguration', problem(401, 'unauthenticated')],
    ['403, likewise', problem(403, 'caller-refused')],
    ['500', problem(500, 'internal')],
    ['503', problem(503, 'unavailable')],
    ['an HTML page', (response) => void response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad</h1>')],
    ['another shape than agreed', json(200, { title: 'no name' })],
    ['a redirect', (response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
    [
      'half an answer',
      (response) => void response.writeHead(200, { 'content-length': '100' }).write('{', () => response.destroy()),
    ],
    ['nothing in time', () => {}],
    ['a body that never ends', (response) => void response.writeHead(200).write('{')],
  ];
  for (const [what, answer] of outages)
    it(`makes 503 of ${what}`, async () => {
      respond = answer;
      const refusal = await failure(client.get(Thing, { path: '/', user }));
      expect(refusal).to.be.instanceOf(Unavailable);
      expect(refusal.message).to.equal('expense gives no answer at the moment.');
    });

  it('makes 503 of a callee that does not listen, and ends with the caller’s signal', async () => {
    const nobody = createServiceClient({
      callee: 'expense',
      baseUrl: 'http://127.0.0.1:1',
      credentials: identity.credentialsFor('analytics'),
    });
    expect(await failure(nobody.get(Thing, { path: '/' }))).to.be.instanceOf(Unavailable);
    respond = () => {};
    const abort = new AbortController();
    const call = failure(client.get(Thing, { path: '/', signal: abort.signal }));
    abort.abort();
    expect(await call).to.be.instanceOf(Unavailable);
  });
});
