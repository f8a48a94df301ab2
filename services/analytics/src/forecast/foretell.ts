import { addDays, addMonths, daysInMonth } from '@outlay/contracts/calendar.ts';
import type { Forecast } from '@outlay/contracts/forecast.ts';
import { exact } from '../figures/cells.ts';
import { measureErrors } from './backtest.ts';
import { isDue, monthsOf, type Repeating } from './find-repeating.ts';
import type { History } from './history.ts';
import { createModel, historyMin } from './model.ts';

const monthsAhead = 12;
const repeatingMax = 100;

type Told = Pick<Forecast, 'history' | 'month' | 'months' | 'repeating' | 'backtest'>;

/**
 * How the present month will end and what the twelve after it will come to.
 * @param history its last month is the present one, up to `today`
 * @param until last day that is learnt from; default: of the month before
 * @throws {SumTooLarge} where a sum would no longer be exact
 */
export function foretell(history: History, today: string, measure: Forecast['measure'], until = today): Told {
  const present = history.months.length - 1;
  const known = history.months.slice(1).filter((next) => next <= addDays(until, 1)).length;
  const nothing = { history: known, month: null, months: [], repeating: [], backtest: null };
  if (known < historyMin) return nothing;
  const model = createModel(history, known);
  const { near, far, backtest } = measureErrors(history, known, present - known);
  const start = history.months[present]!;
  const monthAt = (index: number) => addMonths(start, index - present);
  const endOf = (month: string) => addDays(addMonths(month, 1), -1);
  /** What was never negative is not foretold to be. */
  const floor = measure === 'net' || history.totals.some((total) => total < 0) ? Number.NEGATIVE_INFINITY : 0;

  const sofar = history.totals[present]!;
  const isPaid = (payee: string, { last }: Repeating) => {
    const { counts } = history.payees.get(payee)!;
    return counts[present]! >= counts[last]!;
  };
  const open = [...model.repeating].filter(([payee, each]) => isDue(each, present) && !isPaid(payee, each));
  const due = open.reduce((sum, [, { amount }]) => sum + amount, 0);
  const days = daysInMonth(start.slice(0, 7));
  const left = (days - Number(today.slice(8))) / days;
  const end = exact(sofar + due + Math.round(model.predict(present).rest * left));
  const half = Math.round(near * Math.sqrt(left));

  return {
    history: known,
    month: {
      start,
      end: endOf(start),
      sofar,
      expected: end,
      low: Math.max(end - half, Math.min(floor === 0 ? sofar : floor, end)),
      high: exact(end + half),
      repeating: due,
    },
    months: Array.from({ length: monthsAhead }, (_, index) => {
      const month = monthAt(present + 1 + index);
      const { repeating, rest } = model.predict(present + 1 + index);
      const expected = exact(repeating + rest);
      const low = Math.max(expected - far, Math.min(floor, expected));
      return { start: month, end: endOf(month), expected, low, high: exact(expected + far), repeating };
    }),
    repeating: [...model.repeating]
      .map(([payee, each]) => {
        const last = history.payees.get(payee)!.counts[present]! > 0 ? present : each.last;
        let next = each.last;
        while (next < present || (next === present && isPaid(payee, each))) next += monthsOf[each.every];
        return { payee, every: each.every, amount: each.amount, last: monthAt(last), next: monthAt(next) };
      })
      .sort((a, b) => Math.abs(b.amount) - Math.abs(a.amount) || (a.payee < b.payee ? -1 : 1))
      .slice(0, repeatingMax),
    backtest,
  };
}
