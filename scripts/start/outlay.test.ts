import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { startOutlay } from './outlay.ts';
import { freePorts } from './ports.ts';

describe('npm start', function () {
  this.timeout(90_000);
  let home: string;
  let port: number;
  before(async () => {
    home = mkdtempSync(join(tmpdir(), 'outlay-run-'));
    [port = 0] = await freePorts([0]);
  });
  after(() => rmSync(home, { recursive: true, force: true }));

  /** Runs it as a person does, and reads along until it is ready. */
  async function start(...args: string[]) {
    const child = spawn(process.execPath, [join(import.meta.dirname, '../start.ts'), ...args], {
      env: { PATH: process.env.PATH, OUTLAY_HOME: home, PORT: String(port), OUTLAY_MONGOD: process.env.OUTLAY_MONGOD },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const lines: string[] = [];
    for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', (line) => lines.push(line));
    const line = async (pattern: RegExp) => {
      for (;;) {
        const found = lines.find((each) => pattern.test(each));
        if (found) return found;
        if (child.exitCode !== null) throw new Error(`it ended:\n${lines.join('\n')}`);
        await delay(20);
      }
    };
    await line(/^Outlay is ready/);
    return { child, lines, line };
  }

  it('prints a line per part and then, exactly, where it is ready', async () => {
    const { child, lines } = await start();

    const parts = ['mongod', 'auth', 'expense', 'analytics', 'gateway'];
    for (const part of parts) expect(lines.filter((line) => line.startsWith(`${part} `))).to.have.lengthOf(1);
    expect(lines.at(-1)).to.equal(`Outlay is ready: http://localhost:${port}`);
    expect((await fetch(`http://localhost:${port}/`)).status).to.equal(200);
    await end(child, 'SIGTERM');
  });

  it('keeps the demo user’s expenses over Ctrl-C and the next start, and adds nothing twice', async () => {
    const first = await start('--demo');
    expect(await first.line(/^Demo user/)).to.match(
      /^Demo user: demo@outlay\.local, password \S+ \(1[4-8]\d\d entries added\)$/,
    );
    await end(first.child, 'SIGINT');

    const second = await start('--demo');

    expect(await second.line(/^Demo user/)).to.match(/\(was there already\)$/);
    await end(second.child, 'SIGINT');
  });

  it('ends within 5 s and leaves no process, also when Ctrl-C comes several times at once', async () => {
    const { child } = await start();
    const startedAt = Date.now();

    child.kill('SIGINT');
    await delay(30);
    child.kill('SIGINT');
    await end(child, 'SIGINT');

    expect(child.exitCode).to.equal(130);
    expect(Date.now() - startedAt).to.be.below(5_000);
    expect(processesOf(home)).to.deep.equal([]);
  });

  it('leaves no process when it is killed by SIGKILL, and starts again at once', async () => {
    const { child } = await start();
    await end(child, 'SIGKILL');

    const next = await start();
    await end(next.child, 'SIGTERM');

    expect(processesOf(home)).to.deep.equal([]);
  });

  it('ends by itself when it is killed by SIGKILL: nobody waits for a database that goes at the same time', async () => {
    const { child } = await start();
    const killedAt = performance.now();

    await end(child, 'SIGKILL');
    while (processesOf(home).length > 0) await delay(50);

    expect(performance.now() - killedAt).to.be.below(8_000); // before 10 s, when their guards would end them
  });

  it('refuses to run twice on the same data, and says where it runs', async () => {
    const { child } = await start();
    const [other] = await freePorts([0]);

    const second = spawn(process.execPath, [join(import.meta.dirname, '../start.ts')], {
      env: { PATH: process.env.PATH, OUTLAY_HOME: home, PORT: String(other) },
    });
    let message = '';
    second.stderr.on('data', (chunk) => {
      message += chunk;
    });
    await once(second, 'close');

    expect(second.exitCode).to.equal(1);
    expect(message).to.include(`Outlay runs already with the data in ${home}: http://localhost:${port}`);
    await end(child, 'SIGTERM');
  });

  it('says which part ended by itself, and ends the rest', async () => {
    const { child, line } = await start();
    const expense = processesOf(home).find(({ command }) =>
      /^\S*node .*services\/expense\/src\/main\.ts/.test(command),
    );

    process.kill(expense!.pid, 'SIGKILL');

    expect(await line(/^expense ended/)).to.match(/^expense ended by itself \(signal 9\)\./);
    await ended(child);
    expect(child.exitCode).to.equal(1);
    expect(processesOf(home)).to.deep.equal([]);
  });

  it('can be started from a test, on free ports', async () => {
    const options = { home, port: 0, mongodbUri: undefined, logLevel: 'info', otlpEndpoint: undefined };
    const outlay = await startOutlay(options);

    const health = await fetch(`${outlay.adminUrls.expense}/readyz`);
    const straight = await fetch(`${outlay.serviceUrls.expense}/api/v1/ledgers`);
    await outlay.stop();

    expect(health.status).to.equal(200);
    expect(straight.status, 'without a workload token').to.equal(401);
    expect(processesOf(home)).to.deep.equal([]);
  });
});

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  child.kill(signal);
  await ended(child);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

/** What runs with this folder in its command or environment: every part of one installation, and its guards. */
function processesOf(home: string): { pid: number; command: string }[] {
  if (process.platform === 'linux')
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => ({
        pid: Number(pid),
        command: contentOf(`/proc/${pid}/cmdline`),
        env: contentOf(`/proc/${pid}/environ`),
      }))
      .filter(({ command, env }) => command.includes(home) || env.includes(home))
      .map(({ pid, command }) => ({ pid, command }));
  return execFileSync('ps', ['-A', '-Eww', '-o', 'pid=,command='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(home))
    .map((line) => ({ pid: Number.parseInt(line, 10), command: line }));
}

/** Empty for a process that is gone by now, or is not ours to look into. */
function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
