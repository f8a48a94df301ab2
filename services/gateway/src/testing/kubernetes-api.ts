import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where a pod answers, and in which zone. */
export interface Pod {
  readonly port: number;
  readonly zone: string;
  /** Our own machine's, where nothing is said. */
  readonly address?: string;
  readonly isReady?: boolean;
}

/** An API server that knows the pods of some services, and tells those who watch of each change. */
export interface KubernetesApi {
  /** Those of a service from now on. */
  set(service: string, pods: readonly Pod[]): void;
  /** How many watch a service. */
  watching(service: string): number;
  close(): Promise<void>;
}

/** Until it is closed, it is the one of KUBECONFIG. */
export async function startKubernetesApi(pods: Readonly<Record<string, readonly Pod[]>>): Promise<KubernetesApi> {
  let version = 1;
  const slices = new Map(Object.entries(pods).map(([service, all]) => [service, slicesOf(service, all, version)]));
  const watches = new Map<ServerResponse, string>();
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url as string, 'http://a');
    const service = searchParams.get('labelSelector')?.split('=')[1] as string;
    if (searchParams.get('watch') === 'true') {
      watches.set(response, service);
      response.on('close', () => watches.delete(response)).flushHeaders();
      return;
    }
    const items = [...(slices.get(service)?.values() ?? [])];
    const list = { kind: 'EndpointSliceList', metadata: { resourceVersion: String(version) }, items };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(list));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));

  const directory = mkdtempSync(join(tmpdir(), 'outlay-kubeconfig-'));
  const { port } = server.address() as AddressInfo;
  writeFileSync(join(directory, 'config'), kubeconfigOf(`http://127.0.0.1:${port}`));
  const before = process.env.KUBECONFIG;
  process.env.KUBECONFIG = join(directory, 'config');

  return {
    set(service, pods) {
      version++;
      const old = slices.get(service);
      const next = slicesOf(service, pods, version);
      slices.set(service, next);
      const gone = [...(old ?? [])]
        .filter(([name]) => !next.has(name))
        .map(([, object]) => ({ type: 'DELETED', object }));
      const there = [...next].map(([name, object]) => ({ type: old?.has(name) ? 'MODIFIED' : 'ADDED', object }));
      const lines = [...there, ...gone].map((event) => `${JSON.stringify(event)}\n`).join('');
      for (const [watch, watched] of watches) if (watched === service) watch.write(lines);
    },
    watching: (service) => [...watches.values()].filter((watched) => watched === service).length,
    async close() {
      if (before === undefined) delete process.env.KUBECONFIG;
      else process.env.KUBECONFIG = before;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(directory, { recursive: true });
    },
  };
}

/** One for each pod: those of one machine differ in their ports, which are the slice's. */
const slicesOf = (service: string, pods: readonly Pod[], version: number) =>
  new Map(
    pods.map(({ port, zone, address = '127.0.0.1', isReady = true }) => [
      `${service}-${address}-${port}`,
      {
        metadata: { name: `${service}-${address}-${port}`, resourceVersion: String(version) },
        addressType: 'IPv4',
        ports: [{ name: 'http', port }],
        endpoints: [
          { addresses: [address], conditions: { ready: isReady }, zone, hints: { forZones: [{ name: zone }] } },
        ],
      },
    ]),
  );

const kubeconfigOf = (server: string): string =>
  JSON.stringify({
    clusters: [{ name: 'c', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user: {} }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  });
