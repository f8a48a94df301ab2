import { expect } from 'chai';
import { daysSoFar, readMonth, sameDaysBefore, trendPeriod } from './month.ts';

describe('The month of the overview', () => {
  it('is this month where the address names none, or nonsense', () => {
    expect(readMonth(null, '2026-11-23')).to.equal('2026-11');
    expect(readMonth('2026-13', '2026-11-23')).to.equal('2026-11');
    expect(readMonth('2025-02', '2026-11-23')).to.equal('2025-02');
  });

  it('is compared, while it runs, with the same days of the month before, however short that was', () => {
    expect(sameDaysBefore('2026-11-23')).to.deep.equal({ from: '2026-10-01', to: '2026-10-23' });
    expect(sameDaysBefore('2026-03-31')).to.deep.equal({ from: '2026-02-01', to: '2026-02-28' });
    expect(sameDaysBefore('2026-01-05')).to.deep.equal({ from: '2025-12-01', to: '2025-12-05' });
  });

  it('is averaged over the days gone by', () => {
    expect(daysSoFar('2026-11', '2026-11-23')).to.equal(23);
    expect(daysSoFar('2026-02', '2026-11-23')).to.equal(28);
  });

  it('stands among twelve months of trend that stay put while one looks through them', () => {
    const year = { from: '2025-12-01', to: '2026-11-30' };
    expect(trendPeriod('2026-11', '2026-11-23')).to.deep.equal(year);
    expect(trendPeriod('2025-12', '2026-11-23')).to.deep.equal(year);
    expect(trendPeriod('2024-02', '2026-11-23')).to.deep.equal({ from: '2023-03-01', to: '2024-02-29' });
    expect(trendPeriod('2026-12', '2026-11-23')).to.deep.equal({ from: '2026-01-01', to: '2026-12-31' });
  });
});
