import { type Bucket, type Cell, emptyCell } from '@outlay/contracts/internal.ts';
import type { Category } from '@outlay/contracts/ledger.ts';
import type { Dimension, Report } from '@outlay/contracts/report.ts';
import { addCells, countOf, totalsOf } from '../figures/cells.ts';
import type { Period } from '../period/period.ts';
import { type Axis, axisOf } from './axis.ts';

/** More columns can neither be read nor sent for long. */
export const columnsMax = 100;

export interface ReportForm {
  readonly rows: Dimension;
  readonly columns: Dimension | null;
  readonly measure: Report['measure'];
}

/**
 * Adds buckets up by two things at once. Where more is met than is wanted, the largest are kept and the others summed up, so that
 * rows and columns still add up.
 * @param buckets told apart by what the form names
 * @throws {SumTooLarge} where a sum would no longer be exact
 */
export function pivot(
  { rows, columns, measure }: ReportForm,
  period: Period,
  categories: readonly Category[],
  buckets: readonly Bucket[],
  rowsMax: number,
): Pick<Report, 'header' | 'items' | 'total'> {
  const down = headings(axisOf(rows, period, categories), buckets, measure, rowsMax);
  const across = columns && headings(axisOf(columns, period, categories), buckets, measure, columnsMax);
  const cells = new Map<string, Cell>();
  const add = (place: string, cell: Cell) => cells.set(place, addCells(cells.get(place) ?? emptyCell(), cell));
  for (const bucket of buckets) {
    const row = down.placeOf(bucket);
    add(`${row}`, bucket.cell);
    if (across) add(`${row} ${across.placeOf(bucket)}`, bucket.cell);
    add('all', bucket.cell);
  }
  const valueAt = (place: string) => measured(measure, cells.get(place) ?? emptyCell());
  return {
    header: across ? across.all : [],
    items: down.all.map((heading, row) => ({
      ...heading,
      values: across ? across.all.map((_, column) => valueAt(`${row} ${column}`)) : [],
      total: valueAt(`${row}`),
    })),
    // An entry with two tags is in two rows, but is one.
    total: rows === 'tag' || columns === 'tag' ? null : valueAt('all'),
  };
}

const measured = (measure: Report['measure'], cell: Cell): number =>
  measure === 'count' ? countOf(cell) : totalsOf(cell)[measure];

/** The headings of an axis, and where among them a bucket belongs. */
function headings(axis: Axis, buckets: readonly Bucket[], measure: Report['measure'], max: number) {
  const all: Report['header'] = [...axis.fixed];
  if (!axis.isTime) {
    const sums = new Map<string, Cell>();
    for (const bucket of buckets) {
      const key = axis.keyOf(bucket);
      sums.set(key, addCells(sums.get(key) ?? emptyCell(), bucket.cell));
    }
    const ranked = [...sums]
      .map(([key, cell]) => ({ key, name: axis.nameOf(key), size: Math.abs(measured(measure, cell)) }))
      .sort((a, b) => b.size - a.size || Number(a.name > b.name) - Number(a.name < b.name));
    all.push(...ranked.slice(0, max).map(({ key, name }) => ({ key, name })));
    if (ranked.length > max) all.push({ key: null, name: 'All others' });
  }
  const places = new Map(all.map(({ key }, index) => [key, index]));
  return { all, placeOf: (bucket: Bucket) => places.get(axis.keyOf(bucket)) ?? places.get(null)! };
}
