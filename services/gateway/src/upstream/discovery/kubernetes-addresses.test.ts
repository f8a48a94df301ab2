import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { createLog } from '@outlay/service-kit/log.ts';
import { expect } from 'chai';
import { eventually } from '../../testing/start-test-gateway.ts';
import { KubernetesAddresses } from './kubernetes-addresses.ts';
import { connectKubernetes } from './kubernetes-api.ts';

const slice = (name: string, version: number, ...addresses: string[]) => ({
  metadata: { name, resourceVersion: String(version) },
  addressType: 'IPv4',
  ports: [{ name: 'http', port: 3001 }],
  endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
});

type Reply = (response: ServerResponse) => void;
const fails =
  (status: number): Reply =>
  (response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end('{}');

/** An API server that answers each list and each watch as it is told, the last way again and again. */
async function startApiServer() {
  const asked: string[] = [];
  const lists: Reply[] = [];
  const watches: Reply[] = [];
  const open: ServerResponse[] = [];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url as string, 'http://a');
    const isWatch = searchParams.get('watch') === 'true';
    expect(pathname).to.equal('/apis/discovery.k8s.io/v1/namespaces/outlay/endpointslices');
    expect(searchParams.get('labelSelector')).to.equal('kubernetes.io/service-name=auth');
    asked.push(isWatch ? `watch ${searchParams.get('resourceVersion')}` : 'list');
    const replies = isWatch ? watches : lists;
    (replies.length > 1 ? replies.shift() : replies[0])?.(response);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const config = new KubeConfig();
  const { port } = server.address() as AddressInfo;
  config.loadFromClusterAndUser({ name: 'c', server: `http://127.0.0.1:${port}`, skipTLSVerify: true }, { name: 'u' });

  const told: string[][] = [];
  const source = new KubernetesAddresses({
    namespace: 'outlay',
    service: 'auth',
    portName: 'http',
    log: createLog({ service: 'test', level: 'silent' }),
    connect: () => connectKubernetes(config),
    backOffMs: { first: 1, longest: 10 },
  });
  return {
    asked,
    told,
    source,
    start: () => source.start({ onAddresses: (all) => told.push(all.map(({ host }) => host)) }),
    list: (version: number, ...items: object[]) =>
      lists.push((response) => {
        const body = { kind: 'EndpointSliceList', metadata: { resourceVersion: String(version) }, items };
        response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
      }),
    failList: (status: number) => lists.push(fails(status)),
    /** A watch that says this and stays open. */
    watch: (...events: [type: string, object: object][]) =>
      watches.push((response) => {
        // In one piece: who has read the first has read them all.
        response.write(events.map(([type, object]) => `${JSON.stringify({ type, object })}\n`).join(''));
        response.flushHeaders();
        open.push(response);
      }),
    failWatch: (status: number) => watches.push(fails(status)),
    /** Sends more on the watch that is open, which ends with `undefined`. */
    say(type: string | undefined, object: object = {}) {
      if (type === undefined) open.at(-1)?.end();
      else open.at(-1)?.write(`${JSON.stringify({ type, object })}\n`);
    },
    breakWatch: () => open.at(-1)?.destroy(),
    isWatchClosed: () => open.at(-1)?.destroyed === true,
    async stop() {
      source.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('endpoints from Kubernetes', () => {
  let api: Awaited<ReturnType<typeof startApiServer>>;
  beforeEach(async () => {
    api = await startApiServer();
  });
  afterEach(() => api.stop());

  it('are listed, then followed as slices come, change and go', async () => {
    api.list(10, slice('a', 9, '10.0.0.1'));
    api.watch(['ADDED', slice('b', 11, '10.0.0.2')], ['MODIFIED', slice('a', 12, '10.0.0.3')]);

    await api.start();
    await eventually(() => api.told.length === 3);
    api.say('DELETED', slice('b', 13, '10.0.0.2'));
    await eventually(() => api.told.length === 4);

    expect(api.told).to.deep.equal([['10.0.0.1'], ['10.0.0.1', '10.0.0.2'], ['10.0.0.3', '10.0.0.2'], ['10.0.0.3']]);
    expect(api.asked).to.deep.equal(['list', 'watch 10']);
  });

  for (const how of ['ends', 'breaks'] as const)
    it(`are followed from where a watch ${how}, without another list`, async () => {
      api.list(10, slice('a', 9, '10.0.0.1'));
      api.watch(['ADDED', slice('b', 11, '10.0.0.2')], ['BOOKMARK', { metadata: { resourceVersion: '15' } }]);
      api.watch(['ADDED', slice('c', 16, '10.0.0.3')]);
      await api.start();
      await eventually(() => api.told.length === 2);

      if (how === 'ends') api.say(undefined);
      else api.breakWatch();

      await eventually(() => api.told.length === 3);
      expect(api.asked).to.deep.equal(['list', 'watch 10', 'watch 15']);
      expect(api.told.at(-1)).to.deep.equal(['10.0.0.1', '10.0.0.2', '10.0.0.3']);
    });

  it('are listed anew where the version is not kept any more, said in either way', async () => {
    api.list(10, slice('a', 9, '10.0.0.1'));
    api.list(20, slice('b', 19, '10.0.0.2'));
    api.list(30, slice('c', 29, '10.0.0.3'));
    api.watch(['ERROR', { kind: 'Status', code: 410, message: 'too old resource version' }]);
    api.failWatch(410);
    api.watch();

    await api.start();
    await eventually(() => api.asked.length === 6);

    expect(api.asked).to.deep.equal(['list', 'watch 10', 'list', 'watch 20', 'list', 'watch 30']);
    expect(api.told).to.deep.equal([['10.0.0.1'], ['10.0.0.2'], ['10.0.0.3']]);
  });

  it('stay as they were while the API server fails, and are followed again afterwards', async () => {
    api.list(10, slice('a', 9, '10.0.0.1'));
    api.failWatch(500);
    api.failWatch(403);
    api.watch(['MODIFIED', slice('a', 11, '10.0.0.2')]);

    await api.start();
    await eventually(() => api.told.length === 2);

    expect(api.told).to.deep.equal([['10.0.0.1'], ['10.0.0.2']]);
    expect(api.asked).to.deep.equal(['list', 'watch 10', 'watch 10', 'watch 10']);
    expect(api.source.updates).to.deep.equal({ succeeded: 2, failed: 2 });
  });

  it('do not keep the gateway from starting where the API server cannot be asked', async () => {
    api.failList(403);
    api.failList(500);
    api.list(10, slice('a', 9, '10.0.0.1'));
    api.watch();

    await api.start();

    expect(api.told).to.deep.equal([]);
    await eventually(() => api.told.length === 1);
  });

  it('stay as they were where all slices are gone; a slice without endpoints has none', async () => {
    api.list(10, slice('a', 9, '10.0.0.1'));
    api.watch(['DELETED', slice('a', 11, '10.0.0.1')]);
    await api.start();
    await eventually(() => api.source.updates.failed === 1);
    expect(api.told).to.deep.equal([['10.0.0.1']]);

    api.say('ADDED', slice('b', 12));

    await eventually(() => api.told.length === 2);
    expect(api.told.at(-1)).to.deep.equal([]);
  });

  it('are not followed any more once closed', async () => {
    api.list(10, slice('a', 9, '10.0.0.1'));
    api.watch();
    await api.start();
    await eventually(() => api.asked.length === 2);

    api.source.close();
    api.say('MODIFIED', slice('a', 11, '10.0.0.2'));

    await eventually(() => api.isWatchClosed());
    expect(api.told).to.deep.equal([['10.0.0.1']]);
    expect(api.asked).to.have.length(2);
  });
});
