import { formatDecimal, minorDigits } from '@outlay/contracts/minor-units.ts';

const formatters = new Map<string, Intl.NumberFormat>();
/** At most three styles for each currency that a person uses; making a formatter costs 50 times a use of it. */
function formatter(key: string, make: () => Intl.NumberFormat): Intl.NumberFormat {
  const found = formatters.get(key) ?? make();
  formatters.set(key, found);
  return found;
}

export interface MoneyStyle {
  /** Shows a plus as well: for what came in, and for changes. */
  sign?: boolean;
  /** Whole units: for axes and captions, where cents would be noise. */
  whole?: boolean;
  locale?: string;
}

/** Minor units as people write them where they live: 123450 in EUR is "€1,234.50" or "1.234,50 €". */
export function formatMoney(minor: number, currency: string, { sign, whole, locale }: MoneyStyle = {}): string {
  const digits = whole ? 0 : minorDigits(currency);
  return formatter(
    `${locale} ${currency} ${digits} ${sign}`,
    () =>
      new Intl.NumberFormat(locale, {
        style: 'currency',
        currency,
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
        signDisplay: sign ? 'exceptZero' : 'negative',
      }),
  ).format(formatDecimal(minor, currency) as Intl.StringNumericLiteral);
}

/** "€1.2K" for the axes of charts. */
export const formatMoneyShort = (minor: number, currency: string, locale?: string): string =>
  formatter(
    `${locale} ${currency} short`,
    () => new Intl.NumberFormat(locale, { style: 'currency', currency, notation: 'compact', maximumFractionDigits: 1 }),
  ).format(formatDecimal(minor, currency) as Intl.StringNumericLiteral);

/** 0.1234 → "12 %"; below one per cent with a digit, so that a small share never reads as nothing. */
export const formatShare = (share: number, locale?: string): string => {
  const digits = Math.abs(share) > 0 && Math.abs(share) < 0.01 ? 1 : 0;
  return formatter(
    `${locale} % ${digits}`,
    () => new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: digits }),
  ).format(share);
};

/** "Euro", "Japanese Yen" in the user's language. */
export const currencyName = (currency: string, locale?: string): string =>
  new Intl.DisplayNames(locale === undefined ? [] : [locale], { type: 'currency' }).of(currency) ?? currency;

export const currencies: readonly string[] = Intl.supportedValuesOf('currency');
