import type { ResponseHead } from '../filters/response-head.ts';
import { type ConnectionOwner, UpstreamConnection, type UpstreamHandler } from './connection.ts';
import type { Endpoint } from './endpoint.ts';

export interface HealthCheckConfig {
  readonly interval: number;
  readonly timeout: number;
  readonly healthy_threshold: number;
  readonly unhealthy_threshold: number;
  readonly http_health_check: { readonly path: string; readonly port_value?: number | undefined };
}

export interface HealthCheckOptions {
  /** After each check. @param changed the endpoint's `failsChecks` is another than before */
  readonly onResult: (endpoint: Endpoint, isHealthy: boolean, changed: boolean) => void;
}

/**
 * Asks one endpoint again and again whether it is well (Envoy: health_checks). It fails until it has passed once; then it
 * takes several failures to fail, or one answer that says so, and several passes to pass again.
 */
export class HealthCheck implements UpstreamHandler, ConnectionOwner {
  readonly #endpoint: Endpoint;
  readonly #config: HealthCheckConfig;
  readonly #options: HealthCheckOptions;
  readonly #request: string;
  #connection: UpstreamConnection | undefined;
  #timer: NodeJS.Timeout | undefined;
  #status = 0;
  /** Of the other kind than `failsChecks` says, in a row. */
  #contrary = 0;
  #isFirst = true;
  #isClosed = false;

  constructor(endpoint: Endpoint, config: HealthCheckConfig, options: HealthCheckOptions) {
    this.#endpoint = endpoint;
    this.#config = config;
    this.#options = options;
    const { path } = config.http_health_check;
    this.#request = `GET ${path} HTTP/1.1\r\nhost: ${endpoint.authority}\r\nuser-agent: outlay-gateway/health-check\r\n\r\n`;
    endpoint.failsChecks = true;
    this.#ask();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#connection?.destroy();
  }

  #ask(): void {
    const { host, port } = this.#endpoint;
    this.#status = 0;
    this.#connection ??= new UpstreamConnection(this, host, this.#config.http_health_check.port_value ?? port);
    this.#timer = setTimeout(() => this.#conclude(false), this.#config.timeout).unref();
    this.#connection.begin(this, this.#request, false, 'none');
  }

  #conclude(isHealthy: boolean): void {
    if (this.#isClosed) return;
    clearTimeout(this.#timer);
    if (!isHealthy) this.#drop();
    const { interval, healthy_threshold, unhealthy_threshold } = this.#config;
    const { failsChecks } = this.#endpoint;
    // An answer other than 200 comes from the service itself: it counts at once, as the first check does.
    const isPlain = this.#isFirst || (this.#status !== 0 && this.#status !== 200);
    const needed = isPlain ? 1 : failsChecks ? healthy_threshold : unhealthy_threshold;
    this.#contrary = isHealthy === failsChecks ? this.#contrary + 1 : 0;
    this.#isFirst = false;
    const changed = this.#contrary >= needed;
    if (changed) {
      this.#endpoint.failsChecks = !isHealthy;
      this.#contrary = 0;
      if (isHealthy) this.#endpoint.startedAt = performance.now();
    }
    // A little of chance, so that gateways and endpoints that started together do not ask together for ever.
    this.#timer = setTimeout(() => this.#ask(), interval * (0.9 + Math.random() * 0.2)).unref();
    this.#options.onResult(this.#endpoint, isHealthy, changed);
  }

  #drop(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.destroy();
  }

  // From the connection, about the answer.

  onHead({ status }: ResponseHead): void {
    this.#status = status;
  }

  onEnd(): void {
    this.#conclude(this.#status === 200);
  }

  onFailure(): void {
    this.#status = 0;
    this.#drop();
    this.#conclude(false);
  }

  onData(): void {}
  onPartRead(): void {}
  onDrain(): void {}

  // From the connection, about itself.

  onClosed(connection: UpstreamConnection): void {
    if (this.#connection === connection) this.#connection = undefined;
  }

  onConnected(): void {}
  onBegun(): void {}
  onEnded(): void {}
  onIdle(): void {}
}
