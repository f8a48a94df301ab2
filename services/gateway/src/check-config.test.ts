import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const main = fileURLToPath(new URL('main.ts', import.meta.url));
const shipped = fileURLToPath(new URL('../gateway.yaml', import.meta.url));

describe('gateway --check', () => {
  const directory = mkdtempSync(join(tmpdir(), 'outlay-gateway-'));
  after(() => rmSync(directory, { recursive: true }));

  const check = (...files: string[]) => {
    const { status, stdout } = spawnSync(process.execPath, [main, '--check', ...files], {
      env: { PATH: process.env.PATH },
      encoding: 'utf8',
    });
    return { status, lines: stdout.trim().split('\n') };
  };

  it('takes the shipped file, without credentials or services', () => {
    const { status, lines } = check(shipped);

    expect(status).to.equal(0);
    expect(lines).to.have.length(1);
    expect(lines[0]).to.match(/gateway\.yaml is good: 1 listeners, \d+ routes, 4 clusters$/);
  });

  it('gives a line for each wrong place, of every file, and 1', () => {
    const file = join(directory, 'wrong.yaml');
    writeFileSync(file, 'admin: { port: x }\nlisteners: []\nclusters: []\njwt_authn: { providers: {} }\n');

    const { status, lines } = check(file, shipped, join(directory, 'missing.yaml'));

    expect(status).to.equal(1);
    expect(lines[0]).to.match(new RegExp(`^${file}:1 admin\\.port `));
    expect(lines[1]).to.match(new RegExp(`^${file}:2 listeners `));
    expect(lines.at(-2)).to.match(/is good/);
    expect(lines.at(-1)).to.match(/missing\.yaml ENOENT/);
  });

  it('says how to use it where no file is named, and 2', () => {
    expect(check()).to.deep.equal({ status: 2, lines: ['use: --check FILE…'] });
  });
});
