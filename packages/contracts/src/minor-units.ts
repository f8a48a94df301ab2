/** Arithmetic and notation of amounts in minor units. Free of zod, so that the page can load it cheaply. */

/**
 * ISO 4217 codes with the digits of their minor unit, from the runtime's own CLDR data, so that the list ages with Node
 * and not with us. CLDR deviates from ISO where cash does (e.g. CLF); `minorDigitsIso` holds those that matter to banks.
 */
const minorDigitsIso: Readonly<Record<string, number>> = {
  ISK: 0,
  UGX: 0,
  RSD: 2,
  IQD: 3,
  LBP: 2,
  SYP: 2,
  AFN: 2,
  ALL: 2,
  IRR: 2,
  KPW: 2,
  LAK: 2,
  MGA: 2,
  MMK: 2,
  SOS: 2,
  YER: 2,
  COP: 2,
  HUF: 2,
  IDR: 2,
  PKR: 2,
  TWD: 2,
  UZS: 2,
  MRU: 2,
  GYD: 2,
  CRC: 2,
  MUR: 2,
  TZS: 2,
  AMD: 2,
  ZMW: 2,
};

/** A NumberFormat costs 30 µs, which an import of 100,000 rows would pay thrice a row. Three letters bound its size. */
const minorDigitsKnown = new Map(Object.entries(minorDigitsIso));

/** Digits behind the decimal point in a currency: 2 for EUR, 0 for JPY, 3 for KWD. */
export function minorDigits(currency: string): number {
  let digits = minorDigitsKnown.get(currency);
  if (digits === undefined) {
    const format = new Intl.NumberFormat('en', { style: 'currency', currency });
    digits = format.resolvedOptions().maximumFractionDigits ?? 2;
    minorDigitsKnown.set(currency, digits);
  }
  return digits;
}

/** Largest amount of one expense, in minor units. 90,000 of these still add up exactly in a double. */
export const amountMax = 99_999_999_999;

/**
 * Splits an amount so that the parts add up to it exactly: largest remainder (Hamilton); ties go to the earlier part.
 * @param amount minor units of one currency; negative for a refund
 * @param weights relative, each ≥ 0 and at least one > 0
 * @throws {RangeError} when every weight is 0 or one is negative
 */
export function splitAmount(amount: number, weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (!(total > 0) || weights.some((weight) => weight < 0))
    throw new RangeError('weights must be ≥ 0, one of them > 0');
  const sign = amount < 0 ? -1 : 1;
  const whole = Math.abs(amount);
  const exact = weights.map((weight) => (whole * weight) / total);
  const parts = exact.map(Math.floor);
  let rest = whole - parts.reduce((sum, part) => sum + part, 0);
  const byRemainder = exact
    .map((_, index) => index)
    .sort((a, b) => exact[b]! - parts[b]! - (exact[a]! - parts[a]!) || a - b);
  for (const index of byRemainder) {
    if (rest-- <= 0) break;
    parts[index]! += 1;
  }
  return parts.map((part) => (part === 0 ? 0 : sign * part));
}

const decimalText = /^([+-]?)(\d*)(?:\.(\d*))?$/;
const zerosAtEnd = /0+$/;

/**
 * Reads a decimal text without touching a float: "1234.5" in EUR is 123450.
 * @param text digits with at most one '.', optionally signed; no grouping
 * @returns minor units, or undefined where the text is no number or has more decimals than the currency (trailing zeros aside)
 */
export function parseDecimal(text: string, currency: string): number | undefined {
  const match = decimalText.exec(text.trim());
  if (!match || (match[2] === '' && !match[3])) return undefined;
  const digits = minorDigits(currency);
  const fraction = (match[3] ?? '').replace(zerosAtEnd, '');
  if (fraction.length > digits) return undefined;
  const minor = Number(`${match[2] || '0'}${fraction.padEnd(digits, '0')}`);
  if (!Number.isSafeInteger(minor)) return undefined;
  return match[1] === '-' && minor !== 0 ? -minor : minor;
}

/** The inverse of {@link parseDecimal}: 123450 in EUR is "1234.50". */
export function formatDecimal(minor: number, currency: string): string {
  const digits = minorDigits(currency);
  const text = Math.abs(minor)
    .toString()
    .padStart(digits + 1, '0');
  const split = text.length - digits;
  return `${minor < 0 ? '-' : ''}${text.slice(0, split)}${digits ? `.${text.slice(split)}` : ''}`;
}
