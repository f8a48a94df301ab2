import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '@outlay/service-kit/config.ts';
import { expect } from 'chai';
import { parse } from 'yaml';
import { readAuthConfig } from './config.ts';

const key = Buffer.alloc(32, 7);
const enough = { MONGODB_URI: 'mongodb://a,b/auth?replicaSet=rs0', KEY_ENCRYPTION_KEY: key.toString('base64') };
const errorOf = (env: NodeJS.ProcessEnv): string => {
  try {
    readAuthConfig(env);
  } catch (error) {
    expect(error).to.be.instanceOf(ConfigError);
    return (error as Error).message;
  }
  return 'no error';
};

describe('the configuration of auth', () => {
  it('needs a database and a key, and has a default for the rest', () => {
    expect(readAuthConfig(enough)).to.deep.include({
      PORT: 3001,
      ADMIN_PORT: 9001,
      USER_TOKEN_ISSUER: 'https://outlay.local',
      USER_TOKEN_AUDIENCE: 'outlay-api',
      USER_TOKEN_ALGORITHM: 'ES256',
      ACCESS_TOKEN_SECONDS: 600,
      KEY_ROTATION_HOURS: 168,
    });
    expect(errorOf({})).to.equal('Wrong configuration: MONGODB_URI is not set; KEY_ENCRYPTION_KEY is not set');
  });

  it('has the defaults that the chart has', async () => {
    const { auth, userTokens } = parse(
      await readFile(join(import.meta.dirname, '../../../charts/outlay/values.yaml'), 'utf8'),
    );
    expect(readAuthConfig(enough)).to.deep.include({
      USER_TOKEN_ISSUER: userTokens.issuer,
      USER_TOKEN_AUDIENCE: userTokens.audience,
      USER_TOKEN_ALGORITHM: auth.tokenAlgorithm,
      ACCESS_TOKEN_SECONDS: auth.accessTokenSeconds,
      KEY_ROTATION_HOURS: auth.keyRotationHours,
      KEY_PUBLISH_AHEAD_SECONDS: auth.keyPublishAheadSeconds,
    });
  });

  it('takes the key from a file, with the newline that editors leave', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'outlay-kek-'));
    try {
      const file = join(folder, 'kek');
      await writeFile(file, `${enough.KEY_ENCRYPTION_KEY}\n`);
      const config = readAuthConfig({ MONGODB_URI: enough.MONGODB_URI, KEY_ENCRYPTION_KEY_FILE: file });
      expect(config.KEY_ENCRYPTION_KEY).to.deep.equal(key);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  const wrong: [name: string, value: string, message: string][] = [
    ['KEY_ENCRYPTION_KEY', 'c2hvcnQ=', 'must be 32 bytes in base64 (openssl rand -base64 32)'],
    ['KEY_ENCRYPTION_KEY', `${key.toString('base64')}!`, 'must be 32 bytes in base64 (openssl rand -base64 32)'],
    ['MONGODB_URI', 'localhost:27017', 'must start with mongodb:// or mongodb+srv://'],
    ['USER_TOKEN_ALGORITHM', 'HS256', 'Invalid option: expected one of "ES256"|"RS256"'],
    ['ACCESS_TOKEN_SECONDS', '601', 'Too big: expected number to be <=600'],
    ['KEY_ROTATION_HOURS', '0', 'Too small: expected number to be >=0.001'],
  ];
  for (const [name, value, message] of wrong)
    it(`refuses ${name}=${name === 'KEY_ENCRYPTION_KEY' ? `${value.length} characters` : value} in a line that does not repeat it`, () => {
      const error = errorOf({ ...enough, [name]: value });
      expect(error).to.equal(`Wrong configuration: ${name} ${message}`);
    });
});
