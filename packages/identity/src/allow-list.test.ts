import { expect } from 'chai';
import { isAllowed } from './allow-list.ts';

describe('isAllowed', () => {
  const rules = [
    { paths: '/internal/*', callers: ['analytics'] },
    { paths: '/api/v1/ledgers*', callers: ['gateway', 'analytics'] },
    { paths: '/exact', callers: ['gateway'] },
  ];
  const cases: [path: string, caller: string, allowed: boolean][] = [
    ['/internal/v1/figures', 'analytics', true],
    ['/internal/v1/figures', 'gateway', false],
    ['/api/v1/ledgers', 'gateway', true],
    ['/api/v1/ledgers/default/expenses', 'gateway', true],
    ['/exact', 'gateway', true],
    ['/exact/', 'gateway', false],
    ['/exact/below', 'gateway', false],
    ['/elsewhere', 'gateway', false],
    ['/internal', 'analytics', false],
    ['/exact', '', false],
  ];
  for (const [path, caller, allowed] of cases)
    it(`${allowed ? 'lets' : 'does not let'} ${caller || 'nobody'} call ${path}`, () => {
      expect(isAllowed(rules, path, caller)).to.equal(allowed);
    });

  it('goes by the first rule that fits, so that a wide one below opens nothing above it', () => {
    const withFallback = [...rules, { paths: '/*', callers: ['gateway'] }];
    expect(isAllowed(withFallback, '/internal/v1/figures', 'gateway')).to.equal(false);
    expect(isAllowed(withFallback, '/elsewhere', 'gateway')).to.equal(true);
  });

  it('lets nobody call anything where there are no rules', () => {
    expect(isAllowed([], '/', 'gateway')).to.equal(false);
  });
});
