import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceAnswer, ServiceClient } from '@outlay/identity/service-client.ts';
import { Unavailable } from '@outlay/service-kit/problem.ts';
import type { AppContext, AuthenticatedUser } from '@outlay/service-kit/route.ts';
import { createCoalescer } from './coalesce.ts';
import { createRetryBudget } from './retry-budget.ts';

export interface FigureCall {
  path: string;
  query: Readonly<Record<string, string>>;
  accept?: string;
  user: AuthenticatedUser;
  ctx: AppContext;
}

/**
 * Rejects with expense's own 4xx, or with {@link Unavailable} where there is no answer in time, or none that `read` can take.
 * @param read the same for all calls of a path
 */
export type ExpenseSource = <T>(read: (answer: ServiceAnswer) => Promise<T>, call: FigureCall) => Promise<T>;

/** A pod that restarts is out of the way within so long, and not all who wait for it come back at once. */
const pauseMs = () => 20 + Math.random() * 60;

/**
 * Figures from expense: equal questions of one person at a time share an answer; one that fails fast is asked once more.
 * @param timeoutMs from the question to its answer or refusal: waiting for another's answer and the retry included
 */
export function createExpenseSource(expense: ServiceClient, timeoutMs: number): ExpenseSource {
  const share = createCoalescer<unknown>(timeoutMs / 4);
  const retries = createRetryBudget();

  async function ask<T>(
    read: (answer: ServiceAnswer) => Promise<T>,
    call: FigureCall,
    signal: AbortSignal,
  ): Promise<T> {
    retries.earn();
    try {
      return await expense.read(read, { ...call, signal });
    } catch (error) {
      if (!(error instanceof Unavailable) || signal.aborted || !retries.spend()) throw error;
      await delay(pauseMs());
      if (signal.aborted) throw error;
      return expense.read(read, { ...call, signal });
    }
  }

  return <T>(read: (answer: ServiceAnswer) => Promise<T>, call: FigureCall) => {
    const signal = AbortSignal.timeout(timeoutMs);
    // By the token, not by the person: an answer is shared only with who would have been given it.
    const key = `${call.user.token} ${call.path}?${new URLSearchParams(call.query)}`;
    return share(key, () => ask(read, call, signal)) as Promise<T>;
  };
}
