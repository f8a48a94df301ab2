import { addDays, addMonths, startOf } from '@outlay/contracts/calendar.ts';
import type { FiguresQuery } from '@outlay/contracts/internal.ts';
import type { RollupPart, RollupRange, RollupUnit } from './rollup-store.ts';

export interface DateRange {
  readonly from: string;
  readonly to: string;
}

/** What has to be told apart in a range. */
export interface Need {
  readonly by: FiguresQuery['by'];
  readonly categories: boolean;
  readonly payees: boolean;
  /** What no rollup tells apart, like tags. */
  readonly entries: boolean;
  /** Whether years may be taken as a whole. */
  readonly years: boolean;
}

/** Days of a range that one part of one kind of rollup answers for. */
export interface RollupPiece extends DateRange {
  readonly unit: RollupUnit;
  readonly part: RollupPart;
}

/** Days of a range, or what no rollup answers for: the expenses themselves, added up through an index. */
export type Piece = RollupPiece | (DateRange & { readonly unit: 'entries' });

/**
 * Cuts a range into pieces, so that few rollups answer it: whole years by the years' own sums where categories matter, whole
 * months by the months'; days of a month that is cut,
 * or that are asked for one by one, by the days inside of the month's rollup, or by the days' rollups where categories matter.
 * Payees have rollups of whole months only.
 */
export function piecesOf({ from, to }: DateRange, { by, categories, payees, entries, years }: Need): Piece[] {
  if (entries || (payees && categories)) return [{ from, to, unit: 'entries' }];
  const days = (part: DateRange): Piece => {
    if (payees) return { ...part, unit: 'entries' };
    return categories ? { ...part, unit: 'day', part: 'categories' } : { ...part, unit: 'month', part: 'days' };
  };
  if (by === 'day') return [days({ from, to })];
  const firstWhole = from.endsWith('-01') ? from : addMonths(startOf('month', from), 1);
  const afterWhole = startOf('month', addDays(to, 1));
  if (firstWhole >= afterWhole) return [days({ from, to })];
  const months = { from: firstWhole, to: addDays(afterWhole, -1) };
  const pieces: Piece[] = payees
    ? [{ ...months, unit: 'payee', part: 'payees' }]
    : years && by === 'total' && categories
      ? withYears(months)
      : [{ ...months, unit: 'month', part: categories ? 'categories' : 'total' }];
  if (from < firstWhole) pieces.unshift(days({ from, to: addDays(firstWhole, -1) }));
  if (to >= afterWhole) pieces.push(days({ from: afterWhole, to }));
  return pieces;
}

/** Whole months, by category: the whole years among them as such. */
function withYears({ from, to }: DateRange): RollupPiece[] {
  const months = (part: DateRange): RollupPiece => ({ ...part, unit: 'month', part: 'categories' });
  const firstWhole = from.endsWith('-01-01') ? from : addMonths(startOf('year', from), 12);
  const afterWhole = startOf('year', addDays(to, 1));
  if (firstWhole >= afterWhole) return [months({ from, to })];
  return [
    ...(from < firstWhole ? [months({ from, to: addDays(firstWhole, -1) })] : []),
    { from: firstWhole, to: addDays(afterWhole, -1), unit: 'year', part: 'yearly' },
    ...(to >= afterWhole ? [months({ from: afterWhole, to })] : []),
  ];
}

const periodLength: Record<RollupUnit, number> = { year: 4, month: 7, payee: 7, day: 10 };

/** The rollups that a piece reads. */
export const rollupsOf = ({ unit, from, to }: RollupPiece): RollupRange => ({
  unit,
  from: from.slice(0, periodLength[unit]),
  to: to.slice(0, periodLength[unit]),
});
