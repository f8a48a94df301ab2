/**
 * Proves the chart on the cluster of the current kube context:
 *   npm run test:cluster -- --registry localhost:5000/outlay [--with 'COMMAND'] [--load 'kind load docker-image'] [--no-build]
 * Builds and pushes the images (see scripts/images.ts; with --load, each is handed to that command in place of a push),
 * measures a first start in a fresh namespace, runs test/cluster and prints what it measured.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { listFailures, runSuite } from './test/run-suite.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    registry: { type: 'string' },
    tag: { type: 'string', default: `test-${Date.now().toString(36)}` },
    with: { type: 'string' },
    load: { type: 'string' },
    namespace: { type: 'string', default: 'outlay-test' },
    'no-build': { type: 'boolean', default: false },
  },
});
if (!values.registry) {
  console.error('--registry is missing: where the cluster pulls images from, like localhost:5000/outlay');
  process.exit(2);
}
process.env.CLUSTER_NAMESPACE = values.namespace;
process.env.CLUSTER_REGISTRY = values.registry;
process.env.CLUSTER_TAG = values.tag;

/** What the whole system with MongoDB asks for: see test/cluster/chart.test.ts. */
const idleMiBMax = 640;

const root = join(import.meta.dirname, '..');
const run = (program: string, ...args: string[]) => execFileSync(program, args, { cwd: root, stdio: 'inherit' });
const images = ['gateway', 'auth', 'expense', 'analytics', 'tools'];

if (!values['no-build']) {
  const how = values.with ? ['--with', values.with] : values.load ? [] : ['--push'];
  run(process.execPath, 'scripts/images.ts', '--registry', values.registry, '--tag', values.tag, ...how);
  if (values.load) {
    const [command, ...words] = values.load.split(' ');
    for (const image of images) run(command!, ...words, `${values.registry}/${image}:${values.tag}`);
  }
}

const { apply, forward, helm, kubectl, kubectlJson, release, underLoad, until } = await import(
  '../test/cluster/cluster.ts'
);

await kubectl('delete', 'namespace', values.namespace, '--ignore-not-found', '--wait');
await apply({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: values.namespace, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
});

const startedAt = Date.now();
await helm('install', release, 'charts/outlay', '--set', `image.registry=${values.registry},image.tag=${values.tag}`);
await until('the first good answer', 240, async () => {
  await kubectl('rollout', 'status', `deployment/${release}-gateway`, '--timeout=1s');
  await using gateway = await forward(`service/${release}-gateway`, 80);
  const body = JSON.stringify({
    email: `first-${startedAt}@example.org`,
    password: 'correct horse battery',
    name: 'First',
  });
  const headers = { 'content-type': 'application/json' };
  return (
    (await fetch(`http://127.0.0.1:${gateway.port}/api/v1/auth/register`, { method: 'POST', body, headers })).status ===
    201
  );
});
const coldStartSeconds = (Date.now() - startedAt) / 1_000;

const account = `${release}-gateway`;
process.env.CLUSTER_EXPIRING_TOKEN = (
  await kubectl('create', 'token', account, '--audience', 'expense', '--duration', '10m')
).trim();
process.env.CLUSTER_EXPIRING_SINCE = String(Date.now());

await helm('test', release);
await delay(30_000); // what is measured next is called idle
const idle = await memory();
const load = await underLoad('memory', 20, async () => undefined);
const loaded = await memory();
const result = await runSuite({
  args: ['--timeout', '900000', ...(positionals.length ? positionals : ['test/cluster/*.test.ts'])],
  cwd: root,
  env: process.env,
  timeoutMs: { whole: 20 * 60_000, afterwards: 15_000 },
  print: (chunk) => process.stdout.write(chunk),
});
const sizes = await imageSizes();

console.log(
  `\ninstall → first good answer: ${coldStartSeconds.toFixed(1)} s; 60 requests/s: p50 ${load.p50Ms} ms, p99 ${load.p99Ms} ms`,
);
console.table(
  [...idle].map(([component, mebibytes]) => ({
    component,
    'idle MiB': mebibytes,
    'after load MiB': loaded.get(component),
    'image MiB': sizes.get(component),
  })),
);
const idleMiB = [...idle.values()].reduce((sum, value) => sum + value, 0);
console.log(`idle in all: ${idleMiB} MiB, and no more than ${idleMiBMax} MiB may it be`);
if (result.failed > 0) console.log(listFailures(result.failures));
console.log(`cluster: ${result.passed} passed, ${result.failed} failed`);
process.exit(result.failed > 0 || result.passed === 0 || idleMiB > idleMiBMax ? 1 : 0);

/** Working set per pod, as the kubelet counts it (what an eviction looks at). */
async function memory(): Promise<Map<string, number>> {
  const { items } = await kubectlJson<{
    items: { metadata: { name: string; labels: Record<string, string> }; spec: { nodeName: string } }[];
  }>('get', 'pods', '--selector', `app.kubernetes.io/instance=${release}`, '--field-selector', 'status.phase=Running');
  const result = new Map<string, number>();
  for (const { metadata, spec } of items) {
    const { pods } = JSON.parse(
      await kubectl('get', '--raw', `/api/v1/nodes/${spec.nodeName}/proxy/stats/summary`),
    ) as {
      pods: { podRef: { name: string }; memory?: { workingSetBytes: number } }[];
    };
    const bytes = pods.find(({ podRef }) => podRef.name === metadata.name)?.memory?.workingSetBytes ?? 0;
    result.set(metadata.labels['app.kubernetes.io/component'] ?? metadata.name, Math.round(bytes / 1_048_576));
  }
  return result;
}

/** Size of each image as the node stores it. */
async function imageSizes(): Promise<Map<string, number>> {
  const { items } = await kubectlJson<{ items: { status: { images: { names: string[]; sizeBytes: number }[] } }[] }>(
    'get',
    'nodes',
  );
  const known = items.flatMap(({ status }) => status.images);
  return new Map(
    images.map((image) => {
      const found = known.find(({ names }) => names.some((name) => name.endsWith(`${image}:${values.tag}`)));
      return [image, Math.round((found?.sizeBytes ?? 0) / 1_048_576)];
    }),
  );
}
