import type { Comparison } from '@outlay/contracts/analytics.ts';
import { daysBetween } from '@outlay/contracts/calendar.ts';
import { emptyCell, type Figures } from '@outlay/contracts/internal.ts';
import type { Category } from '@outlay/contracts/ledger.ts';
import { cellsByCategory, uncategorised } from '../categories/cells-by-category.ts';
import { exact, spentOf, sumCells, totalsOf } from '../figures/cells.ts';
import { otherCurrencies, ratio } from '../summary/summarize.ts';

type Range = Figures['ranges'][number];

/**
 * What explains the difference between two periods: every category by its own entries, so that the changes add up to the whole
 * and a rise in one child is not hidden by a fall in its sibling.
 * @param period split by category, as `before`
 * @throws {SumTooLarge} where a sum would no longer be exact
 */
export function compare(currency: string, categories: readonly Category[], period: Range, before: Range): Comparison {
  const known = new Map(categories.map((category) => [category.id, category]));
  const now = cellsByCategory(known, period.buckets);
  const then = cellsByCategory(known, before.buckets);
  const changes = [...new Set([...now.keys(), ...then.keys()])]
    .map((id) => {
      const { id: category, parent, name, color, icon } = id === null ? uncategorised : known.get(id)!;
      const spent = spentOf(now.get(id) ?? emptyCell());
      const spentBefore = spentOf(then.get(id) ?? emptyCell());
      const change = exact(spent - spentBefore);
      return { category, parent, name, color, icon, spent, spentBefore, change, weight: 0 };
    })
    .filter(({ change }) => change !== 0)
    .sort((a, b) => Math.abs(b.change) - Math.abs(a.change) || Number(a.name > b.name) - Number(a.name < b.name));
  const moved = changes.reduce((sum, { change }) => sum + Math.abs(change), 0);
  for (const each of changes) each.weight = Math.abs(each.change) / moved;

  const whole = ({ from, to }: Range, cells: typeof now) => ({
    from,
    to,
    days: daysBetween(from, to),
    totals: totalsOf(sumCells(cells.values())),
  });
  const current = whole(period, now);
  const other = whole(before, then);
  return {
    ...current,
    currency,
    with: other,
    change: {
      spent: exact(current.totals.spent - other.totals.spent),
      spentRatio: ratio(current.totals.spent, other.totals.spent),
    },
    categories: changes,
    otherCurrencies: otherCurrencies(currency, [period, before]),
  };
}
