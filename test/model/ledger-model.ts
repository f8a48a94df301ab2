import type { Kind } from '@outlay/contracts/expense.ts';

/** What a plain reader of the API holds true of an expense. */
export interface Entry {
  readonly date: string;
  readonly amount: number;
  readonly currency: string;
  readonly kind: Kind;
  readonly category: string | null;
  readonly payee: string;
  readonly tags: readonly string[];
}

export interface Sums {
  readonly expense: number;
  readonly income: number;
  readonly refund: number;
  readonly spent: number;
  readonly net: number;
  readonly count: number;
}

/** The entries of a period: what a person would look at with paper and pencil. */
export const within = (entries: readonly Entry[], from: string, to: string): Entry[] =>
  entries.filter((entry) => entry.date >= from && entry.date <= to);

export function sumsOf(entries: readonly Entry[]): Sums {
  const of = (kind: Kind) =>
    entries.filter((entry) => entry.kind === kind).reduce((sum, { amount }) => sum + amount, 0);
  const [expense, income, refund] = [of('expense'), of('income'), of('refund')];
  return { expense, income, refund, spent: expense - refund, net: income - expense + refund, count: entries.length };
}

/** Things by what they have in common. */
export function groupBy<Thing, Key>(things: readonly Thing[], keyOf: (thing: Thing) => Key): Map<Key, Thing[]> {
  const groups = new Map<Key, Thing[]>();
  for (const thing of things) {
    const group = groups.get(keyOf(thing));
    if (group) group.push(thing);
    else groups.set(keyOf(thing), [thing]);
  }
  return groups;
}

export const monthOf = ({ date }: Entry): string => date.slice(0, 7);

/** "2026-12", -1 → "2026-11" */
export function monthsLater(month: string, count: number): string {
  const [year, number] = month.split('-').map(Number) as [number, number];
  const index = year * 12 + number - 1 + count;
  return `${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return (sorted[Math.ceil(half) - 1]! + sorted[Math.floor(half)]!) / 2;
}

/** The median distance from the median, as a standard deviation. */
export const spreadOf = (values: readonly number[]): number =>
  1.4826 * median(values.map((value) => Math.abs(value - median(values))));
