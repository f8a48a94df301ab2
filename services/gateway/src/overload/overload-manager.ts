import type { Log } from '@outlay/service-kit/log.ts';
import type { OverloadConfig } from '../bootstrap/bootstrap-schema.ts';
import { monitorOf, type ResourceMonitor, type ResourceName } from './resource-monitors.ts';

/** Watches what the process needs to go on, and says when new work is better refused (Envoy: overload manager). */
export class OverloadManager {
  readonly #log: Log;
  #monitors: readonly ResourceMonitor[] = [];
  #triggers: OverloadConfig['actions'][number]['triggers'] = [];
  #timer: NodeJS.Timeout | undefined;
  readonly pressures = new Map<ResourceName, number>();
  /** Envoy's stop_accepting_requests: read with every request. */
  isShedding = false;
  /** Requests refused for it. */
  shedCount = 0;

  constructor(log: Log, config: OverloadConfig) {
    this.#log = log;
    this.update(config);
  }

  update({ refresh_interval, resource_monitors, actions }: OverloadConfig): void {
    this.close();
    this.pressures.clear();
    this.#monitors = resource_monitors.map(monitorOf);
    this.#triggers = actions.flatMap(({ triggers }) => triggers);
    this.#timer = setInterval(() => this.#look(), refresh_interval).unref();
  }

  #look(): void {
    for (const monitor of this.#monitors) this.pressures.set(monitor.name, monitor.pressure());
    // Begun at the value and ended below the release, it does not flap where the pressure falls because of it.
    const cause = this.#triggers.find(({ name, threshold }) => {
      const pressure = this.pressures.get(name) ?? 0;
      return pressure >= (this.isShedding ? threshold.release : threshold.value);
    });
    if ((cause !== undefined) === this.isShedding) return;
    this.isShedding = cause !== undefined;
    const pressures = Object.fromEntries(this.pressures);
    if (cause) this.#log.warn({ resource: cause.name, pressures }, 'overload: new requests are refused');
    else this.#log.info({ pressures, shed: this.shedCount }, 'overload is over');
  }

  close(): void {
    clearInterval(this.#timer);
    for (const monitor of this.#monitors) monitor.close();
  }
}
