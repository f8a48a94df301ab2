import type { FiguresQuery } from '@outlay/contracts/internal.ts';
import type { BucketKey } from '../rollups/figure-buckets.ts';
import { type DateRange, type Piece, piecesOf } from '../rollups/figure-pieces.ts';

export type FiguresQuestion = Omit<FiguresQuery, 'ranges'> & { readonly ranges: readonly DateRange[] };

/** A way to read one range: with others it gives the range's buckets. */
export interface RangePlan {
  readonly key: BucketKey;
  /** Of every currency but the one that is asked for. */
  readonly isForeign: boolean;
  readonly pieces: readonly Piece[];
}

/** What is told apart, once or, where each is for itself, twice. */
export function viewsOf(question: FiguresQuestion): Omit<BucketKey, 'by'>[] {
  const split = {
    categories: question.categories === 'true',
    payees: question.payees === 'true',
    tags: question.tags === 'true',
    currencies: question.currencies === 'each',
  };
  if (question.apart !== 'true') return [split];
  return [
    { ...split, payees: false },
    { ...split, categories: false },
  ];
}

/**
 * How each range is read: for each view in the currency asked for, and once more by day where the others are wanted too.
 * @param years whether years may be taken as a whole
 */
export function planFigures(question: FiguresQuestion, years: boolean): RangePlan[][] {
  const { asOf, tag, payee, category } = question;
  return question.ranges.map((asked) => {
    const range = { from: asked.from, to: asOf !== undefined && asOf < asked.to ? asOf : asked.to };
    if (range.from > range.to) return [];
    return viewsOf(question).flatMap((view) =>
      [false, ...(view.currencies ? [true] : [])].map((isForeign) => {
        const by = isForeign ? 'day' : question.by;
        const need = {
          by,
          categories: view.categories || category !== undefined,
          payees: view.payees,
          entries: view.tags || tag !== undefined || payee !== undefined,
          years,
        };
        return { key: { ...view, by }, isForeign, pieces: piecesOf(range, need) };
      }),
    );
  });
}
