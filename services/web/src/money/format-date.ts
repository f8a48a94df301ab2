import { addDays, addMonths, daysInMonth } from '@outlay/contracts/calendar.ts';

/** Calendar dates are formatted as UTC midnights, so that no time zone can shift them. */
const instant = (date: string) => Date.parse(`${date}T00:00:00Z`);
const formatter = (options: Intl.DateTimeFormatOptions) => {
  const made = new Map<string | undefined, Intl.DateTimeFormat>();
  return (date: string, locale?: string): string => {
    const found = made.get(locale) ?? new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' });
    made.set(locale, found);
    return found.format(instant(date));
  };
};

/** "Nov 23, 2026" */
export const formatDate = formatter({ day: 'numeric', month: 'short', year: 'numeric' });
/** "November 2026" */
export const formatMonth = formatter({ month: 'long', year: 'numeric' });
/** "Nov" */
export const formatMonthShort = formatter({ month: 'short' });
/** "November" */
export const formatMonthName = formatter({ month: 'long' });
/** "Nov 23" */
const formatDayOfYear = formatter({ day: 'numeric', month: 'short' });
const formatWeekday = formatter({ weekday: 'long', day: 'numeric', month: 'long' });
const formatWeekdayYear = formatter({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });

/** A day as a heading: "Today", "Yesterday", "Monday, November 16", and with the year where it is not this one. */
export function formatDay(date: string, today: string, locale?: string): string {
  const relative = date === today ? 0 : date === addDays(today, -1) ? -1 : undefined;
  if (relative !== undefined) {
    const text = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(relative, 'day');
    return text.charAt(0).toLocaleUpperCase(locale) + text.slice(1);
  }
  return date.slice(0, 4) === today.slice(0, 4) ? formatWeekday(date, locale) : formatWeekdayYear(date, locale);
}

/** A day in few letters: "Nov 23", with the year where it is not this one. */
export const formatDayShort = (date: string, today: string, locale?: string): string =>
  date.slice(0, 4) === today.slice(0, 4) ? formatDayOfYear(date, locale) : formatDate(date, locale);

/** First and last day of a month, "2026-02". */
export const monthPeriod = (month: string): { from: string; to: string } => ({
  from: `${month}-01`,
  to: `${month}-${daysInMonth(month)}`,
});

/** The month `count` later: "2026-12" + 1 = "2027-01". */
export const shiftMonth = (month: string, count: number): string => addMonths(`${month}-01`, count).slice(0, 7);

/** A period in words: "November 2026", "2026", or both its ends. Undefined ends are open. */
export function formatPeriod(from: string | undefined, to: string | undefined, locale?: string): string {
  if (from && to) {
    const month = from.slice(0, 7);
    if (from === `${month}-01` && to === monthPeriod(month).to) return formatMonth(from, locale);
    const year = from.slice(0, 4);
    if (from === `${year}-01-01` && to === `${year}-12-31`) return year;
    return from === to ? formatDate(from, locale) : `${formatDate(from, locale)} – ${formatDate(to, locale)}`;
  }
  if (from) return `Since ${formatDate(from, locale)}`;
  return to ? `Until ${formatDate(to, locale)}` : 'All time';
}
