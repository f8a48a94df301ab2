/**
 * Builds every image, and pushes them where asked:
 *   npm run images -- --registry ghcr.io/outlay --tag dev [--push] [--only auth,gateway] [--target development]
 * With docker or buildah, whichever is here; or --with 'COMMAND', called as COMMAND TAG DOCKERFILE CONTEXT [FLAG…], which
 * builds and pushes. Where NODE_EXTRA_CA_CERTS names certificates that npm needs on this machine, the builds trust them too.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const root = join(import.meta.dirname, '..');

/** Image, which is also its Dockerfile target → the workspaces that it holds. */
const images = {
  gateway: ['services/gateway'],
  auth: ['services/auth'],
  expense: ['services/expense'],
  analytics: ['services/analytics'],
  tools: ['packages/database-setup', 'packages/journey'],
} as const;

const { values } = parseArgs({
  options: {
    registry: { type: 'string', default: 'ghcr.io/outlay' },
    tag: { type: 'string', default: 'dev' },
    push: { type: 'boolean', default: false },
    only: { type: 'string' },
    target: { type: 'string' },
    with: { type: 'string' },
  },
});

const has = (program: string, ...args: string[]) => spawnSync(program, args, { stdio: 'ignore' }).status === 0;
/** The docker client may stand without its engine. */
const findBuilder = () => (has('docker', 'info') ? 'docker' : has('buildah', '--version') ? 'buildah' : undefined);
const builder = values.with ? undefined : findBuilder();
if (!values.with && !builder) {
  console.error('Neither a docker engine nor buildah is here: install one of them, or name a command by --with.');
  process.exit(1);
}

const run = (program: string, ...args: string[]) => execFileSync(program, args, { cwd: root, stdio: 'inherit' });
const git = (...args: string[]) => spawnSync('git', args, { cwd: root, encoding: 'utf8' }).stdout?.trim() ?? '';
const revision = git('rev-parse', 'HEAD') || 'unknown';
// The commit's time in place of now: the same commit gives the same image.
const timestamp = git('log', '-1', '--format=%ct') || '0';

const buildArgs = (args: Record<string, string>) =>
  Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);

const certificates = process.env.NODE_EXTRA_CA_CERTS;
const trust = certificates && existsSync(certificates) ? ['--secret', `id=ca,src=${certificates}`] : [];

const only = values.only?.split(',');
for (const [name, workspaces] of Object.entries(images)) {
  if (only && !only.includes(name)) continue;
  const reference = `${values.registry}/${name}:${values.tag}`;
  const flags = ['--target', values.target ?? name, ...trust];
  flags.push(...buildArgs({ WORKSPACE: workspaces.join(' '), VERSION: values.tag, REVISION: revision }));
  if (values.with) {
    const [command, ...words] = values.with.split(' ');
    run(command!, ...words, reference, 'Dockerfile', '.', '--timestamp', timestamp, ...flags);
  } else if (builder === 'docker')
    run('docker', 'build', '--tag', reference, ...buildArgs({ SOURCE_DATE_EPOCH: timestamp }), ...flags, '.');
  else
    run('buildah', 'build', '--layers', '--format', 'oci', '--tag', reference, '--timestamp', timestamp, ...flags, '.');
  if (values.push && builder) run(builder, 'push', reference);
  console.log(`${reference} built`);
}
