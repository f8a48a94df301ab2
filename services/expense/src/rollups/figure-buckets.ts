import { startOf } from '@outlay/contracts/calendar.ts';
import { type Bucket, bucketsMax, emptyCell, type FiguresQuery } from '@outlay/contracts/internal.ts';
import { Unavailable } from '@outlay/service-kit/problem.ts';
import { foldCase } from '../expenses/search-words.ts';
import { FigureTooLarge } from '../problems.ts';
import { type DateRange, type RollupPiece, rollupsOf } from './figure-pieces.ts';
import { fromFieldName } from './payee-field.ts';
import type { Rollup, RollupUnit } from './rollup-store.ts';

/** A sum of expenses, of whatever source. */
export interface SumRow {
  /** Of their day, or the first of the days added up. */
  readonly date: string;
  readonly currency: string;
  readonly kind: 'expense' | 'income' | 'refund';
  /** null: none. Meaningless where nobody needs it. */
  readonly category: string | null;
  readonly payee?: string;
  readonly tag?: string;
  readonly sum: number;
  readonly count: number;
}

/** Where a cell counts what it adds up. Not put together each time: of thousands of cells that is a good part of the work. */
export const countOf = { expense: 'expenseCount', income: 'incomeCount', refund: 'refundCount' } as const;

/** What is wanted of rollups. */
export interface Wish {
  /** Where it is `total`, what differs by nothing but its date comes as one. */
  readonly by: FiguresQuery['by'];
  /** Of other currencies it is enough to know that they are there: one row of each. */
  isCounted(currency: string): boolean;
  isWanted(row: SumRow): boolean;
}

/** The sums that rollups hold of a piece, one at a time. @param rollups those of {@link rollupsOf}; others are passed over */
export function* rowsOf(
  piece: RollupPiece,
  rollups: readonly Rollup[],
  { by, isCounted, isWanted }: Wish,
): Generator<SumRow> {
  const { unit, from, to } = rollupsOf(piece);
  const rows: SumRow[] = [];
  // A year has thousands of cells, and to add one to a bucket costs ten times as much as to add it to its namesake.
  const isOneSum = by === 'total' && piece.part !== 'days' && from !== to;
  /** Currency → rows by cell, of those with a row that is wanted. */
  const known = new Map<string, Map<string, ReturnType<typeof toRow>>>();
  for (const rollup of rollups) {
    const { currency, period } = rollup;
    if (rollup.unit !== unit || period < from || period > to) continue;
    const isSummed = isCounted(currency);
    if (!isSummed && known.has(currency)) continue;
    const sums = known.get(currency) ?? new Map<string, ReturnType<typeof toRow>>();
    for (const { key, sum, count } of rollup.cells(piece.part)) {
      const same = isOneSum ? sums.get(key) : undefined;
      if (same) {
        same.sum += sum;
        same.count += count;
        continue;
      }
      const row = toRow(piece, rollup, key, sum, count);
      if (isOneSum) sums.set(key, row);
      if (row.date < piece.from || row.date > piece.to || !isWanted(row)) continue;
      known.set(currency, sums);
      if (isOneSum) rows.push(row);
      else yield row;
      if (!isSummed) break;
    }
  }
  yield* rows;
}

function toRow({ unit, part }: RollupPiece, { currency, period }: Rollup, key: string, sum: number, count: number) {
  const kind = kindOf(key);
  const name = key.slice(0, -kind.length - 1);
  return {
    date: firstDayOf[unit](period, part === 'days' ? name : '01'),
    currency,
    kind,
    category: (part === 'categories' || part === 'yearly') && name !== 'none' ? name : null,
    ...(part === 'payees' && { payee: fromFieldName(name) }),
    sum,
    count,
  };
}

/** The kind of a cell: all of its key, or what stands behind the colon. */
export const kindOf = (key: string): SumRow['kind'] =>
  key.endsWith('expense') ? 'expense' : key.endsWith('income') ? 'income' : 'refund';

const firstDayOf: Record<RollupUnit, (period: string, day: string) => string> = {
  year: (period) => `${period}-01-01`,
  month: (period, day) => `${period}-${day}`,
  payee: (period) => `${period}-01`,
  day: (period) => period,
};

/** How buckets are told apart. */
export interface BucketKey {
  readonly by: FiguresQuery['by'];
  readonly categories: boolean;
  readonly payees: boolean;
  readonly tags: boolean;
  readonly currencies: boolean;
}

/** How each payee is spelled: case aside they are one, named as most of its entries are. */
export class Spellings {
  /** A payee comes back every month, and folding its case is what adding it up costs most. */
  readonly #keys = new Map<string, string>();
  readonly #counts = new Map<string, Map<string, number>>();

