import type { RetryCounter } from '../telemetry/gateway-metrics.ts';
import type { Cluster } from '../upstream/cluster.ts';
import type { Endpoint } from '../upstream/endpoint.ts';
import type { RetryPolicy } from './retry-policy.ts';

/** The tries of one request after a back-off, within its policy and its cluster's budget; made once the first try has failed. */
export class Retries {
  readonly #policy: RetryPolicy;
  readonly #cluster: Cluster;
  readonly #counter: RetryCounter;
  #begun = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Endpoints that failed: the next try goes to another where there is one. */
  tried: readonly Endpoint[] = [];
  /** Why there was no other try, where one was due: the limit, or the budget. */
  flag: 'URX' | 'UO' | undefined;

  constructor(policy: RetryPolicy, cluster: Cluster, counter: RetryCounter) {
    this.#policy = policy;
    this.#cluster = cluster;
    this.#counter = counter;
  }

  /** @param failed where the try before went @returns whether there may be another */
  take(failed: Endpoint): boolean {
    const { active, retryBudget } = this.#cluster;
    if (this.#begun >= this.#policy.retriesMax) this.flag = 'URX';
    // Held from the first retry to the end of the exchange.
    else if (this.#begun === 0 && !retryBudget.take(active)) this.flag = 'UO';
    if (this.flag) {
      this.#count(this.flag === 'URX' ? 'limit_exceeded' : 'overflow');
      return false;
    }
    this.#begun++;
    this.tried = [...this.tried, failed];
    this.#count('begun');
    return true;
  }

  /** Calls back when the next try is due. */
  wait(onDue: () => void): void {
    this.#timer = setTimeout(onDue, this.#policy.backOffMs(this.#begun));
  }

  /** @param isAnswered the request was, in the end */
  end(isAnswered: boolean): void {
    if (this.#begun === 0) return;
    clearTimeout(this.#timer);
    this.#cluster.retryBudget.release();
    if (isAnswered && !this.flag) this.#count('succeeded');
  }

  #count(result: string): void {
    this.#counter.inc({ cluster: this.#cluster.name, result });
  }
}
