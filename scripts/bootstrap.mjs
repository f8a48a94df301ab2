// The first step of every npm script, in plain JavaScript for whatever Node (≥ 20) a machine has: installs what
// package-lock.json asks for where it is not there yet, then runs a TypeScript file by the Node 24 that came with it.
//   node scripts/bootstrap.mjs scripts/start.ts …arguments
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = join(root, 'node_modules', '.bin');
const [script, ...args] = process.argv.slice(2);

const majorOf = (version) => Number(/^v?(\d+)/.exec(version)?.[1] ?? 0);
const fail = (line) => {
  console.error(line);
  process.exit(1);
};

if (majorOf(process.version) < 20) fail(`Outlay needs Node 20 or newer to install itself; this is ${process.version}.`);
if (!script) fail('Usage: node scripts/bootstrap.mjs FILE.ts [arguments]');

if (!isInstalled()) install();
run(findNode());

/**
 * Compares the lock file with npm's own account of what it last put into node_modules, which it writes when it is
 * done. So an install by hand counts too, and one that was cut off does not.
 */
function isInstalled() {
  try {
    const packagesOf = (file) => JSON.parse(readFileSync(join(root, file), 'utf8')).packages;
    const wanted = packagesOf('package-lock.json');
    const present = packagesOf('node_modules/.package-lock.json');
    return Object.entries(wanted).every(([path, { version, integrity, optional, peer }]) => {
      const found = present[path];
      if (path === '' || (!found && (optional || peer))) return true; // ourselves; what other platforms need
      return found && found.version === version && found.integrity === integrity;
    });
  } catch {
    return false;
  }
}

function install() {
  const startedAt = Date.now();
  console.error('Installing packages (npm ci, takes about half a minute the first time)');
  // npm names itself to the scripts it runs; beside it, the one on the PATH.
  const npm = process.env.npm_execpath?.endsWith('npm-cli.js') ? [process.execPath, process.env.npm_execpath] : ['npm'];
  const [command, ...before] = [...npm, 'ci', '--no-audit', '--no-fund'];
  const { status, signal, error, stdout, stderr } = spawnSync(command, before, { cwd: root, encoding: 'utf8' });
  if (signal) process.exit(128 + constants.signals[signal]);
  if (error) fail(`npm cannot be run (${error.message}). Install Node 20 or newer with npm.`);
  if (status !== 0) {
    const reasons = (stderr || stdout).split('\n').filter((line) => !line.startsWith('npm warn'));
    console.error(reasons.slice(0, 12).join('\n'));
    fail('npm ci failed, see above. Once its reason is gone (often the network), start again.');
  }
  console.error(`Installed in ${((Date.now() - startedAt) / 1000).toFixed(0)} s`);
}

function findNode() {
  const local = join(bin, 'node');
  const { stdout } = spawnSync(local, ['--version'], { encoding: 'utf8' });
  if (majorOf(stdout ?? '') >= 24) return local;
  if (majorOf(process.version) >= 24) return process.execPath;
  return fail(
    'node_modules/.bin/node does not run: npm was kept from running the install script of the package `node`. ' +
      'Run `npm rebuild node --ignore-scripts=false`, or start with Node 24 or newer.',
  );
}

function run(node) {
  const child = spawn(node, [resolve(root, script), ...args], {
    cwd: root,
    // Over the channel the script notices when we are killed by SIGKILL.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: {
      NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'node'),
      ...process.env,
      PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
    },
  });
  // A terminal sends Ctrl-C to both of us, `kill` only to one: pass it on, and stay until the script has cleaned up.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  // npm that is killed by SIGKILL passes on nothing: we only see that another process became our parent.
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event)
    setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 1_000).unref();
  child.once('error', (error) => fail(`${node} cannot be run: ${error.message}`));
  child.once('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}
