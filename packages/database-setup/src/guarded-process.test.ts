import { execFileSync, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { startGuarded } from './guarded-process.ts';

describe('startGuarded', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'outlay-guard-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('hands over output and exit code', async () => {
    const file = join(folder, 'output');
    const output = openSync(file, 'w');
    const child = startGuarded({
      command: process.execPath,
      args: ['-e', 'console.log("out"); console.error("err"); process.exitCode = 7'],
      output,
    });
    closeSync(output);

    expect(await child.exited).to.equal(7);
    expect(child.exitCode).to.equal(7);
    expect(readFileSync(file, 'utf8')).to.equal('out\nerr\n');
  });

  it('says that a program is not there by code 127', async () => {
    expect(await startGuarded({ command: join(folder, 'nothing'), args: [] }).exited).to.equal(127);
  });

  it('asks by SIGTERM and lets the program finish in its own way', async () => {
    const child = startGuarded({
      command: process.execPath,
      args: [
        '-e',
        `${announce(folder, 'polite')} process.on('SIGTERM', () => process.exit(5)); setInterval(() => {}, 1000)`,
      ],
    });
    await announced(folder, 'polite');

    await child.stop(5_000);

    expect(child.exitCode).to.equal(5);
  });

  it('leaves no helper of its own behind', async () => {
    const mark = `outlay-guard-${process.pid}`;
    const child = startGuarded({
      command: process.execPath,
      args: ['-e', `${announce(folder, 'marked')} setInterval(() => {}, 1000)`],
      env: { ...process.env, MARK: mark },
    });
    await announced(folder, 'marked');

    await child.stop(5_000);

    expect(environments().filter((each) => each.includes(mark))).to.deep.equal([]);
  });

  it('kills a program that does not listen once the grace is over', async () => {
    const child = startGuarded({
      command: process.execPath,
      args: ['-e', `process.on('SIGTERM', () => {}); ${announce(folder, 'deaf')} setInterval(() => {}, 1000)`],
    });
    const pid = await announced(folder, 'deaf');

    await child.stop(100);

    expect(child.exitCode).to.equal(137);
    await gone(pid);
  });

  it('leaves no process behind when its own process is killed by SIGKILL', async () => {
    const program = `${announce(folder, 'orphan')} setInterval(() => {}, 1000)`;
    const runner = spawn(process.execPath, [
      '--input-type=module-typescript',
      '-e',
      `import { startGuarded } from ${JSON.stringify(join(import.meta.dirname, 'guarded-process.ts'))};
       startGuarded({ command: process.execPath, args: ['-e', ${JSON.stringify(program)}] });
       setInterval(() => {}, 1000);`,
    ]);
    const pid = await announced(folder, 'orphan');

    runner.kill('SIGKILL');

    await gone(pid);
  });
});

/** Code by which a program writes its process id, so that the test knows that it runs. */
const announce = (folder: string, name: string) =>
  `const fs = require('node:fs');
   fs.writeFileSync(${JSON.stringify(join(folder, `${name}.new`))}, String(process.pid));
   fs.renameSync(${JSON.stringify(join(folder, `${name}.new`))}, ${JSON.stringify(join(folder, name))});`;

async function announced(folder: string, name: string): Promise<number> {
  for (;;) {
    try {
      return Number(readFileSync(join(folder, name), 'utf8'));
    } catch {
      await delay(20);
    }
  }
}

/** The environment of every process that we may look into. */
const environments = (): string[] =>
  process.platform === 'linux'
    ? readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .map((pid) => {
          try {
            return readFileSync(`/proc/${pid}/environ`, 'utf8');
          } catch {
            return ''; // gone, or not ours
          }
        })
    : execFileSync('ps', ['-A', '-Eww', '-o', 'command='], { encoding: 'utf8' }).split('\n');

/** Waits (until mocha's own limit) for a process to be gone. */
async function gone(pid: number): Promise<void> {
  while (isRunning(pid)) await delay(20);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A dead orphan stays in the table as a zombie until the machine's first process collects it.
    return process.platform !== 'linux' || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
