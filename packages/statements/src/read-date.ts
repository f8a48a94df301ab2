import { dayNumber } from '@outlay/contracts/calendar.ts';
import { calendarDate, quoted, type Reading } from './booking.ts';

export type DateOrder = 'ymd' | 'dmy' | 'mdy';
export const dateOrders: readonly DateOrder[] = ['ymd', 'dmy', 'mdy'];

/** Time of day, zone and all: a booking has a day only. */
const time = /[T ,]+\d{1,2}:\d\d.*$/s;
const numeric = /^(\d{1,4})\s*(?:[-./ ']|\. )\s*(\d{1,2})\s*([-./ ']|\. )\s*(\d{1,4})$/;
const compact = /^\d{8}$/;
const dayMonthName = /^(\d{1,2})\.?[\s/-]*(?:de )?([\p{L}]{3,12})\.?,?[\s/-]*(?:de )?(\d{4}|\d\d)$/u;
const monthNameDay = /^(\p{L}{3,12})\.?\s*(\d{1,2}),?\s*(\d{4})$/u;

/**
 * Reads a day as banks write it: numeric in the given order, with a month's name in one of several languages, or compact
 * (20260131). A four-digit year in front always means year, month, day. Two-digit years are 1970–2069; after an
 * apostrophe (QIF: 1/31'26) 2000–2099.
 * @param field how the file calls it, for the reason
 */
export function readDate(text: string, order: DateOrder, field: string): Reading<string> {
  const day = text.length > 60 ? '?' : text.replace(time, '').trim();
  const parts = dateParts(day, order);
  if (parts) return calendarDate(parts.year, parts.month, parts.day, field, text);
  if (day === '') return { wrong: `${field} is empty: a date is required.` };
  return { wrong: `${field} ${quoted(text)} is no date in the order ${orderNames[order]}.` };
}

const orderNames = { ymd: 'year, month, day', dmy: 'day, month, year', mdy: 'month, day, year' };

function dateParts(text: string, order: DateOrder): { year: number; month: number; day: number } | undefined {
  if (compact.test(text)) {
    const [first, second] = order === 'ymd' ? [4, 6] : [2, 4];
    return arrange([text.slice(0, first), text.slice(first, second), text.slice(second)], order, false);
  }
  const [, first, second, separator, third] = numeric.exec(text) ?? [];
  if (first && second && third)
    return arrange([first, second, third], first.length === 4 ? 'ymd' : order, separator === "'");
  const named = dayMonthName.exec(text) ?? monthNameDay.exec(text);
  if (!named) return undefined;
  const [day, name] = /^\d/.test(named[1]!) ? [named[1]!, named[2]!] : [named[2]!, named[1]!];
  const month = monthNames().get(plain(name));
  return month ? { year: fullYear(named[3]!, false), month, day: Number(day) } : undefined;
}

function arrange(parts: string[], order: DateOrder, isThisCentury: boolean) {
  const part = (letter: string) => parts[order.indexOf(letter)]!;
  const yearLengths = isThisCentury ? [1, 2, 4] : [2, 4];
  if (!yearLengths.includes(part('y').length) || part('m').length > 2 || part('d').length > 2) return undefined;
  return { year: fullYear(part('y'), isThisCentury), month: Number(part('m')), day: Number(part('d')) };
}

function fullYear(text: string, isThisCentury: boolean): number {
  if (text.length === 4) return Number(text);
  return Number(text) + (isThisCentury || Number(text) < 70 ? 2000 : 1900);
}

/** Month by its name without accents, long and short, from the runtime's own CLDR data; "juil" is July, "juin" June. */
const languages = ['en', 'en-GB', 'de', 'fr', 'es', 'nl', 'pt', 'it', 'sv', 'da', 'pl'];
let months: Map<string, number> | undefined;
function monthNames(): Map<string, number> {
  months ??= new Map(
    languages.flatMap((language) =>
      (['long', 'short'] as const).flatMap((length) => {
        const format = new Intl.DateTimeFormat(language, { month: length, day: 'numeric', timeZone: 'UTC' });
        return Array.from({ length: 12 }, (_, month): [string, number] => {
          const name = format.formatToParts(Date.UTC(2026, month, 5)).find(({ type }) => type === 'month')!.value;
          return [plain(name), month + 1];
        });
      }),
    ),
  );
  return months;
}

const plain = (name: string) =>
  name
    .normalize('NFD')
    .replace(/[\p{M}.]/gu, '')
    .toLowerCase();

/**
 * The order in which a file writes its dates, by all samples together.
 * @param prefersMonthFirst decides where days and months cannot be told apart at all
 * @returns undefined where no sample is a date
 */
export function inferDateOrder(samples: readonly string[], prefersMonthFirst: boolean): DateOrder | undefined {
  const readings = dateOrders
    .map((order) => ({ order, days: readableDays([...new Set(samples)], order) }))
    // "31.12.25" is also a day of 2031: where the year is put at the wrong end, a month becomes decades.
    .filter(({ order, days }) => order !== 'ymd' || samples.some((text) => /^\d{4}/.test(text)) || span(days) < 1_100);
  const most = Math.max(...readings.map(({ days }) => days.length));
  if (most === 0) return undefined;
  const likely = readings.filter(({ days }) => days.length === most);
  if (likely.length === dateOrders.length && new Set(likely.map(({ days }) => days.join())).size === 1) return 'ymd';
  // Statements are sorted by date. With three or more days, a wrong order hardly ever is.
  const sorted = likely.filter(({ days }) => new Set(days).size > 2 && isSorted(days));
  const candidates = sorted.length > 0 ? sorted : likely;
  const find = (order: DateOrder) => candidates.find((each) => each.order === order);
  const preferred = prefersMonthFirst && !samples.some((text) => text.includes('.')) ? find('mdy') : find('dmy');
  const usual = preferred ?? find('dmy') ?? find('mdy');
  const yearFirst = find('ymd');
  if (!usual || (yearFirst && span(yearFirst.days) < span(usual.days))) return 'ymd';
  return usual.order;
}

const readableDays = (samples: readonly string[], order: DateOrder): string[] =>
  samples.flatMap((text) => {
    const read = readDate(text, order, '');
    return 'value' in read ? [read.value] : [];
  });

function span(days: readonly string[]): number {
  const numbers = days.map(dayNumber);
  return Math.max(...numbers) - Math.min(...numbers);
}

function isSorted(days: readonly string[]): boolean {
  const rises = days.every((day, i) => i === 0 || days[i - 1]! <= day);
  return rises || days.every((day, i) => i === 0 || days[i - 1]! >= day);
}
