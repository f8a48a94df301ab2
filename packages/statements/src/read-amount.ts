import { type Money, money, quoted, type Reading } from './booking.ts';

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

/**
 * Reads an amount as people's banks write it: "-1.234,56 €", "(12.50)", "1'234.50-", "USD 12", "12.50 DR".
 * @param decimal the file's decimal mark; the other one may group thousands
 * @param currency of the amount, unless it says so itself
 * @param field how the file calls it, for the reason
 */
export function readAmount(text: string, decimal: Decimal, currency: string, field: string): Reading<Money> {
  if (text.trim() === '') return { wrong: `${field} is empty: an amount is required.` };
  const wrong = {
    wrong: `${field} ${quoted(text)} is no amount with a decimal ${decimal === '.' ? 'point' : 'comma'}.`,
  };
  const plain = text.length > 60 ? '' : normalised(text);
  const digits = number.exec(plain)?.[0];
  if (digits === undefined) return wrong;
  const around = plain.replace(digits, ' ');
  const signs = around.match(/[-+()]/g)?.join('') ?? '';
  if (!['', '+', '-', '()'].includes(signs)) return wrong;
  let isNegative = signs === '-' || signs === '()';
  let named = currency;
  for (const word of around
    .replace(/[-+()]/g, ' ')
    .split(' ')
    .filter(Boolean)) {
    const direction = directions[word.toUpperCase()];
    if (direction) isNegative ||= direction < 0;
    else if (symbols[word]) named = symbols[word];
    else if (/^[A-Z]{3}$/.test(word)) named = word;
    else if (!vagueSymbols.includes(word)) return wrong;
  }
  const unsigned = ungrouped(digits.trim(), decimal);
  return unsigned === undefined ? wrong : money(isNegative ? `-${unsigned}` : unsigned, named, field);
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
  const [, whole, fraction] =
    decimal === '.' ? (/^([^.]*)\.?(\d*)$/.exec(digits) ?? []) : (/^([^,]*),?(\d*)$/.exec(digits) ?? []);
  if (whole === undefined || !/^(\d*|\d{1,3}([.,' ])(\d{2,3}\2)*\d{3})$/.test(whole)) return undefined;
  return `${whole.replace(/\D/g, '')}${fraction && `.${fraction}`}`;
}

/**
 * The decimal mark of a file by all its amounts; undefined where none tells ("1234", "1,234").
 * @param hasThreeDecimals true for currencies like KWD, where "1.250" is no thousand
 */
export function inferDecimal(samples: readonly string[], hasThreeDecimals: boolean): Decimal | undefined {
  let points = 0;
  for (const sample of samples) {
    const digits = number.exec(normalised(sample.slice(0, 60)))?.[0].replace(/[^\d.,]/g, '') ?? '';
    const marks = digits.replace(/\d/g, '');
    const last = marks.at(-1);
    if (!last) continue;
    const isMixed = marks.includes('.') && marks.includes(',');
    const groups = !isMixed && marks.length > 1;
    const [before, after] = [digits.slice(0, digits.lastIndexOf(last)), digits.slice(digits.lastIndexOf(last) + 1)];
    if (isMixed || groups || after.length !== 3 || /^0?$/.test(before) || hasThreeDecimals)
      points += (last === '.') === groups ? -1 : 1;
  }
  return points === 0 ? undefined : points > 0 ? '.' : ',';
}
