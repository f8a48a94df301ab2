import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from './settings.ts';
import { StartProblem } from './start-problem.ts';

const page = join(repositoryRoot, 'services/web');
export const webRoot = join(page, 'dist');

export interface PageOptions {
  /** The folder of the page, with vite's configuration. */
  readonly folder?: string;
  /** Files and folders beside it that the page is made of. */
  readonly alsoFrom?: readonly string[];
  readonly signal?: AbortSignal;
}

/**
 * Builds the page into `dist` where that is missing or older than its sources.
 * @returns whether it had to be built
 * @throws {StartProblem} with what vite says
 */
export async function ensurePage(options: PageOptions = {}): Promise<boolean> {
  const { folder = page, signal } = options;
  const { alsoFrom = [join(repositoryRoot, 'packages/contracts'), join(repositoryRoot, 'package-lock.json')] } =
    options;
  const dist = join(folder, 'dist');
  const wanted = await hashOf([folder, ...alsoFrom]);
  if ((await readFile(join(dist, stamp), 'utf8').catch(() => '')) === wanted) return false;
  // Built aside and moved into place: the page that is being served stays whole.
  const aside = join(folder, 'node_modules', `.page-${process.pid}`);
  try {
    await promisify(execFile)(
      process.execPath,
      [join(repositoryRoot, 'node_modules/vite/bin/vite.js'), 'build', '--outDir', aside, '--logLevel', 'warn'],
      { cwd: folder, env: { ...process.env, NODE_ENV: 'production' }, ...(signal && { signal }) },
    ).catch((error: Error & { stderr?: string }) => {
      signal?.throwIfAborted();
      throw new StartProblem(`The page could not be built:\n${(error.stderr || error.message).trim()}`);
    });
    await writeFile(join(aside, stamp), wanted);
    await rm(dist, { recursive: true, force: true });
    await rename(aside, dist);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  return true;
}

/** Says what the built page was made of. */
const stamp = '.built-from';
const notSources = new Set(['dist', 'node_modules']);

/** One hash over names and contents of all files. */
async function hashOf(paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of paths) await addTo(hash, path);
  return hash.digest('hex');
}

async function addTo(hash: ReturnType<typeof createHash>, path: string): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (!entries) {
    hash.update(`${relative(repositoryRoot, path)}\0`).update(await readFile(path));
    return;
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name } of entries)
    if (!notSources.has(name) && !/\.test\.tsx?$/.test(name)) await addTo(hash, join(path, name));
}
