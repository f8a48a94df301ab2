import { createLog } from '@outlay/service-kit/log.ts';
import { expect } from 'chai';
import { Cluster as ClusterSchema } from '../bootstrap/cluster-schema.ts';
import { Deadlines } from '../proxy/deadlines.ts';
import { eventually, startTestGateway, type TestGateway } from '../testing/start-test-gateway.ts';
import { afterBody, startUpstream, type TestUpstream } from '../testing/test-upstream.ts';
import { Cluster } from './cluster.ts';
import type { AddressSink, EndpointSource } from './discovery/endpoint-source.ts';
import { addressOf } from './discovery/static-addresses.ts';
import { fetchText } from './fetch-text.ts';

const ok = afterBody((response) => response.end('ok'));
const failing = afterBody((response) => {
  response.statusCode = 500;
  response.end('no');
});

describe('a cluster of several endpoints', () => {
  let services: TestUpstream[];
  let gateway: TestGateway;
  /** @param settings more of the cluster `expense`, in YAML */
  const start = async (...settings: string[]) => {
    services = await Promise.all([startUpstream(), startUpstream(), startUpstream()]);
    gateway = await startTestGateway({
      edit: (yaml) =>
        yaml.replace(
          / {2}- name: expense[\s\S]*?(?= {2}- name: analytics)/,
          ['  - name: expense', `endpoints: [${services.map(({ url }) => url).join(', ')}]`, ...settings]
            .join('\n    ')
            .concat('\n'),
        ),
    });
  };
  afterEach(async () => {
    await Promise.all(services.map((service) => service.close()));
    await gateway.close();
  });
  const ask = (init: RequestInit = {}) =>
    fetch(`${gateway.url}/api/v1/ledgers`, { ...init, headers: { authorization: gateway.bearer } });
  const askTimes = async (times: number) => {
    const statuses: number[] = [];
    for (let i = 0; i < times; i++) statuses.push((await ask()).status);
    return statuses;
  };
  const arrivedAt = () => services.map(({ arrived }) => arrived.length);
  const flags = () => gateway.log().flatMap((line) => (line.msg === 'request' ? [line.flags] : []));
  const metric = async (pattern: RegExp) => {
    const text = await (await fetch(`http://127.0.0.1:${gateway.adminPort}/metrics`)).text();
    return Number(
      text
        .split('\n')
        .find((line) => pattern.test(line))
        ?.split(' ')
        .at(-1),
    );
  };

  it('is used in all its parts', async () => {
    await start();

    await askTimes(60);

    for (const count of arrivedAt()) expect(count).to.be.greaterThan(5);
  });

  it('has a failed request tried at another endpoint', async () => {
    await start();
    const hangUp = (socket: { destroy(): void }) => socket.destroy();
    for (const service of services.slice(0, 2)) service.answer((request) => hangUp(request.socket));

    const statuses = await askTimes(20);

    // Two retries are enough to meet each of three.
    expect(statuses).to.deep.equal(Array(20).fill(200));
  });

  it('leaves out who fails again and again, and takes it back in time', async () => {
    await start('outlier_detection: { consecutive_5xx: 3, interval: 20ms, base_ejection_time: 2s }');
    const [first] = services as [TestUpstream];
    first.answer(failing);
    await eventually(async () => {
      await ask();
      return gateway.log().some(({ msg }) => msg === 'an endpoint is ejected');
    });
    const before = first.arrived.length;

    const answers = await Promise.all(Array.from({ length: 20 }, () => ask()));
    expect(answers.map(({ status }) => status)).to.deep.equal(Array(20).fill(200));

    expect(first.arrived.length).to.equal(before);
    expect(await metric(/^outlay_gateway_cluster_membership_healthy\{cluster="expense"/)).to.equal(2);
    expect(await metric(/^outlay_gateway_cluster_ejections_active\{cluster="expense"/)).to.equal(1);
    first.answer(ok);
    await eventually(() => gateway.log().some(({ msg }) => msg === 'an ejected endpoint is back'));
    await eventually(async () => {
      await ask();
      return first.arrived.length > before;
    });
    expect(
      await metric(/^outlay_gateway_cluster_ejections_total\{cluster="expense",reason="consecutive_5xx"/),
    ).to.equal(1);
  });

  it('leaves out who says that it is not well, and who has not yet said that it is', async () => {
    await start(
      'health_checks:',
      '  - { interval: 20ms, timeout: 1s, healthy_threshold: 1, http_health_check: { path: /healthz } }',
    );
    const healthy = () => gateway.log().filter(({ msg }) => msg === 'an endpoint passes its health checks').length;
    await eventually(() => healthy() >= 3);
    const [first] = services as [TestUpstream];
    first.answer((request, response) => (request.url === '/healthz' ? failing : ok)(request, response));
    await eventually(() => gateway.log().some(({ msg }) => msg === 'an endpoint fails its health checks'));
    const asked = () => first.arrived.filter(({ url }) => url !== '/healthz').length;

    await askTimes(20);

    expect(asked()).to.equal(0);
    first.answer(ok);
    await eventually(async () => {
      await ask();
      return asked() > 0;
    });
  });

  it('is used as it is where most of it is unwell', async () => {
    await start('outlier_detection: { consecutive_5xx: 1, max_ejection_percent: 100, base_ejection_time: 60s }');
    for (const service of services) service.answer(failing);
    await eventually(async () => {
      await ask();
      return (await metric(/^outlay_gateway_cluster_ejections_active\{cluster="expense"/)) === 3;
    });
    for (const service of services) service.answer(ok);

    expect(await askTimes(5)).to.deep.equal(Array(5).fill(200));

    expect(await metric(/^outlay_gateway_cluster_panic\{cluster="expense"/)).to.equal(1);
  });

  for (const [limit, what] of [
    ['max_connections', 'connections'],
    ['max_requests', 'requests'],
  ] as const)
    it(`refuses at once what is beyond its ${limit}, and nothing waits`, async () => {
      await start(`circuit_breakers: { thresholds: { ${limit}: 4 } }`);
      const finish: (() => void)[] = [];
      for (const service of services) service.answer((_request, response) => finish.push(() => response.end('late')));
      const held = Array.from({ length: 4 }, () => ask());
      await eventually(() => finish.length === 4);

      const refused = await ask();

      expect([refused.status, refused.headers.get('retry-after')]).to.deep.equal([503, '1']);
      await eventually(() => flags().includes('UO'));
      const open = new RegExp(`^outlay_gateway_upstream_circuit_breaker_open{cluster="expense",limit="${what}"`);
      expect(await metric(open)).to.equal(1);
      for (const end of finish) end();
      expect((await Promise.all(held)).map(({ status }) => status)).to.deep.equal([200, 200, 200, 200]);
      const overflows = new RegExp(`^outlay_gateway_upstream_overflows_total{cluster="expense",limit="${what}"`);
      expect(await metric(overflows)).to.equal(1);
      if (what === 'requests') expect(await metric(open)).to.equal(0);
      for (const service of services) service.answer(ok);
      expect((await ask()).status).to.equal(200);
    });

  it('that nobody knows has its requests refused at once', async () => {
    services = [];
    gateway = await startTestGateway({ expenseUrl: 'http://nowhere.invalid:3002' });

    expect((await ask()).status).to.equal(503);

    await eventually(() => flags().includes('UH'));
    await eventually(() => gateway.log().some(({ msg }) => msg === 'a name cannot be looked up'));
    expect(await metric(/^outlay_gateway_cluster_updates_total\{cluster="expense",result="failed"/)).to.equal(1);
  });

  it('closes an idle connection to one endpoint where another needs it', async () => {
    await start('circuit_breakers: { thresholds: { max_connections: 1 } }');

    expect(await askTimes(20)).to.deep.equal(Array(20).fill(200));
  });

  it('refuses at once what would wait for a connection beyond max_pending_requests', async () => {
    await start('circuit_breakers: { thresholds: { max_pending_requests: 0 } }');

    expect((await ask()).status).to.equal(503);

    await eventually(() => flags().includes('UO'));
    expect(arrivedAt()).to.deep.equal([0, 0, 0]);
  });
});

describe('a change of a cluster’s endpoints', () => {
  const deadlines = new Deadlines();
  const log = createLog({ service: 'test', level: 'silent' });
  /** A source whose lists the test brings. */
  class Lists implements EndpointSource {
    readonly updates = { succeeded: 0, failed: 0 };
    sink: AddressSink | undefined;
    async start(sink: AddressSink) {
      this.sink = sink;
    }
    close() {}
  }
  const clusterOf = (source: EndpointSource) => {
    const config = ClusterSchema.parse({ name: 'a', type: 'STATIC', endpoints: ['http://127.0.0.1:1'] });
    return new Cluster(config, { source, tokens: undefined, log });
  };
  const get = (cluster: Cluster) => fetchText(cluster, { path: '/', timeoutMs: 5_000, bytesMax: 100, deadlines });

  it('lets requests to who is gone finish, closes what is idle, and keeps who stays', async () => {
    const source = new Lists();
    const cluster = clusterOf(source);
    const [gone, stays] = await Promise.all([startUpstream(), startUpstream()]);
    source.sink?.onAddresses([addressOf(gone.url)]);
    const finish: (() => void)[] = [];
    gone.answer(afterBody((response) => finish.push(() => response.end('late'))));
    const [busy, idle] = [get(cluster), get(cluster)];
    await eventually(() => finish.length === 2);
    finish.pop()?.();
    expect(await idle).to.equal('late');
    expect(gone.sockets.size).to.equal(2);

    source.sink?.onAddresses([addressOf(stays.url)]);

    expect(await get(cluster)).to.equal('ok');
    expect(stays.arrived).to.have.length(1);
    const [, draining] = cluster.describe().endpoints;
    expect([draining?.healthFlags, draining?.activeRequests]).to.deep.equal([['draining'], 1]);
    await eventually(() => gone.sockets.size === 1);
    finish.pop()?.();
    expect(await busy).to.equal('late');
    await eventually(() => gone.sockets.size === 0);
    await eventually(() => cluster.describe().endpoints.length === 1);
    const connections = stays.accepted();
    source.sink?.onAddresses([addressOf(stays.url)]);
    await get(cluster);
    expect(stays.accepted()).to.equal(connections);
    cluster.close();
    await Promise.all([gone.close(), stays.close()]);
  });
});
