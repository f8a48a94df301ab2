import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const chart = join(import.meta.dirname, '../../charts/outlay');

/** Helm, without a cluster to ask, must be told which Kubernetes to render for. */
export const kubeVersion = '1.34.0';

export const hasHelm = (): boolean => spawnSync('helm', ['version', '--short'], { stdio: 'ignore' }).status === 0;

/** `helm template`, with what differs from run to run (generated secrets) made equal. */
export function renderChart(args: readonly string[], namespace = 'outlay'): string {
  const helm = spawnSync(
    'helm',
    ['template', 'outlay', chart, '--namespace', namespace, '--kube-version', kubeVersion, ...args],
    {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  if (helm.status !== 0) throw new Error(helm.stderr || String(helm.error));
  return helm.stdout.replaceAll(
    /^( {2}(?:keyfile|auth-password|expense-password|key-encryption-key): ).+$/gm,
    '$1R0VORVJBVEVE',
  );
}

/** The plain manifests of k8s/: the chart with Secrets that `kubectl apply -k` makes, less what only Helm runs. */
export function plainManifests(): string {
  const manifests = renderChart([
    '--no-hooks',
    '--set',
    'mongodb.existingSecret=outlay-mongodb,auth.keyEncryptionKey.existingSecret=outlay-auth',
  ]);
  return `# Rendered from charts/outlay by npm run generate; change the chart, not this.\n${manifests.replaceAll('managed-by: Helm', 'managed-by: kubectl')}`;
}
