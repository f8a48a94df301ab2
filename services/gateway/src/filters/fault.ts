import { setTimeout as wait } from 'node:timers/promises';
import type { FaultConfig } from '../bootstrap/filter-schemas.ts';
import { FaultInjected } from '../problems.ts';
import type { Filter, FilteredRequest, Verdict } from './filter.ts';

/** Of what a header asks for no more than the file could. */
const delayMsMax = 60_000;

/** Holds up and refuses a part of the requests on purpose, to see whether clients bear it (Envoy: HTTPFault). */
export class Fault implements Filter {
  readonly name = 'fault';
  readonly #config: FaultConfig;
  readonly #random: () => number;
  #active = 0;

  /** @param random from 0 up to 1 */
  constructor(config: FaultConfig, random: () => number = Math.random) {
    this.#config = config;
    this.#random = random;
  }

  onRequest(request: FilteredRequest): Verdict | Promise<Verdict> {
    if (this.#active >= this.#config.max_active_faults) return undefined;
    const delayMs = this.#delayMsOf(request);
    return delayMs > 0 ? this.#delay(request, delayMs) : this.#abort(request);
  }

  async #delay(request: FilteredRequest, delayMs: number): Promise<Verdict> {
    request.filterFlag = 'DI';
    this.#active++;
    await wait(delayMs, undefined, { ref: false });
    this.#active--;
    return this.#abort(request);
  }

  #abort(request: FilteredRequest): Verdict {
    const status = this.#abortStatusOf(request);
    if (status === 0) return undefined;
    request.filterFlag = request.filterFlag === undefined ? 'FI' : `${request.filterFlag},FI`;
    return new FaultInjected(status);
  }

  #delayMsOf({ head }: FilteredRequest): number {
    const { delay } = this.#config;
    if (!delay) return 0;
    const ms = delay.fixed_delay ?? numberOf(head.faultDelay, 1, delayMsMax);
    return ms > 0 && this.#isMeant(delay.percentage) ? ms : 0;
  }

  #abortStatusOf({ head }: FilteredRequest): number {
    const { abort } = this.#config;
    if (!abort) return 0;
    const status = abort.http_status ?? numberOf(head.faultAbort, 400, 599);
    return status > 0 && this.#isMeant(abort.percentage) ? status : 0;
  }

  #isMeant(percentage: number): boolean {
    return this.#random() * 100 < percentage;
  }
}

/** 0 where the text is no number in the range. */
function numberOf(text: string | undefined, min: number, max: number): number {
  const number = text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) : 0;
  return number >= min && number <= max ? number : 0;
}
