import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { LoadReport } from '@outlay/journey/load.ts';

/** Where the suite works, as scripts/test-cluster.ts sets it. */
const setting = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run this suite by npm run test:cluster`);
  return value;
};
export const namespace = setting('CLUSTER_NAMESPACE');
const registry = setting('CLUSTER_REGISTRY');
const tag = setting('CLUSTER_TAG');
export const release = 'outlay';

const execute = promisify(execFile);
const run = async (program: string, args: readonly string[], input?: string): Promise<string> => {
  const running = execute(program, args, { maxBuffer: 64 * 1024 * 1024, timeout: 300_000 });
  if (input !== undefined) running.child.stdin?.end(input);
  try {
    return (await running).stdout;
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new Error(`${program} ${args.slice(0, 4).join(' ')}: ${stderr?.trim() || String(error)}`, { cause: error });
  }
};

export const kubectl = (...args: string[]): Promise<string> => run('kubectl', ['--namespace', namespace, ...args]);
export const kubectlJson = async <T>(...args: string[]): Promise<T> =>
  JSON.parse(await kubectl(...args, '--output', 'json')) as T;
export const apply = (manifest: unknown): Promise<string> =>
  run('kubectl', ['--namespace', namespace, 'apply', '--filename', '-'], JSON.stringify(manifest));
export const helm = (...args: string[]): Promise<string> => run('helm', ['--namespace', namespace, ...args]);

/** What every test starts from; two pods each, so that one may go. */
const baseValues = [
  `image.registry=${registry}`,
  `image.tag=${tag}`,
  'jaeger.enabled=true',
  'defaults.replicas=2',
  'defaults.preStopSeconds=3',
];

/** Installs or upgrades and waits until everything is ready. */
export async function install(...values: string[]): Promise<void> {
  const set = [...baseValues, ...values].flatMap((value) => ['--set', value]);
  await helm('upgrade', '--install', release, 'charts/outlay', '--wait', '--timeout', '5m', ...set);
}

export async function until<T>(what: string, seconds: number, check: () => Promise<T | undefined | false>): Promise<T> {
  const giveUpAt = Date.now() + seconds * 1_000;
  let last: unknown;
  while (Date.now() < giveUpAt) {
    try {
      const value = await check();
      if (value) return value;
    } catch (error) {
      last = error;
    }
    await delay(500);
  }
  throw new Error(`${what}: not within ${seconds} s`, { cause: last });
}

export interface Forward extends AsyncDisposable {
  port: number;
}

/** A port of a pod or service on a free port of this machine, around every NetworkPolicy. */
export async function forward(target: string, port: number): Promise<Forward> {
  const child: ChildProcess = spawn('kubectl', ['--namespace', namespace, 'port-forward', target, `:${port}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout! });
  for await (const line of lines) {
    const local = /127\.0\.0\.1:(\d+)/.exec(line)?.[1];
    if (local)
      return {
        port: Number(local),
        async [Symbol.asyncDispose]() {
          child.kill();
          await once(child, 'exit');
        },
      };
  }
  throw new Error(`kubectl port-forward ${target} ended`);
}

const restricted = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  runAsUser: 65_532,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};

/** Starts a pod of the tools image; `inside` gives it the label by which it may reach the gateway. */
export async function startPod(
  name: string,
  {
    args,
    env = {},
    inside,
    account = 'default',
  }: { args: string[]; env?: Record<string, string>; inside: boolean; account?: string },
): Promise<void> {
  await kubectl('delete', 'pod', name, '--ignore-not-found', '--grace-period=0', '--force');
  const labels = inside
    ? {
        'app.kubernetes.io/name': 'outlay',
        'app.kubernetes.io/instance': release,
        'app.kubernetes.io/component': 'test',
      }
    : { app: 'stranger' };
  await apply({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels },
    spec: {
      restartPolicy: 'Never',
      serviceAccountName: account,
      automountServiceAccountToken: false,
      containers: [
        {
          name: 'main',
          image: `${registry}/tools:${tag}`,
          args,
          env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
          securityContext: restricted,
        },
      ],
    },
  });
}

/** What a pod printed, once it has ended. */
export async function outputOf(name: string, seconds: number): Promise<string> {
  await until(`end of pod ${name}`, seconds, async () => {
    const { status } = await kubectlJson<{ status: { phase: string } }>('get', 'pod', name);
    return status.phase === 'Succeeded' || status.phase === 'Failed';
  });
  return kubectl('logs', name);
}

/** Does something while a steady load runs inside the cluster, and gives the load's report. */
export async function underLoad(name: string, seconds: number, work: () => Promise<void>): Promise<LoadReport> {
  const pod = `load-${name}`;
  const env = { OUTLAY_URL: `http://${release}-gateway`, PER_SECOND: '60', SECONDS: String(seconds) };
  await startPod(pod, { args: ['packages/journey/src/load-main.ts'], env, inside: true });
  await until('the load to start', 60, async () => (await kubectl('logs', pod)).includes('load started'));
  await work();
  const output = await outputOf(pod, seconds + 120);
  const report = output.split('\n').find((line) => line.startsWith('{'));
  if (!report) throw new Error(`the load gave no report: ${output}`);
  await kubectl('delete', 'pod', pod, '--wait=false');
  return JSON.parse(report) as LoadReport;
}
