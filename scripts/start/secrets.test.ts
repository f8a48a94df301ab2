import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readSecrets } from './secrets.ts';

describe('readSecrets', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'outlay-secrets-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('keeps what the first start made', () => {
    const contents = (secrets: ReturnType<typeof readSecrets>) => [
      secrets.mongoPasswords,
      readFileSync(secrets.mongoKeyFile, 'utf8'),
      readFileSync(secrets.keyEncryptionKeyFile, 'utf8'),
    ];
    const first = contents(readSecrets(join(folder, 'secrets')));

    expect(contents(readSecrets(join(folder, 'secrets')))).to.deep.equal(first);
  });

  it('makes others for each installation, each of its own', () => {
    const one = readSecrets(join(folder, 'one')).mongoPasswords;
    const two = readSecrets(join(folder, 'two')).mongoPasswords;

    expect(new Set([one.auth, one.expense, two.auth, two.expense]).size).to.equal(4);
  });

  it('makes a key of 32 bytes for auth, in files that only their owner reads', () => {
    const { keyEncryptionKeyFile, mongoKeyFile } = readSecrets(folder);

    expect(Buffer.from(readFileSync(keyEncryptionKeyFile, 'utf8'), 'base64').length).to.equal(32);
    for (const path of [keyEncryptionKeyFile, mongoKeyFile]) expect(statSync(path).mode & 0o777).to.equal(0o600);
  });
});
