import type { Address } from '../endpoint.ts';

/** Who takes the lists that a source brings. */
export interface AddressSink {
  /** The whole list as it is now. */
  onAddresses(addresses: readonly Address[]): void;
}

/** Where the endpoints of a cluster come from. A source that fails stays silent: the last good list stands. */
export interface EndpointSource {
  /**
   * Brings a list whenever it may have changed; what is known without asking anybody, at once.
   * @returns once there is a first answer, good or bad
   */
  start(sink: AddressSink): Promise<void>;
  /** Counted for the metrics. */
  readonly updates: { succeeded: number; failed: number };
  close(): void;
}

/** Endpoints per cluster; what is beyond is left out, with a line in the log. */
export const addressesMax = 1_000;
