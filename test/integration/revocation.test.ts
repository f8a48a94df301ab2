import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { bearer, newPerson, startTestAuth, type TestAuth } from '../../services/auth/test/start-test-auth.ts';
import { type Api, request } from '../support/request.ts';
import { type ServiceProcess, startServiceProcess } from '../support/service-process.ts';

/** What stands between the gateway and auth, and can be cut. */
async function startLine(targetPort: number) {
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((socket) => {
    const target = connect(targetPort, '127.0.0.1');
    for (const [one, other] of [
      [socket, target],
      [target, socket],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
    if (isCut) socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as { port: number }).port,
    cut,
    mend() {
      isCut = false;
    },
    close() {
      cut();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('a session that ends, at the gateway', function () {
  this.timeout(60_000);
  let auth: TestAuth;
  /** Another replica, which the gateway does not know. */
  let other: TestAuth;
  let line: Awaited<ReturnType<typeof startLine>>;
  let gateway: ServiceProcess;
  let folder: string;
  let api: Api;

  before(async () => {
    auth = await startTestAuth();
    other = await startTestAuth({ database: auth.database, identity: auth.identity });
    line = await startLine(auth.server.port);
    folder = await mkdtemp(join(tmpdir(), 'outlay-revocation-'));
    for (const callee of ['auth', 'expense', 'analytics'])
      await writeFile(join(folder, callee), auth.identity.workloadToken('gateway', callee));
    gateway = await startServiceProcess('services/gateway/src/main.ts', {
      AUTH_URL: `http://127.0.0.1:${line.port}`,
      USER_TOKEN_ISSUER: auth.identity.userTokenSettings.issuer,
      USER_TOKEN_AUDIENCE: auth.identity.userTokenSettings.audience,
      WORKLOAD_TOKEN_DIR: folder,
    });
    api = request(gateway.baseUrl);
    while ((await fetch(`${gateway.adminUrl}/readyz`)).status !== 200);
  });
  after(async () => {
    await gateway?.stop();
    await line.close();
    await other.stop();
    await auth.stop();
    await rm(folder, { recursive: true });
  });

  const register = async () => {
    const person = newPerson({ delivery: 'body' });
    return { person, ...(await api.post('/api/v1/auth/register', person)).body };
  };
  const refresh = async (refreshToken: string) =>
    (await api.post('/api/v1/auth/refresh', { refreshToken, delivery: 'body' })).body;
  const me = (accessToken: string) => api.get('/api/v1/auth/me', bearer(accessToken));
  const feedMetric = async (name: string) =>
    Number(
      new RegExp(`^${name}\\{.* (\\S+)$`, 'm').exec(await (await fetch(`${gateway.adminUrl}/metrics`)).text())?.[1],
    );
  /** Milliseconds until the gateway refuses the token. */
  const msUntilRefused = async (accessToken: string) => {
    const startedAt = performance.now();
    while ((await me(accessToken)).status !== 401)
      if (performance.now() - startedAt > 10_000) expect.fail('never refused');
    return performance.now() - startedAt;
  };

  it('is refused within a second of its logout, with every token of it, and no other is', async () => {
    const [session, bystander] = [await register(), await register()];
    const next = await refresh(session.refreshToken);
    for (const token of [session.accessToken, session.accessToken, bystander.accessToken])
      expect((await me(token)).status).to.equal(200);

    expect((await api.post('/api/v1/auth/logout', { refreshToken: next.refreshToken })).status).to.equal(204);

    expect(await msUntilRefused(session.accessToken)).to.be.below(1_000);
    // This one the gateway has never seen.
    const answer = await me(next.accessToken);
    expect(answer.status).to.equal(401);
    expect(answer.body.detail).to.equal('The session has ended.');
    expect((await me(bystander.accessToken)).status).to.equal(200);
  });

  it('is refused within a second where another replica of auth has ended it', async () => {
    const session = await register();
    expect((await me(session.accessToken)).status).to.equal(200);

    await other.api.post('/api/v1/auth/logout', { refreshToken: session.refreshToken });

    expect(await msUntilRefused(session.accessToken)).to.be.below(1_000);
  });

  it('is refused where an old refresh token of it comes back: the thief’s access token with the owner’s', async () => {
    const session = await register();
    const second = await refresh(session.refreshToken);
    const third = await refresh(second.refreshToken);
    expect((await me(third.accessToken)).status).to.equal(200);

    expect((await api.post('/api/v1/auth/refresh', { refreshToken: session.refreshToken })).status).to.equal(401);

    expect(await msUntilRefused(third.accessToken)).to.be.below(1_000);
  });

  it('is refused where its user has changed the password elsewhere', async () => {
    const { person, accessToken: here } = await register();
    const { email, password } = person;
    const there = (await api.post('/api/v1/auth/login', { email, password, delivery: 'body' })).body.accessToken;
    expect((await me(there)).status).to.equal(200);

    const change = { password: { current: password, new: 'another horse battery' } };
    expect((await api.patch('/api/v1/auth/me', change, bearer(here))).status).to.equal(200);

    expect(await msUntilRefused(there)).to.be.below(1_000);
    expect((await me(here)).status).to.equal(200);
  });

  it('is refused after a break of the feed that it ended in; during the break the gateway goes by what it knows', async () => {
    const [before, during] = [await register(), await register()];
    await api.post('/api/v1/auth/logout', { refreshToken: before.refreshToken });
    await msUntilRefused(before.accessToken);
    expect((await me(during.accessToken)).status).to.equal(200);
    const connected = 'outlay_gateway_revocation_feed_connected';

    line.cut();
    while ((await feedMetric(connected)) === 1);
    await other.api.post('/api/v1/auth/logout', { refreshToken: during.refreshToken });
    expect((await me(before.accessToken)).status).to.equal(401);
    expect((await me(during.accessToken)).status).to.equal(503); // past the gateway's filters, but auth is away
    line.mend();
    while ((await feedMetric(connected)) !== 1);

    expect(await msUntilRefused(during.accessToken)).to.be.below(1_000);
  });

  it('is told of by the gateway’s metrics', async () => {
    expect(await feedMetric('outlay_gateway_revocation_feed_connected')).to.equal(1);
    expect(await feedMetric('outlay_gateway_revocation_feed_age_seconds')).to.be.within(0, 5);
    expect(await feedMetric('outlay_gateway_revoked_sessions')).to.be.at.least(5);
  });
});
