import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { eventually, startTestGateway, type TestGateway } from '../../testing/start-test-gateway.ts';
import { startUpstream, type TestUpstream } from '../../testing/test-upstream.ts';

/** Where a pod answers, and in which zone. */
type Pod = readonly [port: number, zone: string, address?: string];

/** An API server that knows some pods for each service and keeps every watch open. */
async function startApiServer(podsOf: (service: string) => readonly Pod[]) {
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url as string, 'http://a');
    const service = searchParams.get('labelSelector')?.split('=')[1] as string;
    if (searchParams.get('watch') === 'true') {
      response.flushHeaders();
      return;
    }
    // Pods of one machine differ in their ports, which are the slice's.
    const items = podsOf(service).map(([port, zone, address = '127.0.0.1'], i) => ({
      metadata: { name: `${service}-${i}`, resourceVersion: '1' },
      addressType: 'IPv4',
      ports: [{ name: 'http', port }],
      endpoints: [{ addresses: [address], conditions: { ready: true }, zone }],
    }));
    const list = { kind: 'EndpointSliceList', metadata: { resourceVersion: '1' }, items };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(list));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const directory = mkdtempSync(join(tmpdir(), 'outlay-kubeconfig-'));
  const kubeconfig = join(directory, 'config');
  const { port } = server.address() as AddressInfo;
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      clusters: [{ name: 'c', cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'u', user: {} }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    }),
  );
  return {
    kubeconfig,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(directory, { recursive: true });
    },
  };
}

const portOf = ({ url }: TestUpstream) => Number(new URL(url).port);

describe('a gateway on Kubernetes', () => {
  const kubeconfigBefore = process.env.KUBECONFIG;
  let api: Awaited<ReturnType<typeof startApiServer>>;
  let gateway: TestGateway;
  let here: TestUpstream;
  let there: TestUpstream;
  before(async () => {
    [here, there] = await Promise.all([startUpstream(), startUpstream()]);
    const pods: Record<string, readonly Pod[]> = {
      // We are one of two gateways: the address is our own, the zone is told.
      'outlay-gateway': [
        [8080, 'zone-a'],
        [8080, 'zone-b', '192.0.2.77'],
      ],
      'outlay-expense': [
        [portOf(here), 'zone-a'],
        [portOf(there), 'zone-b'],
      ],
    };
    api = await startApiServer((service) => pods[service] ?? []);
    process.env.KUBECONFIG = api.kubeconfig;
    gateway = await startTestGateway({
      env: { UPSTREAM_TYPE: 'KUBERNETES', UPSTREAM_ZONE_AWARE_MIN: '2' },
      // The issuer stays where the test started it.
      edit: (yaml) => yaml.replace(/(- name: auth\n {4}type: )\S+/, '$1STRICT_DNS'),
    });
  });
  after(async () => {
    if (kubeconfigBefore === undefined) delete process.env.KUBECONFIG;
    else process.env.KUBECONFIG = kubeconfigBefore;
    await gateway.close();
    await Promise.all([here.close(), there.close(), api.close()]);
  });

  const ask = async () =>
    (await fetch(`${gateway.url}/api/v1/ledgers`, { headers: { authorization: gateway.bearer } })).status;

  it('sends requests to pods, those of its own zone as long as they bear it', async () => {
    for (let i = 0; i < 20; i++) expect(await ask()).to.equal(200);

    expect([here.arrived.length, there.arrived.length]).to.deep.equal([20, 0]);
    expect(here.arrived[0]?.headers).to.deep.include(['host', `outlay-expense.default:${portOf(here)}`]);
  });

  it('turns to the other zone where its own fails', async () => {
    here.answer((request) => void request.socket.destroy());

    for (let i = 0; i < 10; i++) expect(await ask()).to.equal(200);

    await eventually(() => there.arrived.length === 10);
  });
});
