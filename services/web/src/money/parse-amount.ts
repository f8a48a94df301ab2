import { amountMax, formatDecimal, parseDecimal } from '@outlay/contracts/minor-units.ts';

/** The decimal separator that people type in a locale. */
const decimalOf = (locale?: string): string =>
  new Intl.NumberFormat(locale).formatToParts(1.5).find((part) => part.type === 'decimal')?.value ?? '.';

/** An amount as the text of its field: what {@link parseAmount} reads back in the same locale. */
export const amountText = (minor: number, currency: string, locale?: string): string =>
  formatDecimal(minor, currency).replace('.', decimalOf(locale));

/** Sums are short: more terms than these are a slip of the paste. */
const termsMax = 50;

/**
 * Reads an amount as people type it, without a float: "12.50", "12,50", "€ 1.234,50", "1 234.5", "3,20 + 4".
 * The last of two different separators is the decimal one. A lone separator is decimal where the currency has that many
 * digits behind it and groups thousands where it stands before exactly three; where both fit ("1.234" in KWD) the
 * locale decides.
 * @returns minor units (negative where a sum goes below zero), or undefined where the text is no amount of this currency
 */
export function parseAmount(text: string, currency: string, locale?: string): number | undefined {
  const plain = text.replace(/[^\d.,+\-−–]/g, '').replace(/[−–]/g, '-');
  const terms = plain.match(/[+-]?[\d.,]+/g);
  if (!terms || terms.length > termsMax || terms.join('') !== plain) return undefined;
  let sum = 0;
  for (const term of terms) {
    const minor = parseTerm(term, currency, locale);
    if (minor === undefined) return undefined;
    sum += minor;
  }
  return Math.abs(sum) <= amountMax ? sum : undefined;
}

function parseTerm(term: string, currency: string, locale?: string): number | undefined {
  const last = Math.max(term.lastIndexOf('.'), term.lastIndexOf(','));
  if (last < 0) return parseDecimal(term, currency);
  const separator = term[last]!;
  const asDecimal = () => {
    const whole = term.slice(0, last);
    return isGrouped(whole, separator === '.' ? ',' : '.')
      ? parseDecimal(`${whole.replace(/[.,]/g, '')}.${term.slice(last + 1)}`, currency)
      : undefined;
  };
  const asGroups = () =>
    isGrouped(term, separator) ? parseDecimal(term.replaceAll(separator, ''), currency) : undefined;
  const isAlone = term.indexOf(separator) === last && !/[.,]/.test(term.slice(0, last));
  // "12.505" in EUR where the point is decimal is a slip of the finger, not twelve thousand.
  if (isAlone && separator === decimalOf(locale)) return asDecimal();
  return isAlone ? (asGroups() ?? asDecimal()) : (asDecimal() ?? asGroups());
}

/** "12", "1.234" and "1.234.567" for ".": digits, or groups of three after the first. */
const isGrouped = (text: string, separator: string): boolean => {
  const [first = '', ...groups] = text.replace(/^[+-]/, '').split(separator);
  return /^\d*$/.test(first) && (groups.length === 0 || first !== '') && groups.every((group) => /^\d{3}$/.test(group));
};
