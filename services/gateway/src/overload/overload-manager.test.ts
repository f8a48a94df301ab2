import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import { RawClient } from '../testing/raw-client.ts';
import { eventually, startTestGateway, type TestGateway } from '../testing/start-test-gateway.ts';
import { withOverload } from '../testing/with-overload.ts';

const login = 'POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
type Ports = Pick<TestGateway, 'port' | 'adminPort'>;
const statusOf = async ({ port }: Ports) => (await new RawClient(port).send(login).answer()).status;
const adminStatusOf = async ({ adminPort }: Ports, path: string) =>
  (await fetch(`http://127.0.0.1:${adminPort}${path}`)).status;
const pressureOf = async ({ adminPort }: Ports, resource: string) => {
  const metrics = await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text();
  const line = new RegExp(`^outlay_gateway_overload_pressure\\{resource="${resource}".*\\} (.+)$`, 'm');
  return Number(line.exec(metrics)?.[1]);
};
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

  for (const resource of ['memory', 'heap'])
    describe(`near its limit of ${resource}`, () => {
      let child: ChildProcess;
      let gateway: Ports & { readonly value: number };
      before(async () => {
        child = fork(new URL('../testing/gateway-under-pressure.ts', import.meta.url), [resource], {
          execArgv: ['--expose-gc'],
        });
        [gateway] = await once(child, 'message');
      });
      after(async () => {
        child.disconnect();
        await once(child, 'exit');
      });

      it('refuses new requests until it is well below, and answers health and admin', async () => {
        expect(await statusOf(gateway)).to.equal(200);

        child.send({ pieces: 3 });
        await eventually(async () => (await statusOf(gateway)) === 503);
        const refused = await new RawClient(gateway.port).send(login).answer();
        const [health, clusters] = await Promise.all(
          ['/healthz', '/clusters'].map((path) => adminStatusOf(gateway, path)),
        );

        child.send({ pieces: 2 });
        await eventually(async () => (await pressureOf(gateway, resource)) < gateway.value);
        expect(await statusOf(gateway)).to.equal(503);

        child.send({ pieces: 0 });
        await eventually(async () => (await statusOf(gateway)) === 200);
        expect([refused.status, refused.headers['retry-after']]).to.deep.equal([503, '1']);
        expect([health, clusters]).to.deep.equal([200, 200]);
      });
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
