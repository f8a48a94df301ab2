import {
  addDays,
  addMonths,
  dateOfDay,
  daysBetween,
  daysInMonth,
  type Interval,
  nextStart,
  startOf,
} from '@outlay/contracts/calendar.ts';
import { ValidationFailed } from '@outlay/service-kit/problem.ts';

/** Calendar days from the first to the last, both included. */
export interface Period {
  readonly from: string;
  readonly to: string;
}

/** What a request says of its period. */
export interface PeriodWish {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** The first day that an entry can have (contracts' CalendarDate). */
const firstDay = '1900-01-01';

const endOfMonth = (date: string) => `${date.slice(0, 7)}-${daysInMonth(date.slice(0, 7))}`;

/**
 * The period that is meant where today is `today`: up to the end of this month, or other unit, unless said otherwise.
 * @param unitsDefault whole units up to `to`, its own among them, where `from` is not given; months only, where more than one
 * @throws {ValidationFailed} naming the parameter where the period would end before it starts
 */
export function readPeriod(wish: PeriodWish, today: string, unitsDefault = 1, unit: Interval = 'month'): Period {
  const to = wish.to ?? addDays(nextStart(unit, startOf(unit, today)), -1);
  const start = unitsDefault > 1 ? addMonths(startOf('month', to), 1 - unitsDefault) : startOf(unit, to);
  const from = wish.from ?? (start < firstDay ? firstDay : start);
  if (from > to)
    throw wish.to
      ? refuse('to', 'must not lie before `from`')
      : refuse('from', `must not lie after ${to}, where \`to\` is not given`);
  return { from, to };
}

/**
 * The period before, for comparison: as many whole months where the period is made of whole calendar months (so that March is
 * compared with all of February, and a year with the year before), else as many days.
 * @throws {ValidationFailed} where it would start before the calendar of entries does
 */
export function periodBefore({ from, to }: Period): Period {
  const months = wholeMonths({ from, to });
  const start = months ? addMonths(from, -months) : addDays(from, -daysBetween(from, to));
  if (start < firstDay)
    throw refuse('from', `leaves no room after ${firstDay} for a period of the same length before it`);
  return { from: start, to: addDays(from, -1) };
}

/** How many calendar months the period is made of; 0 where it holds a part of one. */
function wholeMonths({ from, to }: Period): number {
  if (from !== startOf('month', from) || to !== endOfMonth(to)) return 0;
  const index = (date: string) => Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7));
  return index(to) - index(from) + 1;
}

/** Every date that it is somewhere on earth at an instant, from UTC−12 to UTC+14: two or three. */
export function datesOnEarth(now: Date): string[] {
  const dates = [-12, 0, 14].map((hours) => dateOfDay(Math.floor((now.getTime() + hours * 3_600_000) / 86_400_000)));
  return [...new Set(dates)];
}

export const refuse = (parameter: string, detail: string): ValidationFailed =>
  new ValidationFailed(`Wrong: ${parameter}.`, { errors: [{ parameter, detail }] });
