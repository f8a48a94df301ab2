import { daysInMonth } from '@outlay/contracts/calendar.ts';
import { amountMax, formatDecimal, minorDigits, parseDecimal } from '@outlay/contracts/minor-units.ts';
import { currencies } from '@outlay/contracts/money.ts';
import type { ReadRow } from './statement.ts';

/** A value, or the sentence that says why there is none. */
export type Reading<T> = { value: T } | { wrong: string };

/** Minor units, negative where money left the account. */
export type Money = { minor: number; currency: string };

export type Draft = {
  line: number;
  date: Reading<string>;
  money: Reading<Money>;
  /** The booking takes another one back: what comes in by it is no income. */
  isReversal?: boolean | undefined;
  payee?: string | undefined;
  note?: string | undefined;
  bankId?: string | undefined;
  account?: string | undefined;
  categoryName?: string | undefined;
};

const knownCurrencies = new Set(currencies);

// Patterns stand out here because within a function they are made anew for each of a hundred thousand rows.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is dropped
const blanks = /[\s\u0000-\u001f\u007f-\u009f]+/g;
const halfPair = /[\ud800-\udbff]$/;
const decimalText = /^[+-]?(?:\d+(?:\.(\d*))?|\.(\d+))$/;
const zerosAtEnd = /0+$/;

/** Text of a file as it may stand in a sentence: one line and short. */
export const quoted = (text: string): string => `"${oneLine(text, 40)}"`;

/** Collapses white space, drops control characters, and cuts without leaving half of a surrogate pair. */
export function oneLine(text: string, max: number): string {
  // A field may be 16 kB long: enough is taken for `max` characters behind a lot of white space.
  const line = text
    .slice(0, max * 4)
    .replace(blanks, ' ')
    .trim();
  return line.slice(0, max).replace(halfPair, '').trimEnd().toWellFormed();
}

/**
 * A date that exists and lies where dates of bookings lie.
 * @param field how the file calls it, for the reason
 */
export function calendarDate(year: number, month: number, day: number, field: string, text: string): Reading<string> {
  // Only the ends of months need a calendar; Date would cost as much as all the rest of a row.
  const exists = month >= 1 && month <= 12 && day >= 1 && (day <= 28 || day <= daysInMonth(`${year}-${two(month)}`));
  if (!exists) return { wrong: `${field} ${quoted(text)} is no day of the calendar.` };
  if (year < 1900 || year > 2200) return { wrong: `${field} ${quoted(text)} must lie between 1900 and 2200.` };
  return { value: `${year}-${two(month)}-${two(day)}` };
}

const two = (number: number) => String(number).padStart(2, '0');

/**
 * Minor units of a decimal text, without a float on the way.
 * @param decimal digits with at most one '.', optionally signed
 * @param field how the file calls it, for the reason
 */
export function money(decimal: string, currency: string, field: string): Reading<Money> {
  if (!knownCurrencies.has(currency))
    return { wrong: `The currency ${quoted(currency)} of ${field} is not an ISO 4217 code like EUR.` };
  const match = decimalText.exec(decimal);
  if (!match)
    return { wrong: `${field} ${quoted(decimal)} is no amount: only digits, a sign and decimals may stand there.` };
  const digits = minorDigits(currency);
  if ((match[1] ?? match[2] ?? '').replace(zerosAtEnd, '').length > digits)
    return { wrong: `${field} ${quoted(decimal)} has more decimals than ${currency} (${digits}).` };
  const minor = parseDecimal(decimal, currency);
  if (minor === undefined || Math.abs(minor) > amountMax)
    return { wrong: `${field} ${quoted(decimal)} is larger than ${formatDecimal(amountMax, currency)}.` };
  if (minor === 0) return { wrong: `${field} is zero: no money moved.` };
  return { value: { minor, currency } };
}

/** The same money in the direction that another field tells. */
export const directed = (money: Reading<Money>, minor: (minor: number) => number): Reading<Money> =>
  'value' in money ? { value: { ...money.value, minor: minor(money.value.minor) } } : money;

/** Joins what was read of one record; every wrong field is named at once. */
export function toRow(draft: Draft): ReadRow {
  const { line, date } = draft;
  if ('wrong' in date || 'wrong' in draft.money) {
    const reasons = [date, draft.money].flatMap((reading) => ('wrong' in reading ? [reading.wrong] : []));
    return { ok: false, line, reason: reasons.join(' ') };
  }
  const { minor, currency } = draft.money.value;
  const note = oneLine(draft.note ?? '', 2_000);
  // Many banks name the other side in the free text only; a list of bookings without names helps nobody.
  const payee = oneLine(draft.payee ?? '', 200) || oneLine(note, 200);
  return {
    ok: true,
    line,
    booking: {
      date: date.value,
      amount: Math.abs(minor),
      currency,
      kind: minor < 0 ? 'expense' : draft.isReversal ? 'refund' : 'income',
      payee,
      note: note === payee ? '' : note,
      bankId: oneLine(draft.bankId ?? '', 200) || null,
      account: oneLine(draft.account ?? '', 100) || null,
      categoryName: oneLine(draft.categoryName ?? '', 100) || null,
    },
  };
}
