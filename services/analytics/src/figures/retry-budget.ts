/** Every call earns a fifth of a retry, and so many can be saved up: enough for a pod that restarts, too few to be a load. */
const earned = 0.2;
const savedMax = 10;

/**
 * Bounds retries to a share of the calls (as Finagle's RetryBudget): where expense fails for all, asking it twice as often
 * would keep it down.
 */
export function createRetryBudget() {
  let saved = savedMax;
  return {
    /** For every first try. */
    earn(): void {
      saved = Math.min(savedMax, saved + earned);
    },
    /** @returns whether there may be a retry, which is then taken from the budget */
    spend(): boolean {
      if (saved < 1) return false;
      saved -= 1;
      return true;
    },
  };
}
