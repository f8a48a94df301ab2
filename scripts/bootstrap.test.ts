import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';

describe('bootstrap.mjs', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'outlay-bootstrap-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('runs TypeScript by Node 24 from the repository’s root and hands on arguments and exit code', async () => {
    const child = start(
      'const code: number = 7; console.log(process.cwd(), ...process.argv.slice(2)); process.exit(code)',
    );

    expect(await textOf(child)).to.equal(`${join(import.meta.dirname, '..')} one --two\n`);
    expect(child.exitCode).to.equal(7);
  });

  it('passes a signal on and waits for the script to clean up', async () => {
    const child = start(`
      process.on('SIGTERM', () => setTimeout(() => { console.log('cleaned up'); process.exit(9); }, 50));
      setInterval(() => {}, 1000);
      console.log('ready');`);
    await once(child.stdout!, 'data');

    child.kill('SIGTERM');

    expect(await textOf(child)).to.equal('cleaned up\n');
    expect(child.exitCode).to.equal(9);
  });

  it('ends with the shell’s code for a script that died of a signal', async () => {
    const child = start(`process.kill(process.pid, 'SIGKILL')`);

    await once(child, 'close');
    expect(child.exitCode).to.equal(137);
  });

  it('lets the script notice that bootstrap was killed by SIGKILL', async () => {
    const marker = join(folder, 'noticed');
    const child = start(`
      import { writeFileSync } from 'node:fs';
      process.on('disconnect', () => { writeFileSync(${JSON.stringify(marker)}, 'yes'); process.exit(); });
      console.log('ready');`);
    await once(child.stdout!, 'data');

    child.kill('SIGKILL');

    await once(child.stdout!, 'close'); // the script held it too
    expect(readFileSync(marker, 'utf8')).to.equal('yes');
  });

  it('ends the script when npm is killed by SIGKILL', async () => {
    const file = join(folder, 'endless.mts');
    writeFileSync(
      file,
      `process.on('SIGTERM', () => process.exit()); setInterval(() => {}, 1000); console.log('ready');`,
    );
    // npm as bootstrap sees it: a parent that names itself in the environment.
    const bootstrap = [process.execPath, join(import.meta.dirname, 'bootstrap.mjs'), file];
    const npm = spawn(
      process.execPath,
      [
        '-e',
        `require('node:child_process').spawn(...${JSON.stringify([bootstrap[0], bootstrap.slice(1), { stdio: 'inherit' }])})`,
      ],
      { env: { ...process.env, npm_lifecycle_event: 'start' }, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await once(npm.stdout, 'data');

    npm.kill('SIGKILL');

    await once(npm.stdout, 'close'); // once bootstrap and the script are gone too
  });

  function start(script: string): ChildProcess {
    const file = join(folder, `${Math.random()}.mts`);
    writeFileSync(file, script);
    const bootstrap = join(import.meta.dirname, 'bootstrap.mjs');
    return spawn(process.execPath, [bootstrap, file, 'one', '--two'], { stdio: ['ignore', 'pipe', 'inherit'] });
  }
});

async function textOf(child: ChildProcess): Promise<string> {
  let text = '';
  child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  await once(child, 'close');
  return text;
}