  /** @returns what is the same for all spellings */
  learn(payee: string, count: number): string {
    let key = this.#keys.get(payee);
    if (key === undefined) {
      key = foldCase(payee);
      this.#keys.set(payee, key);
    }
    const counts = this.#counts.get(key) ?? new Map<string, number>();
    if (counts.size === 0) this.#counts.set(key, counts);
    counts.set(payee, (counts.get(payee) ?? 0) + count);
    return key;
  }

  nameOf(key: string): string {
    const [first, ...others] = this.#counts.get(key) ?? [[key, 0] as const];
    return others.reduce(
      (most, each) => (each[1] > most[1] || (each[1] === most[1] && each[0] < most[0]) ? each : most),
      first!,
    )[0];
  }
}

/** Of all figures that are being made and told at a time, so that a few large ones cannot fill the memory (144 MiB of heap). */
const bucketsOpenMax = 1.2 * bucketsMax;
let bucketsOpen = 0;

/** How many buckets one figure may yet be told in. */
export class BucketRoom {
  #taken = 0;

  /** @throws {FigureTooLarge} @throws {Unavailable} where others take up the room at the moment */
  take(): void {
    if (this.#taken >= bucketsMax) throw new FigureTooLarge(bucketsMax);
    if (bucketsOpen >= bucketsOpenMax) throw new Unavailable('Too many large figures are asked for at once.');
    this.#taken++;
    bucketsOpen++;
  }

  get taken(): number {
    return this.#taken;
  }

  /** When the figure is told, or given up. */
  release(): void {
    bucketsOpen -= this.#taken;
    this.#taken = 0;
  }
}

/** Adds rows of one range up into buckets. */
export class Buckets {
  readonly #range: DateRange;
  readonly #spellings: Spellings;
  readonly #room: BucketRoom;
  /** By start and name. */
  readonly #buckets = new Map<string, Map<string, Bucket>>();

  constructor(range: DateRange, spellings: Spellings, room: BucketRoom) {
    this.#range = range;
    this.#spellings = spellings;
    this.#room = room;
  }

  /** A sum of nothing, where one bucket is the whole answer. */
  addNothing(): void {
    this.#bucketOf(this.#range.from, null, undefined, undefined, undefined);
  }

  /** @throws {FigureTooLarge | Unavailable} */
  add(row: SumRow, by: BucketKey): void {
    const bucket = this.#bucketOf(
      startOfBucket(by.by, this.#range.from, row.date),
      by.categories ? (row.category ?? 'none') : null,
      by.payees ? this.#spellings.learn(row.payee ?? '', row.count) : undefined,
      by.tags ? (row.tag ?? '') : undefined,
      by.currencies ? row.currency : undefined,
    );
    bucket.cell[row.kind] += row.sum;
    bucket.cell[countOf[row.kind]] += row.count;
  }

  #bucketOf(
    start: string,
    category: string | null,
    payee: string | undefined,
    tag: string | undefined,
    currency: string | undefined,
  ): Bucket {
    let buckets = this.#buckets.get(start);
    if (!buckets) {
      buckets = new Map();
      this.#buckets.set(start, buckets);
    }
    const name = nameOf(category, payee, tag, currency);
    let bucket = buckets.get(name);
    if (!bucket) {
      this.#room.take();
      bucket = { start, category, cell: emptyCell() };
      if (payee !== undefined) bucket.payee = payee;
      if (tag !== undefined) bucket.tag = tag;
      if (currency !== undefined) bucket.currency = currency;
      buckets.set(name, bucket);
    }
    return bucket;
  }

  /**
   * In order of date, category, payee, tag and currency; payees by their names, once all is added. Nobody holds a bucket any more once
   * it is given.
   */
  *drain(): Generator<Bucket> {
    for (const start of [...this.#buckets.keys()].sort()) {
      const named = [...this.#buckets.get(start)!];
      this.#buckets.delete(start);
      for (const each of named) {
        const [, bucket] = each;
        if (bucket.payee === undefined) continue;
        bucket.payee = this.#spellings.nameOf(bucket.payee);
        each[0] = nameOf(bucket.category, bucket.payee, bucket.tag, bucket.currency);
      }
      named.sort(byNameLastFirst);
      for (let next = named.pop(); next; next = named.pop()) yield next[1];
    }
  }
}

/**
 * What tells buckets of one start apart, and in which order they stand. NUL comes before every letter. Most have but a category, and
 * to join texts for each row would cost more than to add it up.
 */
const nameOf = (category: string | null, payee?: string, tag?: string, currency?: string): string =>
  payee === undefined && tag === undefined && currency === undefined
    ? (category ?? '')
    : `${category ?? ''}\0${payee ?? ''}\0${tag ?? ''}\0${currency ?? ''}`;

const byNameLastFirst = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a < b ? 1 : a > b ? -1 : 0;

function startOfBucket(by: BucketKey['by'], from: string, date: string): string {
  if (by === 'day') return date;
  const start = by === 'month' ? startOf('month', date) : from;
  return start < from ? from : start;
}
