import { join } from 'node:path';
import { expect } from 'chai';
import { repositoryRoot } from '../start/settings.ts';
import { planSuites } from './plan-suites.ts';

describe('planSuites', () => {
  const plan = (args: readonly string[], from = repositoryRoot) => planSuites(args, from);
  const unit = 'services/auth/src/sessions/login.test.ts';
  const endToEnd = 'test/e2e/page.test.ts';

  it('runs everything where nothing is named', () => {
    const { units, endToEnd } = plan([]);
    expect(units).to.include('{packages,services,scripts,test}/**/*.test.ts');
    expect(endToEnd).to.deep.equal(['test/e2e/**/*.test.ts']);
  });

  it('runs each file that is named where it belongs, and nothing else', () => {
    expect(plan([unit])).to.deep.equal({ units: [unit], endToEnd: [] });
    expect(plan([endToEnd, unit])).to.deep.equal({ units: [unit], endToEnd: [endToEnd] });
  });

  it('takes files as they are named from the folder where npm was called', () => {
    const from = join(repositoryRoot, 'services/auth');
    expect(plan(['src/sessions/login.test.ts', join(repositoryRoot, endToEnd)], from)).to.deep.equal({
      units: [unit],
      endToEnd: [endToEnd],
    });
  });

  for (const flags of [
    ['-g', 'log in'],
    ['--grep=log in', '--bail'],
    ['-b', '-g', 'test/e2e'],
    ['--retries', '2'],
  ])
    it(`gives ${flags.join(' ')} to every run, with files before it, behind it or none at all`, () => {
      const everything = plan([]);
      expect(plan(flags)).to.deep.equal({
        units: [...everything.units, ...flags],
        endToEnd: [...everything.endToEnd, ...flags],
      });
      for (const args of [
        [unit, endToEnd, ...flags],
        [...flags, unit, endToEnd],
        [unit, ...flags, endToEnd],
      ])
        expect(plan(args)).to.deep.equal({ units: [unit, ...flags], endToEnd: [endToEnd, ...flags] });
      expect(plan([unit, ...flags]).endToEnd).to.deep.equal([]);
    });
});
