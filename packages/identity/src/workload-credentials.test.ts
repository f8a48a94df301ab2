import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Unavailable } from '@outlay/service-kit/problem.ts';
import { expect } from 'chai';
import { workloadTokenDirectory } from './workload-credentials.ts';

describe('workloadTokenDirectory', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'outlay-tokens-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('gives each callee its own token and takes up a rotated one within 10 s', async () => {
    let now = 0;
    const credentials = workloadTokenDirectory(folder, () => now);
    await writeFile(join(folder, 'expense'), 'token-1\n');
    await writeFile(join(folder, 'auth'), 'token-a\n');
    expect(await credentials.tokenFor('expense')).to.equal('token-1');
    expect(await credentials.tokenFor('auth')).to.equal('token-a');
    await writeFile(join(folder, '.next'), 'token-2\n');
    await rename(join(folder, '.next'), join(folder, 'expense'));
    expect(await credentials.tokenFor('expense')).to.equal('token-1');
    now += 10_000;
    expect(await credentials.tokenFor('expense')).to.equal('token-2');
  });

  it('says for whom a token is missing', async () => {
    const credentials = workloadTokenDirectory(folder);
    let caught: unknown;
    await credentials.tokenFor('nobody').catch((error: unknown) => {
      caught = error;
    });
    expect(caught).to.be.instanceOf(Unavailable);
    expect(caught).to.have.property('message', 'This service has no workload token for nobody.');
  });
});
