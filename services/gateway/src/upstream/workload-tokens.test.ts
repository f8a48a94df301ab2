import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '@outlay/service-kit/log.ts';
import { expect } from 'chai';
import { startTestGateway } from '../testing/start-test-gateway.ts';
import { WorkloadTokens } from './workload-tokens.ts';

const log = createLog({ service: 'test', level: 'silent' });

describe('our own workload tokens', () => {
  const directory = mkdtempSync(join(tmpdir(), 'outlay-tokens-'));
  after(() => rmSync(directory, { recursive: true }));

  it('are read from the file that bears the audience’s name', () => {
    writeFileSync(join(directory, 'expense'), 'aaa.bbb.ccc\n');

    expect(new WorkloadTokens(directory, log).headerFor('expense')).to.equal(
      'x-outlay-workload-token: aaa.bbb.ccc\r\n',
    );
  });

  it('are read again when the platform rotates them, as a mounted volume does', async () => {
    const version = (name: string, token: string) => {
      mkdirSync(join(directory, name));
      writeFileSync(join(directory, name, 'auth'), token);
      symlinkSync(name, join(directory, `..${name}`));
      renameSync(join(directory, `..${name}`), join(directory, '..data'));
    };
    version('v1', 'first');
    symlinkSync('..data/auth', join(directory, 'auth'));
    const tokens = new WorkloadTokens(directory, log);
    expect(tokens.headerFor('auth')).to.equal('x-outlay-workload-token: first\r\n');

    version('v2', 'second');

    while (tokens.headerFor('auth') !== 'x-outlay-workload-token: second\r\n')
      await new Promise((resolve) => setTimeout(resolve, 20));
  });

  it('are read again before they are used where nobody has asked for long: the one that is held may have expired', () => {
    let now = 0;
    const tokens = new WorkloadTokens(directory, log, () => now);
    const file = join(directory, 'idle');
    writeFileSync(file, 'first');
    expect(tokens.headerFor('idle')).to.equal('x-outlay-workload-token: first\r\n');
    now += 20 * 60_000;
    writeFileSync(file, 'the.second');
    expect(tokens.headerFor('idle')).to.equal('x-outlay-workload-token: the.second\r\n');
    now += 20 * 60_000;
    rmSync(file);
    expect(tokens.headerFor('idle'), 'the callee decides').to.equal('x-outlay-workload-token: the.second\r\n');
  });

  it('are not taken from a file that holds no token, which could smuggle a header', () => {
    writeFileSync(join(directory, 'analytics'), 'token\r\nx-evil: 1');

    expect(new WorkloadTokens(directory, log).headerFor('analytics')).to.equal(undefined);
  });

  it('are what a request waits for: without one it is refused, not sent without', async () => {
    const gateway = await startTestGateway();
    rmSync(join(gateway.tokens, 'expense'));

    const answer = await fetch(`${gateway.url}/api/v1/ledgers`, { headers: { authorization: gateway.bearer } });

    expect(answer.status).to.equal(503);
    expect(gateway.expense.arrived).to.deep.equal([]);
    await gateway.close();
  });
});
