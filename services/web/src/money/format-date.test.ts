import { expect } from 'chai';
import { formatDay, formatPeriod, monthPeriod, shiftMonth } from './format-date.ts';

describe('Dates on the page', () => {
  it('name today and yesterday, over the turn of a year too', () => {
    expect(formatDay('2026-11-23', '2026-11-23', 'en-US')).to.equal('Today');
    expect(formatDay('2025-12-31', '2026-01-01', 'en-US')).to.equal('Yesterday');
    expect(formatDay('2026-11-22', '2026-11-23', 'de-DE')).to.equal('Gestern');
  });

  it('name the year only where it is not this one', () => {
    expect(formatDay('2026-11-16', '2026-11-23', 'en-US')).to.equal('Monday, November 16');
    expect(formatDay('2025-11-16', '2026-11-23', 'en-US')).to.equal('Sunday, November 16, 2025');
  });

  it('call a whole month and a whole year by their names', () => {
    expect(formatPeriod('2026-02-01', '2026-02-28', 'en-US')).to.equal('February 2026');
    expect(formatPeriod('2024-02-01', '2024-02-28', 'en-US')).to.equal('Feb 1, 2024 – Feb 28, 2024');
    expect(formatPeriod('2026-01-01', '2026-12-31', 'en-US')).to.equal('2026');
    expect(formatPeriod('2026-05-05', '2026-05-05', 'en-US')).to.equal('May 5, 2026');
    expect(formatPeriod(undefined, '2026-05-05', 'en-US')).to.equal('Until May 5, 2026');
    expect(formatPeriod(undefined, undefined, 'en-US')).to.equal('All time');
  });

  it('count months over the turn of a year', () => {
    expect(shiftMonth('2026-12', 1)).to.equal('2027-01');
    expect(shiftMonth('2026-01', -1)).to.equal('2025-12');
    expect(monthPeriod('2024-02')).to.deep.equal({ from: '2024-02-01', to: '2024-02-29' });
  });
});
