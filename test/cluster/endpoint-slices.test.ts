import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createLog } from '@outlay/service-kit/log.ts';
import { expect } from 'chai';
import { KubernetesAddresses } from '../../services/gateway/src/upstream/discovery/kubernetes-addresses.ts';
import { connectKubernetes } from '../../services/gateway/src/upstream/discovery/kubernetes-api.ts';
import type { Address } from '../../services/gateway/src/upstream/endpoint.ts';

/** Needs the cluster of the current kube context, and nothing of Outlay on it. */
const namespace = `outlay-slices-${randomBytes(3).toString('hex')}`;

function kubectl(args: string[], input?: object): string {
  const options = { encoding: 'utf8', timeout: 60_000, input: input && JSON.stringify(input) } as const;
  const { status, stdout, stderr, error } = spawnSync('kubectl', args, options);
  if (status !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr?.trim() || error?.message}`);
  return stdout;
}
const apply = (manifest: object) => kubectl(['apply', '--namespace', namespace, '--filename', '-'], manifest);

interface Member {
  readonly address: string;
  readonly zone?: string;
  readonly conditions?: { ready: boolean; serving?: boolean; terminating?: boolean };
}
const slice = (name: string, ...members: Member[]) =>
  apply({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, labels: { 'kubernetes.io/service-name': 'expense' } },
    addressType: 'IPv4',
    ports: [
      { name: 'admin', port: 9002, protocol: 'TCP' },
      { name: 'http', port: 3002, protocol: 'TCP' },
    ],
    endpoints: members.map(({ address, conditions = { ready: true }, ...rest }) => ({
      addresses: [address],
      conditions,
      ...rest,
    })),
  });

describe('endpoints from a real Kubernetes', function () {
  this.timeout(120_000);
  let isCreated = false;
  const told: (readonly Address[])[] = [];
  const hosts = () => (told.at(-1) ?? []).map(({ host }) => host).sort();
  const source = new KubernetesAddresses({
    namespace,
    service: 'expense',
    portName: 'http',
    log: createLog({ service: 'test', level: 'silent' }),
    connect: connectKubernetes,
  });
  /** @param expected sorted */
  const becomes = async (...expected: string[]) => {
    while (hosts().join() !== expected.join()) await new Promise((resolve) => setTimeout(resolve, 20));
  };

  before(function () {
    try {
      kubectl(['version', '--request-timeout=5s']);
    } catch (error) {
      console.log(`    skipped: no Kubernetes can be reached (${(error as Error).message})`);
      this.skip();
    }
    kubectl(['create', 'namespace', namespace]);
    isCreated = true;
  });
  after(() => {
    source.close();
    if (isCreated) kubectl(['delete', 'namespace', namespace, '--wait=false']);
  });

  it('are there after the first list, with port, zone and the Service’s name', async () => {
    apply({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'expense' },
      spec: { ports: [{ name: 'http', port: 3002 }] },
    });
    slice('expense-1', { address: '10.1.0.1', zone: 'a' }, { address: '10.1.0.2', zone: 'b' });

    await source.start({ onAddresses: (addresses) => void told.push(addresses) });

    const common = { port: 3002, authority: `expense.${namespace}:3002` };
    expect(told).to.deep.equal([
      [
        { host: '10.1.0.1', zone: 'a', ...common },
        { host: '10.1.0.2', zone: 'b', ...common },
      ],
    ]);
  });

  it('are followed as slices come and change', async () => {
    slice('expense-2', { address: '10.1.0.3' });
    await becomes('10.1.0.1', '10.1.0.2', '10.1.0.3');

    slice('expense-1', { address: '10.1.0.1' }, { address: '10.1.0.2', conditions: { ready: false } });

    await becomes('10.1.0.1', '10.1.0.3');
  });

  it('are those on their way out where none is ready', async () => {
    const leaving = { ready: false, serving: true, terminating: true };
    slice('expense-1', { address: '10.1.0.1', conditions: leaving });
    await becomes('10.1.0.3');

    slice('expense-2', { address: '10.1.0.3', conditions: { ready: false, serving: false } });

    await becomes('10.1.0.1');
  });

  it('stay where all slices are taken away, and are followed again afterwards', async () => {
    slice('expense-1', { address: '10.1.0.1' });
    slice('expense-2', { address: '10.1.0.3' });
    await becomes('10.1.0.1', '10.1.0.3');

    kubectl(['delete', 'endpointslice', '--namespace', namespace, '--selector', 'kubernetes.io/service-name=expense']);
    while (source.updates.failed === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    // They went one after the other: the last stands.
    expect(hosts()).to.have.length(1);

    slice('expense-3', { address: '10.1.0.9' });

    await becomes('10.1.0.9');
  });
});
