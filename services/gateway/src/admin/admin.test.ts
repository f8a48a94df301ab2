import { request as httpRequest } from 'node:http';
import { networkInterfaces } from 'node:os';
import { expect } from 'chai';
import { RawClient } from '../testing/raw-client.ts';
import { eventually, startTestGateway, type TestGateway } from '../testing/start-test-gateway.ts';

describe('the admin port', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
  });
  after(() => gateway.close());

  /** Not by fetch, which sets Host and Sec-Fetch-* itself. */
  const ask = (path: string, { method = 'GET', headers = {}, host = '127.0.0.1' } = {}) =>
    new Promise<{ status: number; body: string; headers: NodeJS.Dict<string | string[]> }>((resolve, reject) => {
      const request = httpRequest({ host, port: gateway.adminPort, path, method, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            body: Buffer.concat(chunks).toString(),
            headers: response.headers,
          }),
        );
      });
      request.on('error', reject).end();
    });

  it('dumps the version that serves, its durations resolved', async () => {
    const { bootstrap } = JSON.parse((await ask('/config_dump')).body);

    expect(bootstrap.listeners[0]).to.include({ name: 'public', stream_idle_timeout: 60_000 });
    expect(bootstrap.clusters.map(({ name }: { name: string }) => name)).to.include('expense');
  });

  it('dumps no credentials', async () => {
    const other = await startTestGateway({
      edit: (yaml) =>
        yaml
          .replace('http://127.0.0.1:3001/.well-known', 'http://user:hunter2@127.0.0.1:3001/.well-known')
          .replace('x-content-type-options: nosniff', 'x-content-type-options: nosniff\n          x-api_key: hunter3'),
    });

    const dump = await (await fetch(`http://127.0.0.1:${other.adminPort}/config_dump`)).text();

    expect(dump).to.include('http://[redacted]@127.0.0.1:3001/.well-known/jwks.json');
    expect(dump)
      .to.include('"x-api_key": "[redacted]"')
      .and.not.to.match(/hunter[23]/);
    await other.close();
  });

  it('tells of clusters, their limits and endpoints, as text and as JSON', async () => {
    const expense = gateway.expense.url.replace('http://', '');
    await fetch(`${gateway.url}/api/v1/ledgers`, { headers: { authorization: gateway.bearer } });

    const { body } = await ask('/clusters');
    const { clusters } = JSON.parse((await ask('/clusters?format=json')).body);

    expect(body)
      .to.include(`expense::${expense}::cx_active::1\n`)
      .and.to.include('expense::default_priority::max_connections::1024\n');
    const status = clusters.find(({ name }: { name: string }) => name === 'expense');
    expect(status.endpoints[0]).to.include({
      address: expense,
      isHealthy: true,
      activeRequests: 0,
      idleConnections: 1,
    });
  });

  it('tells of listeners by the port that they have', async () => {
    expect((await ask('/listeners')).body).to.equal(`public::127.0.0.1:${gateway.port}\n`);
  });

  it('tells statistics as lines, filtered, and as Prometheus reads them', async () => {
    const lines = (await ask('/stats?filter=^outlay_gateway_requests_active')).body;
    const prometheus = await ask('/stats?format=prometheus');

    expect(lines).to.equal('outlay_gateway_requests_active: 0\n');
    expect(prometheus.body).to.include('# TYPE http_request_duration_seconds histogram');
    expect((await ask('/stats?filter=(')).status).to.equal(400);
  });

  it('is ready when the gateway is', async () => {
    expect(await ask('/ready')).to.deep.include({ status: 200, body: 'LIVE\n' });
  });

  it('changes the log level by POST only, the access log’s too', async () => {
    expect((await ask('/logging')).body).to.include('gateway: info');
    expect((await ask('/logging?level=debug')).body).to.include('gateway: info');
    expect((await ask('/logging?level=loud', { method: 'POST' })).status).to.equal(400);

    expect((await ask('/logging?level=error', { method: 'POST' })).body).to.include('gateway: error');
    await fetch(`${gateway.url}/api/quiet`);
    await ask('/logging?level=info', { method: 'POST' });
    await fetch(`${gateway.url}/api/loud`);

    await eventually(() => gateway.log().some(({ path }) => path === '/api/loud'));
    expect(gateway.log().map(({ path }) => path)).not.to.include('/api/quiet');
  });

  for (const [path, method] of [
    ['/drain', 'GET'],
    ['/clusters', 'POST'],
    ['/', 'DELETE'],
  ] as const)
    it(`knows no ${method} of ${path}`, async () => {
      expect((await ask(path, { method })).status).to.equal(405);
    });

  it('is not for other sites, which a browser beside it may show', async () => {
    const post = (headers: Record<string, string>) => ask('/logging?level=fatal', { method: 'POST', headers });

    for (const headers of [
      { host: 'evil.example' },
      { host: `evil.example:${gateway.adminPort}` },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
    ] as Record<string, string>[])
      expect((await post(headers)).status, JSON.stringify(headers)).to.equal(403);
    expect((await ask('/config_dump', { headers: { host: 'evil.example' } })).status).to.equal(403);
    expect((await ask('/logging')).body).to.include('gateway: info');
  });

  it('tells other machines of health and metrics, and nothing more', async function () {
    const own = Object.values(networkInterfaces())
      .flat()
      .find((one) => one?.family === 'IPv4' && !one.internal)?.address;
    if (!own) this.skip();
    const open = await startTestGateway({ env: { HOST: '0.0.0.0' } });
    const statusOf = async (path: string) => (await fetch(`http://${own}:${open.adminPort}${path}`)).status;

    for (const path of ['/', '/config_dump', '/clusters', '/stats', '/listeners', '/ready', '/logging', '/certs'])
      expect(await statusOf(path), path).to.equal(403);
    for (const path of ['/healthz', '/metrics']) expect(await statusOf(path), path).to.equal(200);
    await open.close();
  });

  it('tells nobody more whom the configuration does not name', async () => {
    const other = await startTestGateway({
      edit: (yaml) => yaml.replace(/allow_from: .*/, "allow_from: ['192.0.2.0/24']"),
    });

    expect((await fetch(`http://127.0.0.1:${other.adminPort}/clusters`)).status).to.equal(403);
    await other.close();
  });

  it('drains: not ready, clients asked to leave, then no listener, and the port still answers', async () => {
    const other = await startTestGateway({ env: { DRAIN_MS: '200' } });
    const admin = `http://127.0.0.1:${other.adminPort}`;

    expect((await fetch(`${admin}/drain`, { method: 'POST' })).status).to.equal(200);

    expect(await (await fetch(`${admin}/ready`)).text()).to.equal('DRAINING\n');
    const last = await new RawClient(other.port).send('GET /api/x HTTP/1.1\r\nHost: a\r\n\r\n').answer();
    expect(last.headers.connection).to.equal('close');
    let isOpen = true;
    while (isOpen)
      isOpen = await fetch(other.url).then(
        () => true,
        () => false,
      );
    expect((await fetch(`${admin}/healthz`)).status).to.equal(200);
    expect(await (await fetch(`${admin}/listeners`)).text()).to.equal('');
    await other.close();
  });
});
