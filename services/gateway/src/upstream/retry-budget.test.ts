import { expect } from 'chai';
import fc from 'fast-check';
import { RetryBudget } from './retry-budget.ts';

describe('a retry budget', () => {
  it('lets a share of the requests under way be retries, and a few in any case', () => {
    const cases: [active: number, percent: number, concurrencyMin: number, allowed: number][] = [
      [1, 20, 3, 3],
      [15, 20, 3, 3],
      [20, 20, 3, 4],
      [100, 20, 3, 20],
      [100, 0, 0, 0],
      [0, 100, 0, 0],
    ];
    for (const [active, budget_percent, min_retry_concurrency, allowed] of cases) {
      const budget = new RetryBudget({ budget_percent, min_retry_concurrency }, 1_000);
      while (budget.take(active));

      expect(budget.taken, `${budget_percent} % of ${active}`).to.equal(allowed);
    }
  });

  it('is never exceeded and comes back whole, whatever the order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ takes: fc.boolean(), active: fc.nat(200) }), { maxLength: 200 }),
        fc.nat(100),
        fc.nat(10),
        fc.nat(20),
        (steps, budget_percent, min_retry_concurrency, max) => {
          const budget = new RetryBudget({ budget_percent, min_retry_concurrency }, max);
          for (const { takes, active } of steps) {
            const before = budget.taken;
            const share = Math.max(min_retry_concurrency, Math.floor((active * budget_percent) / 100));
            const bound = Math.min(share, max);
            if (takes) expect(budget.take(active)).to.equal(before < bound);
            else if (before > 0) budget.release();
          }
          while (budget.taken > 0) budget.release();
          expect(budget.taken).to.equal(0);
        },
      ),
    );
  });
});
