import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { freePorts } from './start/ports.ts';

describe('npm start, where it cannot start', function () {
  this.timeout(30_000);
  let home: string;
  before(() => {
    home = mkdtempSync(join(tmpdir(), 'outlay-start-'));
  });
  after(() => rmSync(home, { recursive: true, force: true }));

  /** Runs to its end; what it says on standard error is what a person has to go by. */
  async function start(env: NodeJS.ProcessEnv, ...args: string[]) {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'start.ts'), ...args], {
      env: { PATH: process.env.PATH, OUTLAY_HOME: home, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { code: child.exitCode, stdout, stderr };
  }

  it('says which variable is wrong', async () => {
    expect(await start({ PORT: 'abc' })).to.deep.equal({
      code: 1,
      stdout: '',
      stderr: 'PORT is "abc", but must be a port number from 1 to 65535.\n',
    });
  });

  it('says that the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;

    const { code, stderr } = await start({ PORT: String(port) });

    other.close();
    expect(code).to.equal(1);
    expect(stderr).to.equal(
      `Port ${port} is taken. Stop what listens there, or choose another port: PORT=${port + 1} npm start\n`,
    );
  });

  it('says that there is no mongod where one was named, and ends what had started', async () => {
    const [port] = await freePorts([0]);

    const { code, stderr } = await start({ PORT: String(port), OUTLAY_MONGOD: '/bin/false' });

    expect(code).to.equal(1);
    expect(stderr).to.equal('OUTLAY_MONGOD names /bin/false, which does not run as a mongod.\n');
    expect(await freePorts([port!])).to.deep.equal([port]);
  });

  it('says what it does not know, and where to read what it does', async () => {
    const { code, stderr } = await start({}, '--verbose');

    expect(code).to.equal(1);
    expect(stderr).to.equal("Unknown option '--verbose'. `npm start -- --help` shows what there is.\n");
  });

  it('shows its options when asked', async () => {
    const { code, stdout } = await start({}, '--help');

    expect(code).to.equal(0);
    expect(stdout).to.include('--demo').and.include('OUTLAY_HOME');
  });
});
