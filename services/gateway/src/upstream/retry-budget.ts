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
  #taken = 0;

  constructor(config: RetryBudgetConfig) {
    this.#config = config;
  }

  /** Retries under way. */
  get taken(): number {
    return this.#taken;
  }

  /** @param active requests under way @returns false where a retry would be one too many; else `release` follows once */
  take(active: number): boolean {
    const { budget_percent, min_retry_concurrency } = this.#config;
    if (this.#taken >= Math.max(min_retry_concurrency, Math.floor((active * budget_percent) / 100))) return false;
    this.#taken++;
    return true;
  }

  release(): void {
    this.#taken--;
  }
}
