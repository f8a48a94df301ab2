import type { RetryPolicyConfig } from '../bootstrap/bootstrap-schema.ts';
import type { FilteredRequest } from '../filters/filter.ts';

/**
 * How one try can fail: Envoy's response flags for no connection, one that broke and one that took too long; or a 503 by
 * which the service says that it has done nothing.
 */
export type TryFailure = 'UF' | 'UC' | 'UT' | 'retriable';

const failuresOf: Readonly<Record<RetryPolicyConfig['retry_on'][number], readonly TryFailure[]>> = {
  'connect-failure': ['UF'],
  reset: ['UC', 'UT'],
  'retriable-headers': ['retriable'],
};
/** RFC 9110 § 9.2.2: asked twice, they do what they do once. */
const idempotentMethods = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

/** When and how often a route's requests are tried again. */
export class RetryPolicy {
  readonly #failures: ReadonlySet<TryFailure>;
  readonly retriesMax: number;
  /** From the last byte of the request to the first of the answer; Infinity where only the route's time-out counts. */
  readonly perTryTimeoutMs: number;
  /** A body up to this is kept until the answer begins; a longer one cannot be sent again. */
  readonly bodyBytesMax: number;
  readonly #baseMs: number;
  readonly #longestMs: number;

  /** @param config undefined for no retries but over kept connections that were closed */
  constructor(config: RetryPolicyConfig | undefined) {
    this.#failures = new Set(config?.retry_on.flatMap((condition) => failuresOf[condition]));
    this.retriesMax = config?.num_retries ?? 0;
    this.perTryTimeoutMs = config?.per_try_timeout ?? Number.POSITIVE_INFINITY;
    this.bodyBytesMax = config?.request_body_buffer_limit ?? 0;
    this.#baseMs = config?.retry_back_off.base_interval ?? 0;
    this.#longestMs = config?.retry_back_off.max_interval ?? 0;
  }

  covers(failure: TryFailure): boolean {
    return this.#failures.has(failure);
  }

  /**
   * Milliseconds before the retry of number `retry` (from 1): anything up to a bound that doubles, so that those who failed
   * together do not come back together (Envoy: retry_back_off).
   */
  backOffMs(retry: number, random = Math.random()): number {
    return random * Math.min(this.#baseMs * (2 ** retry - 1), this.#longestMs);
  }
}

/** Whether a request may be sent again after this: the service has not had it, or having it twice changes nothing. */
export const isSafeToRetry = ({ method, head }: FilteredRequest, failure: TryFailure): boolean =>
  failure === 'UF' || failure === 'retriable' || idempotentMethods.has(method) || head.hasIdempotencyKey;
