import { addDays, addMonths, startOf } from '@outlay/contracts/calendar.ts';
import { type Cell, emptyCell, type FiguresQuery } from '@outlay/contracts/internal.ts';
import type { Rollup, RollupRange, StoredCells } from './rollup-store.ts';

export interface DateRange {
  readonly from: string;
  readonly to: string;
}

/** How a range is split up. */
export interface Split {
  readonly by: FiguresQuery['by'];
  readonly categories: boolean;
}

/** Days of a range that one part of one kind of rollup answers for. */
export interface Piece extends DateRange {
  readonly unit: Rollup['unit'];
  readonly part: 'total' | 'categories' | 'days';
}

/**
 * Cuts a range into pieces, so that few rollups answer it: whole months by the months' own sums; days of a month that is cut,
 * or that are asked for one by one, by the days inside of the month's rollup, or by the days' rollups where categories matter.
 */
export function piecesOf({ from, to }: DateRange, { by, categories }: Split): Piece[] {
  const days = (part: DateRange): Piece =>
    categories ? { ...part, unit: 'day', part: 'categories' } : { ...part, unit: 'month', part: 'days' };
  if (by === 'day') return [days({ from, to })];
  const firstWhole = from.endsWith('-01') ? from : addMonths(startOf('month', from), 1);
  const afterWhole = startOf('month', addDays(to, 1));
  if (firstWhole >= afterWhole) return [days({ from, to })];
  const pieces: Piece[] = [
    { from: firstWhole, to: addDays(afterWhole, -1), unit: 'month', part: categories ? 'categories' : 'total' },
  ];
  if (from < firstWhole) pieces.unshift(days({ from, to: addDays(firstWhole, -1) }));
  if (to >= afterWhole) pieces.push(days({ from: afterWhole, to }));
  return pieces;
}

/** The rollups that a piece reads. */
export const rollupsOf = ({ unit, from, to }: Piece): RollupRange =>
  unit === 'month' ? { unit, from: from.slice(0, 7), to: to.slice(0, 7) } : { unit, from, to };

export interface Bucket {
  start: string;
  category: string | null;
  cell: Cell;
}

/**
 * Adds rollups up into buckets.
 * @param rollups those of {@link rollupsOf}; others are passed over
 * @returns the buckets of one currency by start and category, and every currency that has an entry in the range
 */
export function bucketsOf(
  range: DateRange,
  split: Split,
  currency: string,
  rollups: readonly Rollup[],
): { currencies: string[]; buckets: Bucket[] } {
  const currencies = new Set<string>();
  const buckets = new Map<string, Bucket>();
  if (split.by === 'total' && !split.categories)
    buckets.set('', { start: range.from, category: null, cell: emptyCell() });

  const add = (rollup: Rollup, date: string, category: string | null, cells: StoredCells, key: string) => {
    currencies.add(rollup.currency);
    if (rollup.currency !== currency) return;
    const start = startOfBucket(split.by, range.from, date);
    const id = split.by === 'total' && category === null ? '' : `${start} ${category}`;
    let bucket = buckets.get(id);
    if (!bucket) {
      bucket = { start, category, cell: emptyCell() };
      buckets.set(id, bucket);
    }
    const kind = key.slice(key.indexOf(':') + 1) as 'expense' | 'income' | 'refund';
    bucket.cell[kind] += cells[key]!.sum;
    bucket.cell[`${kind}Count`] += cells[key]!.count;
  };

  for (const piece of piecesOf(range, split)) {
    const { unit, from, to } = rollupsOf(piece);
    for (const rollup of rollups) {
      if (rollup.unit !== unit || rollup.period < from || rollup.period > to) continue;
      const first = unit === 'month' ? `${rollup.period}-01` : rollup.period;
      const cells = rollup[piece.part] ?? {};
      for (const key of Object.keys(cells)) {
        const [name] = key.split(':') as [string];
        const date = piece.part === 'days' ? `${rollup.period}-${name}` : first;
        if (date < piece.from || date > piece.to) continue;
        add(rollup, date, piece.part === 'categories' ? name : null, cells, key);
      }
    }
  }
  return {
    currencies: [...currencies].sort(),
    buckets: [...buckets.values()].sort((a, b) => compare(a.start, b.start) || compare(a.category, b.category)),
  };
}

function startOfBucket(by: Split['by'], from: string, date: string): string {
  if (by === 'day') return date;
  const start = by === 'month' ? startOf('month', date) : from;
  return start < from ? from : start;
}

const compare = (a: string | null, b: string | null): number => ((a ?? '') < (b ?? '') ? -1 : a === b ? 0 : 1);
