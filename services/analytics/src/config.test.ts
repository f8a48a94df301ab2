import { ConfigError, readConfig } from '@outlay/service-kit/config.ts';
import { expect } from 'chai';
import { settings } from './config.ts';

describe('the settings of analytics', () => {
  const right = {
    WORKLOAD_ISSUER: 'https://platform.test',
    WORKLOAD_JWKS_FILE: '/var/run/jwks.json',
    WORKLOAD_TOKEN_DIR: '/var/run/tokens',
    EXPENSE_URL: 'http://expense:3002/',
    JWKS_URL: 'http://auth:3001/.well-known/jwks.json',
  };

  it('give expense five seconds for a figure unless said otherwise', () => {
    const config = readConfig(settings, right);
    expect(config).to.include({
      PORT: 3003,
      ADMIN_PORT: 9003,
      EXPENSE_TIMEOUT_MS: 5_000,
      EXPENSE_URL: 'http://expense:3002',
    });
    expect(readConfig(settings, { ...right, EXPENSE_TIMEOUT_MS: '500' }).EXPENSE_TIMEOUT_MS).to.equal(500);
  });

  it('name every variable that is wrong or missing', () => {
    const { JWKS_URL: _, ...rest } = right;
    expect(() => readConfig(settings, { ...rest, EXPENSE_URL: 'expense:3002' })).to.throw(
      ConfigError,
      'EXPENSE_URL must be a URL like http://expense:3002; JWKS_URL is not set',
    );
  });
});
