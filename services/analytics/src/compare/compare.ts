import { daysBetween } from '@outlay/contracts/calendar.ts';
import type { Comparison } from '@outlay/contracts/compare.ts';
import { type Cell, emptyCell, type Figures } from '@outlay/contracts/internal.ts';
import type { Category } from '@outlay/contracts/ledger.ts';
import { cellsByCategory, uncategorised } from '../categories/cells-by-category.ts';
import { exact, spentOf, sumCells, totalsOf } from '../figures/cells.ts';
import { cellsByPayee } from '../payees/cells-by-payee.ts';
import { otherCurrencies, ratio } from '../summary/summarize.ts';

type Range = Figures['ranges'][number];

/** So many payees are named; the others are summed up. */
const payeesMax = 100;

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
  const changes = changesOf(now, then).map(({ key, ...change }) => {
    const { id: category, parent, name, color, icon } = key === null ? uncategorised : known.get(key)!;
    return { category, parent, name, color, icon, ...change };
  });
  return { ...wholes(currency, period, before), categories: changes.sort(byWeight(({ name }) => name)) };
}

/**
 * The same by payee, the weightiest named and the others together.
 * @param period split by payee, as `before`
 * @throws {SumTooLarge} where a sum would no longer be exact
 */
export function comparePayees(currency: string, period: Range, before: Range): Comparison {
  const changes = changesOf(cellsByPayee(period.buckets), cellsByPayee(before.buckets))
    .map(({ key: payee, ...change }) => ({ payee, ...change }))
    .sort(byWeight(({ payee }) => payee));
  return {
    ...wholes(currency, period, before),
    categories: [],
    payees: changes.slice(0, payeesMax),
    otherPayees: changes.slice(payeesMax).reduce((sum, { change }) => exact(sum + change), 0),
  };
}

/** What changed, each with its part of all that changed. */
function changesOf<K>(now: ReadonlyMap<K, Cell>, then: ReadonlyMap<K, Cell>) {
  const changes = [...new Set([...now.keys(), ...then.keys()])]
    .map((key) => {
      const spent = spentOf(now.get(key) ?? emptyCell());
      const spentBefore = spentOf(then.get(key) ?? emptyCell());
      return { key, spent, spentBefore, change: exact(spent - spentBefore), weight: 0 };
    })
    .filter(({ change }) => change !== 0);
  const moved = changes.reduce((sum, { change }) => sum + Math.abs(change), 0);
  return changes.map((each) => ({ ...each, weight: Math.abs(each.change) / moved }));
}

const byWeight =
  <T extends { change: number }>(nameOf: (each: T) => string) =>
  (a: T, b: T): number =>
    Math.abs(b.change) - Math.abs(a.change) || Number(nameOf(a) > nameOf(b)) - Number(nameOf(a) < nameOf(b));

function wholes(currency: string, period: Range, before: Range) {
  const whole = ({ from, to, buckets }: Range) => ({
    from,
    to,
    days: daysBetween(from, to),
    totals: totalsOf(sumCells(buckets.map(({ cell }) => cell))),
  });
  const current = whole(period);
  const other = whole(before);
  return {
    ...current,
    currency,
    with: other,
    change: {
      spent: exact(current.totals.spent - other.totals.spent),
      spentRatio: ratio(current.totals.spent, other.totals.spent),
    },
    otherCurrencies: otherCurrencies(currency, [period, before]),
  };
}
