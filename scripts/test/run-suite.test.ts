import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { listFailures, runSuite } from './run-suite.ts';

describe('runSuite', () => {
  let folder: string;
  let printed: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'outlay-suite-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  beforeEach(() => {
    printed = '';
  });

  const run = (test: string, timeoutMs = { whole: 9_000, afterwards: 9_000 }) => {
    const file = join(folder, 'suite.test.mjs');
    writeFileSync(file, test);
    return runSuite({
      args: [file],
      cwd: folder,
      env: { PATH: process.env.PATH, FORCE_COLOR: '1' },
      timeoutMs,
      print: (chunk) => {
        printed += chunk;
      },
    });
  };

  it('counts what passed, failed and was skipped', async () => {
    const counts = await run(
      `it('a', () => {}); it('b', () => {}); it('c', () => { throw new Error('no') }); it('d');`,
    );

    expect(counts).to.include({ passed: 2, failed: 1, skipped: 1 });
  });

  it('counts nothing failed where all passed', async () => {
    expect(await run(`it('a', () => {});`)).to.deep.equal({ passed: 1, failed: 0, skipped: 0, failures: [] });
  });

  it('counts a suite that cannot be loaded as failed', async () => {
    expect(await run('this is no JavaScript')).to.include({ passed: 0, failed: 1 });
    expect(printed).to.include('crashed');
  });

  it('counts a suite that ends in the middle as failed, whatever had passed', async () => {
    expect(await run(`it('a', () => {}); it('b', () => process.exit(0));`)).to.include({ failed: 1 });
  });

  it('counts a suite that passes and then crashes as failed', async () => {
    const counts = await run(`it('a', () => {}); process.on('exit', () => process.kill(process.pid, 'SIGKILL'));`);

    expect(counts).to.include({ passed: 1, failed: 1, skipped: 0 });
  });

  it('is not misled by what a test prints', async () => {
    expect(await run(`it('a', () => console.log('  99 passing'));`)).to.include({ passed: 1, failed: 0 });
  });

  it('ends a suite whose test hangs', async () => {
    const hangs = `it('a', function () { this.timeout(0); return new Promise(() => setInterval(() => {}, 1000)); });`;

    expect(await run(hangs, { whole: 1_500, afterwards: 1_500 })).to.include({ failed: 1 });
    expect(printed).to.include('did not end in time');
  });

  it('ends a suite that leaves something open after its last test', async () => {
    const leaves = `it('a', () => {}); setInterval(() => {}, 1000);`;

    expect(await run(leaves, { whole: 9_000, afterwards: 200 })).to.include({ passed: 1, failed: 1, skipped: 0 });
    expect(printed).to.include('left something open');
  });

  it('tells of each failure its title, its file and the first line of what was wrong, hooks and crashes among them', async () => {
    const { failures } = await run(`
      describe('sums', () => {
        it('adds', () => { throw new Error('3 is not 4\\nand more'); });
        describe('of money', () => { before(() => { throw new Error('no till'); }); it('rounds', () => {}); });
      });
      describe('the end', () => { it('comes early', () => process.exit(7)); });
    `);

    expect(failures).to.deep.equal([
      'sums adds\n  suite.test.mjs: 3 is not 4',
      'sums of money "before all" hook for "rounds"\n  suite.test.mjs: no till',
      'This suite crashed (exit code 7); it counts as one failed test.',
    ]);
    expect(listFailures(failures.slice(0, 1))).to.equal('\nFailed:\n  sums adds\n    suite.test.mjs: 3 is not 4');
  });
});
