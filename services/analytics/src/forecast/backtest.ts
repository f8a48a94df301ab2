import type { Forecast } from '@outlay/contracts/forecast.ts';
import { mad } from '../anomalies/robust.ts';
import type { History } from './history.ts';
import { createModel, historyMin, type Model } from './model.ts';

const pastMonths = 12;
/** Of the twelve months to come, the middle one stands for all. */
const farAhead = 6;
const intervalPart = 0.8;
const errorsNeeded = 5;

export interface Errors {
  /** Half the width of the interval of a month that is about to begin, and of one that is far ahead. */
  readonly near: number;
  readonly far: number;
  readonly backtest: Forecast['backtest'];
}

/**
 * How wrong the model would have been over the past year, each month foretold from what was known before it. The interval is as
 * wide as four of five of those errors (split conformal prediction), so it is as honest as the past is like the future.
 * @param known whole months
 * @param gap months between these and the present one
 */
export function measureErrors(history: History, known: number, gap = 0): Errors {
  const models = new Map<number, Model>();
  const modelOf = (known: number): Model => {
    const model = models.get(known) ?? createModel(history, known);
    models.set(known, model);
    return model;
  };
  const errorsAhead = (ahead: number): { index: number; error: number }[] => {
    const errors = [];
    for (let index = Math.max(historyMin + ahead - 1, known - pastMonths); index < known; index++) {
      const { repeating, rest } = modelOf(index - ahead + 1).predict(index);
      errors.push({ index, error: Math.abs(history.totals[index]! - repeating - rest) });
    }
    return errors;
  };
  const near = errorsAhead(1 + gap);
  const far = errorsAhead(farAhead + gap).map(({ error }) => error);
  const nearErrors = near.map(({ error }) => error);
  // Too young to have been wrong: what varies stands for it, as if it were normally distributed.
  const guess = 1.2816 * mad(history.totals.slice(0, known));
  const half = (errors: readonly number[]) => (errors.length < errorsNeeded ? undefined : quantile(errors));
  const nearHalf = half(nearErrors) ?? guess;
  return {
    near: Math.round(nearHalf),
    far: Math.round(Math.max(half(far) ?? guess, nearHalf)),
    backtest: near.length < errorsNeeded + 1 ? null : summed(history, near),
  };
}

/** The error that holds four of five of what comes, where it is like these. */
function quantile(errors: readonly number[]): number {
  const sorted = errors.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length, Math.ceil((sorted.length + 1) * intervalPart)) - 1]!;
}

function summed({ totals }: History, near: readonly { index: number; error: number }[]): Forecast['backtest'] {
  const sum = near.reduce((all, { error }) => all + error, 0);
  const truth = near.reduce((all, { index }) => all + Math.abs(totals[index]!), 0);
  const others = (index: number) => near.filter((each) => each.index !== index).map(({ error }) => error);
  return {
    months: near.length,
    meanError: Math.round(sum / near.length),
    relativeError: truth > 0 ? sum / truth : null,
    inside: near.filter(({ index, error }) => error <= quantile(others(index))).length,
  };
}
