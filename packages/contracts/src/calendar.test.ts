import { expect } from 'chai';
import fc from 'fast-check';
import {
  addDays,
  addMonths,
  dateOfDay,
  dayNumber,
  daysBetween,
  daysInMonth,
  intervals,
  nextStart,
  startOf,
  today,
} from './calendar.ts';

/** Any day that an entry can have. */
const date = fc.integer({ min: dayNumber('1900-01-01'), max: dayNumber('2200-12-31') }).map(dateOfDay);

describe('calendar dates', () => {
  it('counts both ends of a period', () => {
    expect(daysBetween('2026-11-23', '2026-11-23')).to.equal(1);
    expect(daysBetween('2024-02-01', '2024-03-01')).to.equal(30);
    expect(daysBetween('1969-12-31', '1970-01-01')).to.equal(2);
  });

  it('knows the length of February by the Gregorian rule', () => {
    const lengths = ['1900-02', '2000-02', '2023-02', '2024-02', '2100-02'].map(daysInMonth);
    expect(lengths).to.deep.equal([28, 29, 28, 29, 28]);
  });

  for (const [from, months, to] of [
    ['2026-01-31', 1, '2026-02-28'],
    ['2024-01-31', 1, '2024-02-29'],
    ['2024-02-29', 12, '2025-02-28'],
    ['2026-03-15', -3, '2025-12-15'],
    ['2026-01-01', -1, '2025-12-01'],
    ['2026-12-31', 2, '2027-02-28'],
  ] as const)
    it(`says that ${from} and ${months} months make ${to}`, () => expect(addMonths(from, months)).to.equal(to));

  for (const [day, monday] of [
    ['2026-11-23', '2026-11-23'],
    ['2026-11-29', '2026-11-23'],
    ['2027-01-01', '2026-12-28'],
    ['1970-01-01', '1969-12-29'],
    ['1969-12-28', '1969-12-22'],
    ['1900-01-07', '1900-01-01'],
  ] as const)
    it(`starts the week of ${day} on Monday ${monday}`, () => expect(startOf('week', day)).to.equal(monday));

  it('lies in exactly one interval of each kind, whichever day it is', () => {
    fc.assert(
      fc.property(date, fc.constantFrom(...intervals), (day, interval) => {
        const start = startOf(interval, day);
        expect(start <= day && day < nextStart(interval, start)).to.equal(true);
        expect(startOf(interval, start)).to.equal(start);
        expect(startOf(interval, addDays(nextStart(interval, start), -1))).to.equal(start);
      }),
    );
  });

  it('has a Monday at the start of every week', () => {
    fc.assert(
      fc.property(date, (day) => {
        expect(new Date(`${startOf('week', day)}T00:00:00Z`).getUTCDay()).to.equal(1);
      }),
    );
  });

  it('is today where the person is, not where the server is', () => {
    const now = new Date('2026-12-31T11:30:00Z');
    expect(today('Pacific/Auckland', now)).to.equal('2027-01-01');
    expect(today('Europe/Berlin', now)).to.equal('2026-12-31');
    expect(today('Pacific/Pago_Pago', new Date('2027-01-01T10:30:00Z'))).to.equal('2026-12-31');
  });
});
