import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { claimHome } from './home.ts';

describe('claimHome', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'outlay-home-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('makes the folder, for its owner only', async () => {
    const claim = await claimHome(join(folder, 'a/b'));

    expect(statSync(join(folder, 'a/b')).mode & 0o777).to.equal(0o700);
    await claim.release();
  });

  it('refuses a folder that another has, and says where that one is', async () => {
    const claim = await claimHome(folder);
    claim.announce('http://localhost:8080');

    const message = await claimHome(folder).catch((error: Error) => error.message);

    expect(message).to.equal(
      `Outlay runs already with the data in ${folder}: http://localhost:8080. ` +
        'Stop it by Ctrl-C where it runs, or choose another folder by OUTLAY_HOME.',
    );
    await claim.release();
  });

  it('gives it to the next once it is released', async () => {
    await (await claimHome(folder)).release();

    const claim = await claimHome(folder);

    expect(claim.wasKilled).to.equal(false);
    await claim.release();
  });

  it('gives it to the next once an owner that is ending has ended', async () => {
    const claim = await claimHome(folder);
    claim.announceEnd();
    const next = claimHome(folder);

    const first = await Promise.race([next, new Promise((resolve) => setTimeout(resolve, 300, 'still waiting'))]);
    await claim.release();

    expect(first).to.equal('still waiting');
    await (await next).release();
  });

  it('gives it to the next when the owner was killed by SIGKILL', async () => {
    const module = JSON.stringify(join(import.meta.dirname, 'home.ts'));
    const owner = spawn(process.execPath, [
      '--input-type=module-typescript',
      '-e',
      `import { claimHome } from ${module};
       await claimHome(${JSON.stringify(folder)}); console.log('claimed'); setInterval(() => {}, 1000);`,
    ]);
    await once(owner.stdout, 'data');
    owner.kill('SIGKILL');
    await once(owner, 'exit');

    const claim = await claimHome(folder);

    expect(claim.wasKilled).to.equal(true);
    await claim.release();
  });

  it('says in a line that the folder cannot be made', async () => {
    writeFileSync(join(folder, 'file'), '');

    const message = await claimHome(join(folder, 'file/home')).catch((error: Error) => error.message);

    expect(message).to.match(/^OUTLAY_HOME names .*file\/home, which cannot be made a folder \(ENOTDIR[^\n]*$/);
  });
});
