import { getHeapStatistics } from 'node:v8';
import type { OverloadConfig } from '../bootstrap/bootstrap-schema.ts';

/** How much of a resource is taken: 0 is nothing, 1 is all that may be. */
export interface ResourceMonitor {
  readonly name: ResourceName;
  /** Asked again and again, and each time for what has been since. */
  pressure(): number;
  close(): void;
}

type MonitorConfig = OverloadConfig['resource_monitors'][number];
export type ResourceName = MonitorConfig['name'];

export function monitorOf(config: MonitorConfig): ResourceMonitor {
  switch (config.name) {
    case 'event_loop_lag':
      return new EventLoopLag(config.max);
    case 'memory': {
      const bytesMax = config.max_bytes ?? limitOfContainer();
      return { name: 'memory', pressure: () => process.memoryUsage.rss() / bytesMax, close() {} };
    }
    case 'heap':
      return { name: 'heap', pressure: heapPressure, close() {} };
  }
}

const tickMs = 10;
/** Of what was before: a pause alone, as the garbage collector's, does not make a lag; four looks in a row do. */
const smoothing = 0.5;

/**
 * How long what is due has to wait for the event loop, on average, beside what may be. By a timer of our own:
 * perf_hooks.monitorEventLoopDelay loses the first wait after each reset, which is the only one where waits are long.
 */
class EventLoopLag implements ResourceMonitor {
  readonly name = 'event_loop_lag';
  readonly #maxMs: number;
  readonly #timer: NodeJS.Timeout;
  #tickedAt = performance.now();
  #waitedMs = 0;
  #ticks = 0;
  #pressure = 0;

  constructor(maxMs: number) {
    this.#maxMs = maxMs;
    this.#timer = setInterval(() => this.#onTick(), tickMs).unref();
  }

  #onTick(): void {
    const now = performance.now();
    this.#waitedMs += Math.max(0, now - this.#tickedAt - tickMs);
    this.#ticks++;
    this.#tickedAt = now;
  }

  pressure(): number {
    const latest = this.#ticks === 0 ? this.#pressure : Math.min(1, this.#waitedMs / this.#ticks / this.#maxMs);
    this.#waitedMs = 0;
    this.#ticks = 0;
    this.#pressure = smoothing * this.#pressure + (1 - smoothing) * latest;
    return this.#pressure;
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

function heapPressure(): number {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  return used / limit;
}

/** Of the cgroup; where there is none, nothing is taken of infinity. */
const limitOfContainer = (): number => process.constrainedMemory() || Number.POSITIVE_INFINITY;
