import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { RawClient } from '../testing/raw-client.ts';
import { eventually, startTestGateway, type TestGateway } from '../testing/start-test-gateway.ts';

/** The shipped file with other monitors and triggers. */
const withOverload = (monitor: string, threshold: string) => ({
  edit: (yaml: string) =>
    `${yaml.replace(/overload_manager:\n( .*\n|\n)+/, '')}
overload_manager:
  refresh_interval: 20ms
  resource_monitors: [${monitor}]
  actions:
    - name: stop_accepting_requests
      triggers: [{ name: ${monitor.match(/name: (\w+)/)?.[1]}, threshold: ${threshold} }]
`,
});

const login = 'POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
const statusOf = async (gateway: TestGateway) => (await new RawClient(gateway.port).send(login).answer()).status;
const adminStatusOf = async ({ adminPort }: TestGateway, path: string) =>
  (await fetch(`http://127.0.0.1:${adminPort}${path}`)).status;
const logged = (gateway: TestGateway, message: string) => gateway.log().some(({ msg }) => msg === message);

/** Keeps the event loop busy as too much work does: each of its turns takes long. */
function press(turnMs: number): () => void {
  let isPressing = true;
  const turn = () => {
    const until = performance.now() + turnMs;
    while (performance.now() < until);
    if (isPressing) setImmediate(turn);
  };
  turn();
  return () => {
    isPressing = false;
  };
}

const mib = 1_048_576;
/** Beyond what malloc ever takes from its heap (32 MiB): what is freed goes back to the system at once. */
const pieceBytes = 40 * mib;
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const { rss: resident } = process.memoryUsage;

describe('a gateway with more to do than it can', () => {
  it('refuses new requests while its event loop lags, answers health and admin, and is itself again', async () => {
    const gateway = await startTestGateway(
      withOverload('{ name: event_loop_lag, max: 40ms }', '{ value: 0.9, release: 0.5 }'),
    );
    const release = press(60);
    await eventually(() => logged(gateway, 'overload: new requests are refused'));
    const before = gateway.auth.arrived.length;

    const answer = await new RawClient(gateway.port).send(login).answer();
    const [health, admin, clusters] = await Promise.all(
      ['/healthz', '/metrics', '/clusters'].map((path) => adminStatusOf(gateway, path)),
    );
    const metrics = await (await fetch(`http://127.0.0.1:${gateway.adminPort}/metrics`)).text();
    release();

    expect(answer.status).to.equal(503);
    expect(answer.headers['retry-after']).to.equal('1');
    expect(gateway.auth.arrived.length).to.equal(before);
    expect([health, admin, clusters]).to.deep.equal([200, 200, 200]);
    expect(metrics).to.include('outlay_gateway_overload_active{action="stop_accepting_requests",service="gateway"} 1');
    expect(metrics).to.include('outlay_gateway_requests_shed_total{service="gateway"} 1');
    expect(metrics).to.match(
      /outlay_gateway_overload_pressure\{resource="event_loop_lag",service="gateway"\} (0\.\d|1)/,
    );
    expect(gateway.log().find(({ flags }) => flags === 'OM')).to.include({ status: 503, cluster: '' });
    await eventually(() => logged(gateway, 'overload is over'));
    expect(await statusOf(gateway)).to.equal(200);
    await gateway.close();
  });

  it('takes no single pause for a lag', async () => {
    const gateway = await startTestGateway(
      withOverload('{ name: event_loop_lag, max: 40ms }', '{ value: 0.9, release: 0.5 }'),
    );

    const until = performance.now() + 300;
    while (performance.now() < until);
    for (let i = 0; i < 5; i++) expect(await statusOf(gateway)).to.equal(200);

    await gateway.close();
  });

  it('refuses new requests near its limit of memory, until it is well below', async () => {
    collectGarbage();
    const idle = resident();
    const [value, release, max] = [300, 120, 400].map((more) => idle + more * mib) as [number, number, number];
    const share = (bytes: number) => (bytes / max).toFixed(4);
    const gateway = await startTestGateway(
      withOverload(
        `{ name: memory, max_bytes: ${Math.round(max / 1_024)}KiB }`,
        `{ value: ${share(value)}, release: ${share(release)} }`,
      ),
    );
    expect(await statusOf(gateway)).to.equal(200);

    const taken: Buffer[] = [];
    await eventually(() => {
      if (resident() < value) taken.push(Buffer.alloc(pieceBytes, 1));
      return logged(gateway, 'overload: new requests are refused');
    });
    expect(await statusOf(gateway)).to.equal(503);

    while (resident() > value - 20 * mib && taken.pop()) collectGarbage();
    const arrived = gateway.auth.arrived.length;
    for (let i = 0; i < 5; i++) {
      await new Promise((resolve) => setTimeout(resolve, 25));
      expect(await statusOf(gateway)).to.equal(503);
    }
    expect(gateway.auth.arrived.length).to.equal(arrived);

    taken.length = 0;
    await eventually(() => {
      if (resident() > release) collectGarbage();
      return logged(gateway, 'overload is over');
    });
    expect(await statusOf(gateway)).to.equal(200);
    await gateway.close();
  });

  it('takes no more connections than allowed', async () => {
    const gateway = await startTestGateway({
      edit: (yaml) => yaml.replace('    virtual_hosts:', '    max_connections: 2\n    virtual_hosts:'),
    });
    const idle = [new RawClient(gateway.port), new RawClient(gateway.port)];
    for (const client of idle) {
      client.send('GET /api/x HTTP/1.1\r\nHost: a\r\n\r\n');
      await client.until((text) => text.includes('404'));
    }

    const answer = await new RawClient(gateway.port).send(login).answer();

    expect(answer.text).to.equal('');
    for (const client of idle) client.socket.destroy();
    await gateway.close();
  });
});
