import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { z } from 'zod';
import { ConfigError, mongoSettings, readConfig, serviceSettings } from './config.ts';

const settings = {
  ...serviceSettings({ port: 3002, adminPort: 9002 }),
  ...mongoSettings,
  NAME: z.string().min(1),
};
const right = { MONGODB_URI: 'mongodb://a:27017,b:27017/expense?replicaSet=rs0', NAME: 'outlay' };

describe('configuration', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'outlay-config-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('has its defaults, and reads numbers as numbers', () => {
    const config = readConfig(settings, { ...right, PORT: '0', DRAIN_MS: '250' });
    expect(config).to.include({ HOST: '0.0.0.0', PORT: 0, ADMIN_PORT: 9002, DRAIN_MS: 250, LOG_LEVEL: 'info' });
    expect(config.MONGODB_URI).to.equal(right.MONGODB_URI);
  });

  it('takes an empty variable for one that is not set', () => {
    expect(readConfig(settings, { ...right, PORT: '' }).PORT).to.equal(3002);
    expect(() => readConfig(settings, { ...right, NAME: '' })).to.throw(ConfigError, 'NAME is not set');
  });

  it('names every wrong variable at once, in one line, without the values', () => {
    const env = { MONGODB_URI: 'postgres://ada:hunter2@db/x', PORT: '70000', LOG_LEVEL: 'loud' };
    try {
      readConfig(settings, env);
      expect.fail('it was taken');
    } catch (error) {
      const { message } = error as Error;
      expect(error).to.be.instanceOf(ConfigError);
      expect(message).to.match(/^Wrong configuration: [^\n]*$/);
      for (const name of ['MONGODB_URI', 'PORT', 'LOG_LEVEL', 'NAME is not set']) expect(message).to.include(name);
      expect(message).to.not.include('hunter2');
    }
  });

  it('reads a mounted secret from the file that NAME_FILE names, without the line’s end', async () => {
    const file = join(folder, 'uri');
    await writeFile(file, 'mongodb://from-a-file/expense\n');
    const config = readConfig(settings, { NAME: 'outlay', MONGODB_URI_FILE: file });
    expect(config.MONGODB_URI).to.equal('mongodb://from-a-file/expense');
  });

  it('prefers the variable itself to the file, which need not be there then', () => {
    const config = readConfig(settings, { ...right, NAME_FILE: join(folder, 'none') });
    expect(config.NAME).to.equal('outlay');
  });

  it('names a file that is missing instead of the variable', () => {
    const env = { MONGODB_URI: right.MONGODB_URI, NAME_FILE: join(folder, 'none') };
    expect(() => readConfig(settings, env)).to.throw(ConfigError, /^Wrong configuration: NAME_FILE names no file$/);
  });
});
