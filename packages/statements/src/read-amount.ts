import { directed, type Money, money, quoted, type Reading } from './booking.ts';

export type Decimal = '.' | ',';

/** Signs that mean one currency only; "$", "¥" and "kr" mean several, so the file's own currency stands. */
const symbols: Readonly<Record<string, string>> = {
  '€': 'EUR',
  '£': 'GBP',
  '₹': 'INR',
  '₺': 'TRY',
  '₽': 'RUB',
  '₴': 'UAH',
  '₪': 'ILS',
  '₩': 'KRW',
  zł: 'PLN',
  Kč: 'CZK',
  R$: 'BRL',
  'Fr.': 'CHF',
  US$: 'USD',
};
const vagueSymbols = ['$', '¥', 'kr', 'kr.'];
/** Words of banks for the direction: credit (English), Haben/Soll (German). */
const directions: Readonly<Record<string, 1 | -1>> = { CR: 1, C: 1, H: 1, DR: -1, DB: -1, D: -1, S: -1 };

/** Digits with their marks; the point of "Fr.12.50" belongs to the word. */
const number = /(?:(?<!\p{L})[.,])?\d[\d.,' ]*/u;

/** As most are written: these need no closer look. */
const plainAmounts = { '.': /^(-?)(\d+)(\.\d+)?$/, ',': /^(-?)(\d+)(,\d+)?$/ };

/** What an amount's text says: digits with at most one '.', and a currency where it names one. */
type Parts = { unsigned: string; sign: 1 | -1; direction?: 1 | -1 | undefined; currency?: string | undefined };

/**
 * Reads an amount as people's banks write it: "-1.234,56 €", "(12.50)", "1'234.50-", "USD 12", "12.50 DR".
 * @param decimal the file's decimal mark; the other one may group thousands
 * @param currency of the amount, unless it says so itself
 * @param field how the file calls it, for the reason
 * @param positive what a positive amount is: 1 where it came in, -1 where it was spent; words like CR stand by themselves
 */
export function readAmount(
  text: string,
  decimal: Decimal,
  currency: string,
  field: string,
  positive: 1 | -1 = 1,
): Reading<Money> {
  if (text.trim() === '') return { wrong: `${field} is empty: an amount is required.` };
  const parts = amountParts(text, decimal);
  if (!parts)
    return { wrong: `${field} ${quoted(text)} is no amount with a decimal ${decimal === '.' ? 'point' : 'comma'}.` };
  const read = money(parts.unsigned, parts.currency ?? currency, field);
  return directed(read, (minor) => minor * (parts.direction ?? parts.sign * positive));
}

/** True for a text that is an amount, be it zero or out of bounds, with either decimal mark. */
export const looksLikeAmount = (text: string): boolean => !!(amountParts(text, '.') ?? amountParts(text, ','));

function amountParts(text: string, decimal: Decimal): Parts | undefined {
  if (text.length > 60) return undefined;
  const [, minus, whole, fraction = ''] = plainAmounts[decimal].exec(text) ?? [];
  if (whole) return { unsigned: whole + fraction.replace(',', '.'), sign: minus ? -1 : 1 };
  const plain = normalised(text);
  const digits = number.exec(plain)?.[0];
  if (digits === undefined) return undefined;
  const around = plain.replace(digits, ' ');
  const signs = around.match(/[-+()]/g)?.join('') ?? '';
  if (!['', '+', '-', '()'].includes(signs)) return undefined;
  let direction: Parts['direction'];
  let currency: string | undefined;
  for (const word of around.match(/[^-+()\s]+/g) ?? []) {
    const way = directions[word.toUpperCase()];
    if (way) direction = way;
    else if (symbols[word]) currency = symbols[word];
    else if (/^[A-Z]{3}$/.test(word)) currency = word;
    else if (!vagueSymbols.includes(word)) return undefined;
  }
  const unsigned = ungrouped(digits.trim(), decimal);
  if (unsigned === undefined) return undefined;
  return { unsigned, sign: signs === '-' || signs === '()' ? -1 : 1, direction, currency };
}

/** One kind of minus, of apostrophe, and of space; no space but between digits. */
function normalised(text: string): string {
  return text
    .trim()
    .replace(/[\u2212\u2012\u2013]/g, '-')
    .replace(/[’`´]/g, "'")
    .replace(/\s+/g, ' ');
}

/** Drops what groups thousands, but only where it stands as in thousands (also the Indian 1,00,000): "12.50" is not 1250. */
function ungrouped(digits: string, decimal: Decimal): string | undefined {
  const [whole = '', fraction = '', ...more] = digits.split(decimal);
  const isGrouped = /^(\d*|\d{1,3}([.,' ])(\d{2,3}\2)*\d{3})$/.test(whole);
  if (more.length > 0 || !isGrouped || !/^\d*$/.test(fraction)) return undefined;
  return `${whole.replace(/\D/g, '')}${fraction && `.${fraction}`}`;
}

/**
 * The decimal mark of a file by all its amounts; undefined where there are no marks at all.
 * @param digits decimals of the currency: where it has three, "1.250" is no thousand
 */
export function inferDecimal(samples: readonly string[], digits: number): Decimal | undefined {
  let sure = 0;
  let likely = 0;
  for (const sample of samples) {
    const text = number.exec(normalised(sample.slice(0, 60)))?.[0].replace(/[^\d.,]/g, '') ?? '';
    const marks = text.replace(/\d/g, '');
    const last = marks.at(-1);
    if (!last) continue;
    const [before, after] = [text.slice(0, text.lastIndexOf(last)), text.slice(text.lastIndexOf(last) + 1)];
    const isMixed = marks.includes('.') && marks.includes(',');
    const groups = !isMixed && (marks.length > 1 || (after.length === 3 && digits !== 3 && !/^0?$/.test(before)));
    const vote = (last === '.') === groups ? -1 : 1;
    if (groups && marks.length === 1) likely += vote;
    else sure += vote;
  }
  const points = sure || likely;
  return points === 0 ? undefined : points > 0 ? '.' : ',';
}
