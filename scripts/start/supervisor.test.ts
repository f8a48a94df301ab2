import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { freePorts } from './ports.ts';
import { createSupervisor, type PartSpec } from './supervisor.ts';

describe('the supervisor', () => {
  let folder: string;
  let port: number;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'outlay-supervisor-'));
    [port = 0] = await freePorts([0]);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** A part that is ready at once, and notes in a file when it ends. */
  const part = (name: string, code = ''): PartSpec => ({
    name,
    command: process.execPath,
    args: [
      '-e',
      `const fs = require('node:fs'), http = require('node:http');
       http.createServer((request, response) => response.end()).listen(${port}, '127.0.0.1');
       process.on('SIGTERM', () => { fs.appendFileSync('ended', '${name} '); process.exit(0); });
       ${code}`,
    ],
    env: { ONLY: 'this' },
    cwd: folder,
    logPath: join(folder, 'logs', `${name}.log`),
    readyUrl: `http://127.0.0.1:${port}/readyz`,
  });

  it('starts a part, waits until it is ready and gives it its own environment only', async () => {
    const supervisor = createSupervisor();

    await supervisor.start(part('alone', 'fs.writeFileSync("env", Object.keys(process.env).join())'));

    expect(readFileSync(join(folder, 'env'), 'utf8').split(','))
      .to.include('ONLY')
      .and.not.include('HOME');
    await supervisor.stop([['alone']], 2_000);
    expect(readFileSync(join(folder, 'ended'), 'utf8')).to.equal('alone ');
  });

  it('says why a part ended before it was ready, with the last lines of its log', async () => {
    const supervisor = createSupervisor();
    const failing = part('failing', 'console.error("PORT is wrong"); process.exit(3)');

    const message = await supervisor.start(failing).catch((error: Error) => error.message);

    expect(message).to.equal(
      `failing ended by itself (exit code 3). The last lines of ${failing.logPath}:\n  PORT is wrong`,
    );
    await supervisor.stop([], 0);
  });

  it('shows what a line of JSON says', async () => {
    const supervisor = createSupervisor();
    const line = JSON.stringify({
      level: 'error',
      time: 1,
      msg: 'no database',
      err: { stack: 'Error: refused\n at x' },
    });

    await supervisor.start(part('failing', `console.log(${JSON.stringify(line)}); process.exit(1)`)).catch(() => {});

    expect((await supervisor.failure).message).to.match(/\n {2}error no database Error: refused/);
  });

  it('tells of a part that ends later, and not of one that it ended itself', async () => {
    const supervisor = createSupervisor();
    await supervisor.start(
      part('short', 'process.on("SIGUSR2", () => process.exit(4)); fs.writeFileSync("pid", "" + process.pid)'),
    );

    process.kill(Number(readFileSync(join(folder, 'pid'), 'utf8')), 'SIGUSR2');

    expect((await supervisor.failure).message).to.match(/^short ended by itself \(exit code 4\)/);
    await supervisor.stop([['short']], 1_000);
  });

  it('ends the parts in the order asked for, and kills who does not listen when the time is over', async () => {
    const supervisor = createSupervisor();
    await supervisor.start(part('first'));
    [port = 0] = await freePorts([0]);
    await supervisor.start(part('deaf', 'process.removeAllListeners("SIGTERM"); process.on("SIGTERM", () => {});'));
    [port = 0] = await freePorts([0]);
    await supervisor.start(part('last'));
    const startedAt = Date.now();

    await supervisor.stop([['first'], ['deaf'], ['last']], 1_500);

    expect(readFileSync(join(folder, 'ended'), 'utf8')).to.equal('first last ');
    expect(Date.now() - startedAt).to.be.within(900, 2_500);
  });

  it('gives up a part that is not ready when told to end', async () => {
    const told = new AbortController();
    const supervisor = createSupervisor(told.signal);
    const never = { ...part('never', 'fs.writeFileSync("runs", "")'), readyUrl: 'http://127.0.0.1:9/readyz' };
    const starting = supervisor.start(never).catch((error: Error) => error.name);
    while (!existsSync(join(folder, 'runs'))) await new Promise((resolve) => setTimeout(resolve, 10));

    told.abort();

    expect(await starting).to.equal('AbortError');
    await supervisor.stop([['never']], 2_000);
    expect(readFileSync(join(folder, 'ended'), 'utf8')).to.equal('never ');
  });
});
