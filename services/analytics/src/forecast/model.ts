import { median } from '../anomalies/robust.ts';
import { findRepeating, isDue, type Repeating } from './find-repeating.ts';
import type { History } from './history.ts';

/** With less of a past nothing is foretold. */
export const historyMin = 3;
/** What is usual is what was in the past year. */
const levelMonths = 12;
/** Of years that were seen, and within bounds, because they are few. */
const seasonsNeeded = 2;
const seasonBounds = [0.5, 2] as const;

export interface Model {
  readonly repeating: ReadonlyMap<string, Repeating>;
  /** Repeating payments that come in a month, and the rest that is usual in such a month. */
  predict(index: number): { repeating: number; rest: number };
}

/**
 * Known repeating payments, and for all the rest the median month of the past year, times how such a month (a December)
 * was to the months around it in the years before.
 * @param known how many months, from the first, may be looked at; at least {@link historyMin}
 */
export function createModel({ totals, payees }: History, known: number): Model {
  const repeating = new Map<string, Repeating>();
  const rest = totals.slice(0, known);
  for (const [payee, history] of payees) {
    const found = payee === '' ? undefined : findRepeating(history, known);
    if (!found) continue;
    repeating.set(payee, found);
    for (let index = 0; index < known; index++) rest[index]! -= history.values[index]!;
  }
  const level = median(rest.slice(-levelMonths));

  function season(index: number): number {
    const ratios: number[] = [];
    for (let like = index - 12; like >= 0; like -= 12) {
      if (like >= known) continue;
      const around = median(rest.slice(Math.max(0, like - 6), like + 7));
      if (around > 0) ratios.push(rest[like]! / around);
    }
    if (level <= 0 || ratios.length < seasonsNeeded) return 1;
    return Math.min(seasonBounds[1], Math.max(seasonBounds[0], median(ratios)));
  }

  return {
    repeating,
    predict(index) {
      let due = 0;
      for (const each of repeating.values()) if (isDue(each, index)) due += each.amount;
      return { repeating: due, rest: Math.round(level * season(index)) };
    },
  };
}
