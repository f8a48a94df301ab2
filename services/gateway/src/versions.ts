import { ConfigError } from '@outlay/service-kit/config.ts';
import type { Bootstrap, ListenerConfig } from './bootstrap/bootstrap-schema.ts';
import { ConfigWatch } from './bootstrap/config-watch.ts';
import type { GatewaySettings } from './config.ts';
import type { Edge } from './edge.ts';
import type { TracePolicy } from './filters/trace-context.ts';
import { Listener, tlsOf } from './listener/listener.ts';
import { Runtime } from './runtime.ts';
import type { reloadMetrics } from './telemetry/gateway-metrics.ts';

/** How long requests on a listener that is configured away may go on. */
const finishMs = 15_000;

/** The version of the configuration that serves, and the way to the next: whole, or not at all. */
export class Versions {
  readonly #edge: Edge;
  readonly #settings: GatewaySettings;
  #runtime: Runtime;
  appliedAt = new Date();
  #listeners: readonly Listener[];
  #watch: ConfigWatch | undefined;
  /** One change after the other. */
  #change: Promise<void> = Promise.resolve();

  constructor(edge: Edge, settings: GatewaySettings) {
    this.#edge = edge;
    this.#settings = settings;
    this.#runtime = new Runtime(settings.bootstrap, this.#surroundings);
    this.#listeners = settings.bootstrap.listeners.map((config) => this.#createListener(config, this.#runtime));
  }

  get current(): Runtime {
    return this.#runtime;
  }

  get listeners(): readonly Listener[] {
    return this.#listeners;
  }

  /** Listens, and watches the file from then on. */
  async start(metrics: ReturnType<typeof reloadMetrics>): Promise<void> {
    await this.#runtime.warm();
    this.#runtime.locate();
    await Promise.all(this.#listeners.map((listener) => listener.listen()));
    const { configFile, configText, configPollMs } = this.#settings;
    this.#watch = new ConfigWatch(configFile, configText, configPollMs, (read) => {
      this.#change = this.#change.then(async () => metrics.count(await this.#tryText(read)));
    });
  }

  /** Stops accepting, lets requests finish, closes what they used. */
  async close(patienceMs: number): Promise<void> {
    this.#watch?.close();
    await this.#change;
    await Promise.all(this.#listeners.map((listener) => listener.close(patienceMs)));
    this.#runtime.close();
  }

  /** @returns whether the file as it was read serves from now on */
  async #tryText(read: string | Error): Promise<boolean> {
    const { log } = this.#edge;
    try {
      if (read instanceof Error) throw new ConfigError('the file cannot be read', { cause: read });
      await this.#apply(this.#settings.readBootstrap(read));
      log.info({ file: this.#settings.configFile }, 'configuration applied');
      return true;
    } catch (error) {
      const reason = (error as Error).message;
      log.error({ file: this.#settings.configFile, reason }, 'configuration refused: the one before serves on');
      return false;
    }
  }

  async #apply(bootstrap: Bootstrap): Promise<void> {
    const before = this.#runtime;
    const { admin } = this.#settings.bootstrap;
    if (bootstrap.admin.port !== admin.port || bootstrap.admin.address !== admin.address)
      throw new ConfigError('admin can be moved by a restart only');

    for (const { config } of this.#listeners) {
      const other = bootstrap.listeners.find((one) => placeOf(one) === placeOf(config));
      if (other && JSON.stringify(tlsOf(other)) !== JSON.stringify(tlsOf(config)))
        throw new ConfigError(
          `tls_context of "${config.name}" can be changed by a restart only; its files at any time`,
        );
    }

    const next = new Runtime(bootstrap, this.#surroundings, before);
    await next.warm();
    const kept = new Map(this.#listeners.map((listener) => [placeOf(listener.config), listener]));
    const listeners = bootstrap.listeners.map(
      (config) => kept.get(placeOf(config)) ?? this.#createListener(config, next),
    );
    const added = listeners.filter((listener) => !this.#listeners.includes(listener));
    try {
      const routes = bootstrap.listeners.map((config) => next.routesOf(config));
      await Promise.all(added.map((listener) => listener.listen()));
      bootstrap.listeners.forEach((config, i) => void listeners[i]?.update(config, routes[i] as Listener['routes']));
    } catch (error) {
      for (const listener of added) void listener.close(0);
      next.close(before);
      throw error;
    }

    const removed = this.#listeners.filter((listener) => !listeners.includes(listener));
    this.#runtime = next;
    next.locate();
    this.appliedAt = new Date();
    this.#listeners = listeners;
    this.#edge.overload.update(bootstrap.overload_manager);
    this.#edge.tracePolicy = tracePolicyOf(bootstrap, this.#edge.spans !== undefined);
    before.close(next);
    for (const listener of removed) void listener.close(finishMs);
  }

  #createListener(config: ListenerConfig, runtime: Runtime): Listener {
    return new Listener(this.#edge, config, runtime.routesOf(config));
  }

  get #surroundings() {
    const { log, deadlines } = this.#edge;
    return { log, deadlines, workloadTokenDirectory: this.#settings.workloadTokenDirectory };
  }
}

export const tracePolicyOf = ({ tracing }: Bootstrap, isRecording: boolean): TracePolicy => ({
  isRecording,
  samplingPercent: tracing.random_sampling,
  joinsClients: tracing.client_trace === 'join',
});

/** A listener that stays here stays open. */
const placeOf = ({ name, address, port }: ListenerConfig): string => `${name} ${address} ${port}`;
