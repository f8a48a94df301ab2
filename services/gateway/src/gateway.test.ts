import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { RawClient } from './testing/raw-client.ts';
import { eventually, startTestGateway } from './testing/start-test-gateway.ts';

const statusOf = async (port: number, path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;

describe('the gateway for those who run it', () => {
  it('lives at once and is ready when the keys are there', async () => {
    const gateway = await startTestGateway({ jwksStatus: 500 });
    expect(await statusOf(gateway.adminPort, '/healthz')).to.equal(200);
    expect(await statusOf(gateway.adminPort, '/readyz')).to.equal(503);

    gateway.published.status = 200;

    while ((await statusOf(gateway.adminPort, '/readyz')) !== 200)
      await new Promise((resolve) => setTimeout(resolve, 20));
    await gateway.close();
  });

  it('does not wait for the keys for ever: the page and signing in need none', async () => {
    const gateway = await startTestGateway({
      jwksStatus: 500,
      edit: (yaml) =>
        yaml.replace('cluster: auth\n\ntracing', 'cluster: auth\n        initial_fetch_timeout: 200ms\n\ntracing'),
    });

    while ((await statusOf(gateway.adminPort, '/readyz')) !== 200)
      await new Promise((resolve) => setTimeout(resolve, 20));

    expect((await fetch(`${gateway.url}/api/v1/auth/login`, { method: 'POST' })).status).to.equal(200);
    await gateway.close();
  });

  it('tells what it does as metrics', async () => {
    const gateway = await startTestGateway();
    await fetch(`${gateway.url}/api/v1/ledgers`, { headers: { authorization: gateway.bearer } });
    await eventually(() => gateway.log().some(({ msg }) => msg === 'request'));

    const metrics = await (await fetch(`http://127.0.0.1:${gateway.adminPort}/metrics`)).text();

    expect(metrics).to.include(
      'http_request_duration_seconds_count{service="gateway",method="GET",route="/api/v1/ledgers/**",status="200"} 1',
    );
    expect(metrics).to.match(/nodejs_eventloop_lag_p99_seconds\{service="gateway"\}/);
    expect(metrics).to.include(
      'outlay_gateway_upstream_connections{cluster="expense",state="idle",service="gateway"} 1',
    );
    expect(metrics).to.include('outlay_gateway_jwks_fetches_total{result="succeeded",service="gateway"} 1');
    await gateway.close();
  });

  it('drains: not ready, answers what is under way, asks clients to leave, then takes no more', async () => {
    const gateway = await startTestGateway({ env: { DRAIN_MS: '300' } });
    let finish: () => void = () => undefined;
    gateway.expense.answer((_request, response) => {
      response.write('one');
      finish = () => response.end('two');
    });
    const request = `GET /api/v1/ledgers HTTP/1.1\r\nHost: a\r\nAuthorization: ${gateway.bearer}\r\n\r\n`;
    const running = new RawClient(gateway.port).send(request);
    await running.until((text) => text.includes('one'));
    const idle = new RawClient(gateway.port).send('GET /api/x HTTP/1.1\r\nHost: a\r\n\r\n');
    await idle.until((text) => text.includes('404'));

    const stopped = gateway.stop();

    // Who routes to us has not heard yet: new requests are still served, and told to come by another connection next time.
    expect(await statusOf(gateway.adminPort, '/readyz')).to.equal(503);
    expect(await statusOf(gateway.adminPort, '/healthz')).to.equal(200);
    const late = await new RawClient(gateway.port).send('GET /api/x HTTP/1.1\r\nHost: a\r\n\r\n').answer();
    expect(late.status).to.equal(404);
    expect(late.headers.connection).to.equal('close');
    expect((await idle.answer()).end).to.equal('end');
    const refused = await fetch(gateway.url).then(
      () => false,
      () => true,
    );
    expect(refused).to.equal(true);
    finish();
    expect((await running.answer()).text).to.match(/two\r\n0\r\n\r\n$/);
    await stopped;
    await gateway.close();
  });
});

describe('the gateway as a process', () => {
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const directory = mkdtempSync(join(tmpdir(), 'outlay-gateway-'));
  after(() => rmSync(directory, { recursive: true }));

  const start = (env: Record<string, string>) => {
    const child: ChildProcess = spawn(process.execPath, [main], {
      env: { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: '0', ADMIN_PORT: '0', DRAIN_MS: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = { out: '', err: '' };
    child.stdout?.on('data', (text) => {
      output.out += text;
    });
    child.stderr?.on('data', (text) => {
      output.err += text;
    });
    return { child, output };
  };

  it('stops with one line where a variable is wrong', async () => {
    const { child, output } = start({ DRAIN_MS: 'soon', WORKLOAD_TOKEN_DIR: directory });
    const [code] = await once(child, 'close');

    expect(code).to.equal(1);
    expect(output.err.trim()).to.match(/^Wrong configuration: DRAIN_MS [^\n]+$/);
  });

  it('stops with one line where the file is wrong', async () => {
    const config = join(directory, 'wrong.yaml');
    writeFileSync(config, 'admin: { port: 1 }\nlisteners: []\nclusters: []\njwt_authn: { providers: {} }\n');

    const { child, output } = start({ GATEWAY_CONFIG: config, WORKLOAD_TOKEN_DIR: directory });
    const [code] = await once(child, 'close');

    expect(code).to.equal(1);
    expect(output.err.trim()).to.match(/^Wrong configuration: wrong\.yaml:2 listeners [^\n]+$/);
  });

  it('stops with one line where tokens are needed and none can be found', async () => {
    const { child, output } = start({});
    const [code] = await once(child, 'close');

    expect(code).to.equal(1);
    expect(output.err.trim()).to.match(/^Wrong configuration: WORKLOAD_TOKEN_DIR is not set[^\n]+$/);
  });

  it('writes its log and ends cleanly on SIGTERM', async () => {
    const { child, output } = start({ WORKLOAD_TOKEN_DIR: directory });
    await eventually(() => output.out.includes('"listening"'));
    const port = Number(/"port":(\d+)/.exec(output.out)?.[1]);
    expect(await statusOf(port, '/api/x')).to.equal(404);

    child.kill('SIGTERM');
    const [code] = await once(child, 'close');

    expect(code).to.equal(0);
    const messages = output.out
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect(messages).to.include('request');
    expect(messages.at(-1)).to.equal('stopped');
  });
});
