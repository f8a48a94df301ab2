import { createApp } from '@outlay/service-kit/create-app.ts';
import { createMetrics } from '@outlay/service-kit/metrics.ts';
import { reply, route } from '@outlay/service-kit/route.ts';
import { expect } from 'chai';
import { z } from 'zod';
import { newId } from './new-id.ts';
import { serviceApi } from './request.ts';
import { openTestDatabase } from './test-database.ts';
import { createTestIdentity } from './test-identity.ts';
import { captureLog, startTestServer, type TestServer } from './test-server.ts';

describe('test support', () => {
  const identity = createTestIdentity();
  let server: TestServer;

  before(async () => {
    const echo = route({
      method: 'post',
      path: '/echo/{id}',
      summary: 'Says it again',
      tag: 'test',
      params: z.strictObject({ id: z.string() }),
      body: z.strictObject({ word: z.string() }),
      success: { 200: z.unknown() },
      handle: ({ body, params, user }) => reply(200, { ...body, ...params, user: user.id }),
    });
    const metrics = createMetrics('test');
    const { log } = captureLog();
    const authentication = identity.authenticationFor('test', [{ paths: '/echo/*', callers: ['gateway'] }]);
    server = await startTestServer(createApp({ routes: [echo], authentication, log, metrics }), { log, metrics });
  });
  after(() => server.stop());

  it('lets a request through that carries tokens of the test’s own issuers', async () => {
    const user = newId();
    const answer = await serviceApi(server.baseUrl, identity, 'test').as(user).post('/echo/7', { word: 'hello' });
    expect(answer.status).to.equal(200);
    expect(answer.body).to.deep.equal({ word: 'hello', id: '7', user });
  });

  it('is refused like anyone else for a wrong caller, a missing user and another’s tokens', async () => {
    const api = (caller: string) => serviceApi(server.baseUrl, identity, 'test', caller);
    expect((await api('web').as(newId()).post('/echo/7', { word: 'x' })).status).to.equal(403);
    expect((await api('gateway').post('/echo/7', { word: 'x' })).status).to.equal(401);
    const other = serviceApi(server.baseUrl, createTestIdentity(), 'test');
    expect((await other.as(newId()).post('/echo/7', { word: 'x' })).status).to.equal(401);
  });

  it('gives each test file a database that is gone afterwards', async () => {
    const first = await openTestDatabase();
    const second = await openTestDatabase();
    await first.connection.collection('things').insertOne({ name: 'a thing' });
    expect(await second.connection.collection('things').countDocuments()).to.equal(0);
    await first.drop();
    const { databases } = await second.connection.db!.admin().listDatabases();
    expect(databases.map(({ name }) => name)).to.not.include(first.connection.name);
    await second.drop();
  });
});
