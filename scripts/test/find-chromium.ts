import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const onMac = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** The browser of the end-to-end suite: CHROMIUM_PATH, else one on the PATH, else a Mac's usual place. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  if (env.CHROMIUM_PATH) return env.CHROMIUM_PATH;
  const folders = (env.PATH ?? '').split(delimiter);
  const candidates = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...candidates, ...(process.platform === 'darwin' ? onMac : [])].find(isExecutable);
}

/** Where we are root on a Debian or Ubuntu, as on CI and in containers, the browser comes from the system's packages. */
export function installChromium(log: (line: string) => void): void {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return;
  log('Installing Chromium by apt-get, for the tests of the page');
  const options = {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    encoding: 'utf8' as const,
    timeout: 10 * 60_000,
  };
  spawnSync('apt-get', ['update', '--quiet'], options);
  const { status, stderr } = spawnSync('apt-get', ['install', '--yes', '--no-install-recommends', 'chromium'], options);
  if (status !== 0) log(`apt-get could not install it: ${stderr?.trim().split('\n').at(-1) ?? 'no time left'}`);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
