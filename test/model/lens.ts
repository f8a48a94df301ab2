import type { Category } from '@outlay/contracts/ledger.ts';
import fc from 'fast-check';
import { type Entry, groupBy } from './ledger-model.ts';

/** What every figure can be asked by, beside its period: through it a ledger is looked at. */
export interface Lens {
  readonly currency?: string;
  readonly convert?: string;
  readonly kind?: Entry['kind'];
  readonly payee?: string;
  readonly tag?: string;
  /** An id, or `none`. */
  readonly category?: string;
  readonly asOf?: string;
}

/** Stands for the id of a category that has others under it. */
const family = 'family';

export const lens: fc.Arbitrary<Lens> = fc
  .tuple(
    fc.constantFrom<Lens>({ currency: 'EUR' }, { currency: 'CLP' }, { convert: 'EUR' }, { convert: 'CLP' }),
    fc.subarray<Lens>(
      [
        { kind: 'expense' },
        { kind: 'refund' },
        { payee: 'corner SHOP' },
        { tag: 'trip' },
        { category: 'none' },
        { category: family },
        { asOf: '2026-12-24' },
        { asOf: '2027-01-02' },
      ],
      { maxLength: 2 },
    ),
  )
  .map(([money, filters]) => Object.assign({}, money, ...filters));

/** The lens with a real category for the one that stands for it. */
export const withFamily = (drawn: Lens, categories: readonly Category[]): Lens =>
  drawn.category === family ? { ...drawn, category: categories.find(({ parent }) => parent === null)!.id } : drawn;

/** Set in each ledger. Between the two, and where neither begins, a peso has no rate. */
export const ratesByHand = [
  { currency: 'CLP', in: 'EUR', rate: '0.0297', from: '2025-03-01', to: '2026-12-31' },
  { currency: 'CLP', in: 'EUR', rate: '0.0311', from: '2027-01-05', to: null },
];
/** In 1/10,000 euros. */
const rateOn = (date: string): bigint | undefined =>
  date < '2025-03-01' || (date > '2026-12-31' && date < '2027-01-05') ? undefined : date < '2027' ? 297n : 311n;

/** Pesos have no cents; halves go up. */
function converted(amount: number, to: string, rate: bigint): number {
  const [numerator, denominator] = to === 'EUR' ? [BigInt(amount) * rate, 100n] : [BigInt(amount) * 100n, rate];
  return Number((2n * numerator + denominator) / (2n * denominator));
}

/** The entries that a figure is about, in every currency. */
export function seenThrough(lens: Lens, entries: readonly Entry[], categories: readonly Category[]): Entry[] {
  const isUnder = ({ category }: Entry) =>
    lens.category === 'none'
      ? category === null
      : category === lens.category || categories.find(({ id }) => id === category)?.parent === lens.category;
  return entries.filter(
    (entry) =>
      entry.kind !== 'transfer' &&
      (!lens.kind || entry.kind === lens.kind) &&
      (!lens.payee || plainPayee(entry) === plain(lens.payee)) &&
      (!lens.tag || entry.tags.includes(lens.tag)) &&
      (!lens.category || isUnder(entry)) &&
      (!lens.asOf || entry.date <= lens.asOf),
  );
}

/**
 * The entries in the one currency that the figure is in. What is converted is rounded as a sum of a day, a kind and what else the
 * figure tells apart: the first of them stands for the sum, the others count, but for nothing.
 */
export function inOneCurrency(lens: Lens, seen: readonly Entry[], keyOf: (entry: Entry) => unknown): Entry[] {
  const target = lens.convert ?? lens.currency;
  const own = seen.filter(({ currency }) => currency === target);
  if (!lens.convert) return own;
  const sums = groupBy(
    seen.filter(({ currency, date }) => currency !== target && rateOn(date)),
    (entry) => JSON.stringify([entry.date, entry.kind, keyOf(entry)]),
  );
  for (const group of sums.values()) {
    const sum = converted(
      group.reduce((total, { amount }) => total + amount, 0),
      lens.convert,
      rateOn(group[0]!.date)!,
    );
    own.push(...group.map((entry, index) => ({ ...entry, currency: target!, amount: index === 0 ? sum : 0 })));
  }
  return own;
}

export interface Period {
  readonly from: string;
  readonly to: string;
}
/** Whole months, and months that are cut. */
export const periods: readonly Period[] = [
  { from: '2026-12-01', to: '2027-01-31' },
  { from: '2026-12-13', to: '2027-01-09' },
];

/** What a figure says of its conversion: what it was asked for, and what it leaves out. */
export function conversionOf({ convert }: Lens, seen: readonly Entry[], periods: readonly Period[]) {
  if (!convert) return undefined;
  const foreign = seen.filter(
    ({ currency, date }) => currency !== convert && periods.some(({ from, to }) => date >= from && date <= to),
  );
  const missing = [
    ...groupBy(
      foreign.filter(({ date }) => !rateOn(date)),
      ({ currency }) => currency,
    ),
  ].map(([currency, left]) => {
    const dates = left.map(({ date }) => date).sort();
    return { currency, count: left.length, from: dates[0], to: dates.at(-1) };
  });
  return {
    converted: [...new Set(foreign.filter(({ date }) => rateOn(date)).map(({ currency }) => currency))].sort(),
    missing,
  };
}

/** Case aside, as payees are one. */
export const plain = (payee: string) => payee.toLowerCase();
export const plainPayee = ({ payee }: Entry) => plain(payee);
