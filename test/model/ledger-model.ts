import type { Kind } from '@outlay/contracts/expense.ts';

/** What a plain reader of the API holds true of an expense. */
export interface Entry {
  readonly date: string;
  readonly amount: number;
  readonly currency: string;
  readonly kind: Kind;
  readonly category: string | null;
  readonly payee: string;
}

export interface Sums {
  readonly expense: number;
  readonly income: number;
  readonly refund: number;
  readonly spent: number;
  readonly net: number;
  readonly count: number;
}

/** The entries of a currency and a period that count: what a person would look at with paper and pencil. */
export const within = (entries: readonly Entry[], currency: string, from: string, to: string): Entry[] =>
  entries.filter(
    (entry) => entry.currency === currency && entry.date >= from && entry.date <= to && entry.kind !== 'transfer',
  );

export function sumsOf(entries: readonly Entry[]): Sums {
  const of = (kind: Kind) =>
    entries.filter((entry) => entry.kind === kind).reduce((sum, { amount }) => sum + amount, 0);
  const [expense, income, refund] = [of('expense'), of('income'), of('refund')];
  return { expense, income, refund, spent: expense - refund, net: income - expense + refund, count: entries.length };
}

/** Entries by what they have in common. */
export function groupBy<Key>(entries: readonly Entry[], keyOf: (entry: Entry) => Key): Map<Key, Entry[]> {
  const groups = new Map<Key, Entry[]>();
  for (const entry of entries) {
    const group = groups.get(keyOf(entry));
    if (group) group.push(entry);
    else groups.set(keyOf(entry), [entry]);
  }
  return groups;
}
