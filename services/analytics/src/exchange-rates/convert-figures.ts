import { startOf } from '@outlay/contracts/calendar.ts';
import type { Conversion } from '@outlay/contracts/exchange-rate.ts';
import type { Bucket, Cell, Figures, FiguresQuery } from '@outlay/contracts/internal.ts';
import { addCells, countOf } from '../figures/cells.ts';
import type { FindRate } from './find-rate.ts';
import { convertMinor } from './ratio.ts';

/**
 * Figures of one currency out of figures of each. A sum of one day, currency, kind and category (or payee, tag) is converted by
 * the rate of its day and rounded; everything else is a sum of these, so that all figures agree with each other.
 * @param figures in every currency, those in another than `figures.currency` by day
 * @param by how the buckets are wanted; @param categories whether by category;
 * @param apart whether payees stand beside the categories
 * @throws {SumTooLarge} where a sum would no longer be exact
 */
export function convertFigures(
  figures: Figures,
  { by, categories, apart = false }: { by: FiguresQuery['by']; categories: boolean; apart?: boolean },
  findRate: FindRate,
): { figures: Figures; conversion: Conversion } {
  const converted = new Set<string>();
  /** By currency and sum: ranges may overlap, and what lies in two of them is missing once. */
  const missing = new Map<string, Map<string, { date: string; count: number }>>();
  const ranges = figures.ranges.map((range) => {
    const buckets = new Map<string, Bucket>();
    const currencies = new Set<string>();
    for (const { currency = figures.currency, ...bucket } of range.buckets) {
      const cell = currency === figures.currency ? bucket.cell : convertCell(bucket, currency);
      currencies.add(cell ? figures.currency : currency);
      if (!cell) {
        // The same entries stand under a category and under a payee.
        if (apart && bucket.payee !== undefined) continue;
        const sums = missing.get(currency) ?? new Map();
        missing.set(currency, sums.set(keyOf(bucket), { date: bucket.start, count: countOf(bucket.cell) }));
        continue;
      }
      if (currency !== figures.currency) converted.add(currency);
      const start = startOfBucket(by, range.from, bucket.start);
      const category = categories ? bucket.category : null;
      const sum = { ...bucket, start, category, cell };
      const known = buckets.get(keyOf(sum));
      if (known) known.cell = addCells(known.cell, cell);
      else buckets.set(keyOf(sum), sum);
    }
    return { ...range, currencies: [...currencies].sort(), buckets: [...buckets.values()] };
  });
  return {
    figures: { ...figures, ranges },
    conversion: {
      converted: [...converted].sort(),
      missing: [...missing]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([currency, days]) => inDays(currency, days.values())),
    },
  };

  function convertCell({ start, cell }: Pick<Bucket, 'start' | 'cell'>, currency: string): Cell | undefined {
    const rate = findRate(currency, figures.currency, start);
    if (!rate) return undefined;
    const inTarget = (minor: number) => convertMinor(minor, currency, figures.currency, rate);
    return { ...cell, expense: inTarget(cell.expense), income: inTarget(cell.income), refund: inTarget(cell.refund) };
  }
}

const keyOf = ({ start, category, payee, tag }: Bucket) => JSON.stringify([start, category, payee, tag]);

function startOfBucket(by: FiguresQuery['by'], from: string, date: string): string {
  const start = by === 'total' ? from : startOf(by, date);
  return start < from ? from : start;
}

function inDays(currency: string, sums: Iterable<{ date: string; count: number }>): Conversion['missing'][number] {
  const all = [...sums].sort((a, b) => (a.date < b.date ? -1 : 1));
  return {
    currency,
    count: all.reduce((total, { count }) => total + count, 0),
    from: all[0]!.date,
    to: all.at(-1)!.date,
  };
}
