import { daysBetween } from '@outlay/contracts/calendar.ts';
import { ValidationFailed } from '@outlay/service-kit/problem.ts';
import { expect } from 'chai';
import fc from 'fast-check';
import { dateBetween } from '../../test/naive-model.ts';
import { datesOnEarth, periodBefore, readPeriod } from './period.ts';

const wrongParameter = (read: () => unknown): string | undefined => {
  try {
    read();
  } catch (error) {
    if (error instanceof ValidationFailed) return error.errors?.[0]?.parameter;
    throw error;
  }
  return undefined;
};

describe('the period that a request means', () => {
  const on = '2026-11-23';

  it('is this month where nothing is said', () => {
    expect(readPeriod({}, on)).to.deep.equal({ from: '2026-11-01', to: '2026-11-30' });
    expect(readPeriod({}, '2024-02-10')).to.deep.equal({ from: '2024-02-01', to: '2024-02-29' });
  });

  it('is the twelve months up to this one for a series', () => {
    expect(readPeriod({}, on, 12)).to.deep.equal({ from: '2025-12-01', to: '2026-11-30' });
    expect(readPeriod({ to: '2024-03-15' }, on, 12)).to.deep.equal({ from: '2023-04-01', to: '2024-03-15' });
  });

  for (const [unit, from, to] of [
    ['day', '2026-11-23', '2026-11-23'],
    ['week', '2026-11-23', '2026-11-29'],
    ['month', '2026-11-01', '2026-11-30'],
    ['year', '2026-01-01', '2026-12-31'],
  ] as const)
    it(`is the present ${unit} where that is asked for`, () => {
      expect(readPeriod({}, on, 1, unit)).to.deep.equal({ from, to });
      expect(readPeriod({ from: '2026-01-01' }, on, 1, unit)).to.deep.equal({ from: '2026-01-01', to });
    });

  it('goes on to the end of this month from a given first day, and starts with the month of a given last day', () => {
    expect(readPeriod({ from: '2026-01-15' }, on)).to.deep.equal({ from: '2026-01-15', to: '2026-11-30' });
    expect(readPeriod({ to: '2024-05-20' }, on)).to.deep.equal({ from: '2024-05-01', to: '2024-05-20' });
  });

  it('never starts before the calendar of entries', () => {
    expect(readPeriod({ to: '1900-03-31' }, on, 12)).to.deep.equal({ from: '1900-01-01', to: '1900-03-31' });
  });

  it('is refused where it ends before it starts, naming the parameter that can mend it', () => {
    expect(wrongParameter(() => readPeriod({ from: '2026-11-02', to: '2026-11-01' }, on))).to.equal('to');
    expect(wrongParameter(() => readPeriod({ from: '2026-12-01' }, on))).to.equal('from');
  });
});

describe('the period before', () => {
  for (const [from, to, fromBefore, toBefore, why] of [
    ['2026-03-01', '2026-03-31', '2026-02-01', '2026-02-28', 'a whole month: the month before, though it is shorter'],
    ['2024-02-01', '2024-02-29', '2024-01-01', '2024-01-31', 'a leap February: all of January'],
    ['2026-01-01', '2026-12-31', '2025-01-01', '2025-12-31', 'a whole year: the year before'],
    ['2025-01-01', '2025-12-31', '2024-01-01', '2024-12-31', 'a year after a leap year: its 366 days'],
    ['2026-01-01', '2026-03-31', '2025-10-01', '2025-12-31', 'a quarter: the quarter before'],
    ['2025-11-01', '2026-02-28', '2025-07-01', '2025-10-31', 'four months across a new year'],
    ['2026-11-23', '2026-11-29', '2026-11-16', '2026-11-22', 'a week: the seven days before'],
    ['2026-03-01', '2026-03-30', '2026-01-30', '2026-02-28', 'a part of a month: as many days'],
    ['2026-03-02', '2026-03-31', '2026-01-31', '2026-03-01', 'a part of a month at its end'],
    ['2026-11-23', '2026-11-23', '2026-11-22', '2026-11-22', 'a day: the day before'],
  ] as const)
    it(`of ${from} to ${to} (${why})`, () => {
      expect(periodBefore({ from, to })).to.deep.equal({ from: fromBefore, to: toBefore });
    });

  it('ends on the eve, and is as long unless both are made of whole months', () => {
    const date = dateBetween('1990-01-01', '2060-12-31');
    fc.assert(
      fc.property(date, date, (a, b) => {
        const period = a < b ? { from: a, to: b } : { from: b, to: a };
        const before = periodBefore(period);
        expect(daysBetween(before.to, period.from)).to.equal(2);
        if (!period.from.endsWith('-01'))
          expect(daysBetween(before.from, before.to)).to.equal(daysBetween(period.from, period.to));
      }),
    );
  });

  it('is refused where the calendar of entries has no room for it', () => {
    expect(wrongParameter(() => periodBefore({ from: '1900-01-15', to: '1900-02-20' }))).to.equal('from');
  });
});

describe('today, somewhere on earth', () => {
  for (const [now, dates] of [
    ['2026-11-30T09:59:59Z', ['2026-11-29', '2026-11-30']],
    ['2026-11-30T10:00:00Z', ['2026-11-29', '2026-11-30', '2026-12-01']],
    ['2026-11-30T12:00:00Z', ['2026-11-30', '2026-12-01']],
    ['2026-12-01T00:00:00Z', ['2026-11-30', '2026-12-01']],
  ] as const)
    it(`is ${dates.join(' or ')} at ${now}`, () => expect(datesOnEarth(new Date(now))).to.deep.equal(dates));
});
