export interface RetryBudgetConfig {
  /** Percent of the requests under way that may be retries. */
  readonly budget_percent: number;
  /** So many may be at any time, however few requests are under way. */
  readonly min_retry_concurrency: number;
}

/**
 * Bounds the retries under way at one cluster to a share of its requests: where a service fails for all, trying again must
 * not multiply what it has to carry (Envoy: circuit_breakers.thresholds.retry_budget).
 */
export class RetryBudget {
  readonly #config: RetryBudgetConfig;
  /** However many requests are under way. */
  readonly max: number;
  #taken = 0;
  /** Retries that would have been one too many. */
  overflows = 0;

  constructor(config: RetryBudgetConfig, max: number) {
    this.#config = config;
    this.max = max;
  }

  /** Retries under way. */
  get taken(): number {
    return this.#taken;
  }

  /** @param active requests under way @returns false where a retry would be one too many; else `release` follows once */
  take(active: number): boolean {
    const { budget_percent, min_retry_concurrency } = this.#config;
    const share = Math.max(min_retry_concurrency, Math.floor((active * budget_percent) / 100));
    if (this.#taken >= Math.min(share, this.max)) {
      this.overflows++;
      return false;
    }
    this.#taken++;
    return true;
  }

  release(): void {
    this.#taken--;
  }
}
