import type { ResponseHead } from '../filters/response-head.ts';
import type { Deadlines, Timed } from '../proxy/deadlines.ts';
import type { Cluster } from './cluster.ts';
import type { UpstreamConnection, UpstreamFailure, UpstreamHandler } from './connection.ts';
import type { Endpoint } from './endpoint.ts';

export interface FetchTextOptions {
  readonly path: string;
  readonly timeoutMs: number;
  readonly bytesMax: number;
  readonly deadlines: Deadlines;
}

/**
 * GETs a text from a service in the gateway's own name.
 * Rejects where the service cannot be reached, answers other than 200, too long or too late.
 */
export function fetchText(cluster: Cluster, options: FetchTextOptions): Promise<string> {
  return new Promise((resolve, reject) => new TextFetch(cluster, options, resolve, reject).run());
}

class TextFetch implements UpstreamHandler, Timed {
  readonly #cluster: Cluster;
  readonly #options: FetchTextOptions;
  readonly #resolve: (text: string) => void;
  readonly #reject: (error: Error) => void;
  readonly #startedAt = performance.now();
  #endpoint: Endpoint | undefined;
  #connection: UpstreamConnection | undefined;
  #status = 0;
  #chunks: Buffer[] = [];
  #bytes = 0;
  slot = -1;

  constructor(
    cluster: Cluster,
    options: FetchTextOptions,
    resolve: (text: string) => void,
    reject: (error: Error) => void,
  ) {
    this.#cluster = cluster;
    this.#options = options;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  run(): void {
    const credentials = this.#cluster.credentials();
    const endpoint = this.#cluster.pick();
    this.#endpoint = endpoint;
    this.#connection = credentials !== undefined && endpoint ? this.#cluster.connectionTo(endpoint) : undefined;
    if (!endpoint || !this.#connection) {
      const lack = endpoint && (credentials === undefined ? 'workload token for it' : 'connection to spare');
      this.#reject(new Error(`${this.#cluster.name} cannot be asked: no ${lack ?? 'endpoint'}`));
      return;
    }
    this.#options.deadlines.add(this);
    const head = `GET ${this.#options.path} HTTP/1.1\r\nhost: ${endpoint.authority}\r\naccept: application/json\r\n`;
    this.#connection.begin(this, `${head}${credentials}\r\n`, false, 'none');
  }

  onHead({ status }: ResponseHead): void {
    this.#status = status;
  }

  onData(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#options.bytesMax) this.#giveUp('answered too much');
    else this.#chunks.push(Buffer.from(chunk));
  }

  onEnd(): void {
    this.#options.deadlines.delete(this);
    this.#report(this.#status);
    if (this.#status === 200) this.#resolve(Buffer.concat(this.#chunks).toString('utf8'));
    else this.#reject(new Error(`${this.#cluster.name} answered ${this.#status}`));
  }

  onFailure(failure: UpstreamFailure): void {
    this.#report(503);
    this.#giveUp(failure === 'UF' ? 'cannot be reached' : 'gave no whole answer');
  }

  onPartRead(): void {}
  onDrain(): void {}

  checkTime(now: number): void {
    const waited = now - this.#startedAt;
    const isLost = !this.#connection?.isConnected && waited > this.#cluster.connectTimeoutMs;
    if (isLost || waited > this.#options.timeoutMs) {
      this.#report(504);
      this.#giveUp('did not answer in time');
    }
  }

  #report(status: number): void {
    if (this.#endpoint) this.#cluster.report(this.#endpoint, status);
  }

  #giveUp(reason: string): void {
    this.#options.deadlines.delete(this);
    this.#connection?.destroy();
    this.#reject(new Error(`${this.#cluster.name} ${reason}`));
  }
}
