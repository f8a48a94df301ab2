/** Arithmetic on calendar dates ("2026-11-23") as text and days; no time zone can shift them. */

export const intervals = ['day', 'week', 'month', 'year'] as const;
export type Interval = (typeof intervals)[number];

/** Days since 1970-01-01 of a calendar date. */
export const dayNumber = (date: string): number => Date.parse(`${date}T00:00:00Z`) / 86_400_000;

/** The calendar date of a day number. */
export const dateOfDay = (day: number): string => new Date(day * 86_400_000).toISOString().slice(0, 10);

/** The date `days` later (earlier where negative). */
export const addDays = (date: string, days: number): string => dateOfDay(dayNumber(date) + days);

/** Days from `from` to `to`, both included. */
export const daysBetween = (from: string, to: string): number => dayNumber(to) - dayNumber(from) + 1;

/** The date `months` later; a day past the month's end becomes its last day (31 January + 1 month = 28 or 29 February). */
export function addMonths(date: string, months: number): string {
  const index = Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1 + months;
  const month = `${String(Math.floor(index / 12)).padStart(4, '0')}-${String((((index % 12) + 12) % 12) + 1).padStart(2, '0')}`;
  const day = Math.min(Number(date.slice(8, 10)), daysInMonth(month));
  return `${month}-${String(day).padStart(2, '0')}`;
}

/** Days in a month, "2026-02". */
export const daysInMonth = (month: string): number =>
  new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5, 7)), 0)).getUTCDate();

/** First day of the interval that holds the date; weeks start on Monday (ISO 8601). */
export function startOf(interval: Interval, date: string): string {
  if (interval === 'day') return date;
  // 1970-01-01 was a Thursday. The second % 7 is for the days before it, whose number is negative.
  if (interval === 'week') return addDays(date, -((((dayNumber(date) + 3) % 7) + 7) % 7));
  return interval === 'month' ? `${date.slice(0, 7)}-01` : `${date.slice(0, 4)}-01-01`;
}

/** First day of the interval after the one that starts at `start`. */
export function nextStart(interval: Interval, start: string): string {
  if (interval === 'day') return addDays(start, 1);
  if (interval === 'week') return addDays(start, 7);
  return addMonths(start, interval === 'month' ? 1 : 12);
}

/** To make one costs a tenth of a millisecond, to use it a hundredth of that. */
const formats = new Map<string, Intl.DateTimeFormat>();
/** More than there are zones, but not than there are ways to write them. */
const formatsMax = 1_000;

function formatIn(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
    if (formats.size >= formatsMax) formats.clear();
    formats.set(timeZone, format);
  }
  return format;
}

/** Today's calendar date in an IANA time zone. */
export const today = (timeZone: string, now: Date = new Date()): string => formatIn(timeZone).format(now);
