import type { Log } from '@outlay/service-kit/log.ts';
import type { RevocationFeedConfig } from '../../bootstrap/filter-schemas.ts';
import type { Cluster } from '../../upstream/cluster.ts';
import type { UpstreamConnection, UpstreamFailure, UpstreamHandler } from '../../upstream/connection.ts';
import { EventStream, type ServerEvent } from '../../upstream/event-stream.ts';
import { randomHex } from '../random-hex.ts';
import type { ResponseHead } from '../response-head.ts';
import { RevokedSessions } from './revoked-sessions.ts';

/** Tried again after a random part of this, of twice as long, and so on up to the longest. */
const retryMs = { first: 250, longest: 5_000 };
const checkMs = 500;

/**
 * Keeps in mind which sessions have ended, as the issuer of the tokens tells it. After a break it goes on from the last
 * position; what the issuer cannot go on from, it tells anew. While it is away the gateway serves on by what it knows.
 */
export class RevocationFeed implements UpstreamHandler {
  readonly revoked: RevokedSessions;
  readonly #cluster: Cluster;
  readonly #config: RevocationFeedConfig;
  readonly #log: Log;
  #connection: UpstreamConnection | undefined;
  #events: EventStream | undefined;
  #position = '';
  #triedAt = 0;
  /** Failures in a row. */
  #failures = 0;
  #retry: NodeJS.Timeout | undefined;
  #check: NodeJS.Timeout | undefined;
  #isClosed = false;
  #status = 0;
  /** When there was last a sign of life, as performance.now() has it; -1 before the first. */
  heardAt = -1;
  /** The issuer's answer is being read. */
  isConnected = false;
  /** Counted for the metrics. */
  readonly counts = { sessions: 0, connects: 0, failures: 0 };

  constructor(cluster: Cluster, config: RevocationFeedConfig, log: Log) {
    this.#cluster = cluster;
    this.#config = config;
    this.#log = log;
    this.revoked = new RevokedSessions(config.retention, config.max_sessions);
  }

  /** All that ended before is known. */
  get isCaughtUp(): boolean {
    return this.#position !== '';
  }

  start(): void {
    this.#check = setInterval(() => this.#checkTime(), checkMs).unref();
    this.#connect();
  }

  close(): void {
    this.#isClosed = true;
    this.isConnected = false;
    clearInterval(this.#check);
    clearTimeout(this.#retry);
    this.#connection?.destroy();
  }

  #connect(): void {
    const credentials = this.#cluster.credentials();
    const endpoint = this.#cluster.pick();
    // Not a kept one, which the issuer may be closing.
    const connection = credentials !== undefined && endpoint ? this.#cluster.connectionTo(endpoint, true) : undefined;
    this.#triedAt = performance.now();
    if (!endpoint || !connection) {
      this.#fail('there is no endpoint, no workload token or no connection for it');
      return;
    }
    this.#connection = connection;
    this.#status = 0;
    this.#events = new EventStream((event) => this.#onEvent(event));
    const position = this.#position ? `last-event-id: ${this.#position}\r\n` : '';
    // Not sampled: a request that lasts for minutes, and asks the database every second, is no trace that anybody reads.
    const traceparent = `traceparent: 00-${randomHex(32)}-${randomHex(16)}-00\r\n`;
    const head = `GET ${this.#config.path} HTTP/1.1\r\nhost: ${endpoint.authority}\r\naccept: text/event-stream\r\n`;
    connection.begin(this, `${head}${traceparent}${position}${credentials}\r\n`, false, 'none');
  }

  #onEvent({ data, id }: ServerEvent): void {
    if (data) {
      this.counts.sessions++;
      this.revoked.add(data);
    }
    if (id === undefined) return;
    this.#position = id;
    this.#failures = 0;
  }

  onHead({ status }: ResponseHead): void {
    this.#status = status;
    if (status !== 200) return;
    this.isConnected = true;
    this.heardAt = performance.now();
    this.counts.connects++;
    this.#log.info({ cluster: this.#cluster.name }, 'told of ended sessions');
  }

  onData(chunk: Buffer): void {
    if (this.#status !== 200) return;
    this.heardAt = performance.now();
    this.#events?.push(chunk);
  }

  /** In order: the issuer lets go of who follows it for long, or ends itself. */
  onEnd(): void {
    this.#connection = undefined;
    if (this.#status === 200) this.#again(Math.random() * retryMs.first);
    else this.#fail(`it answered ${this.#status}`);
  }

  onFailure(failure: UpstreamFailure): void {
    this.#fail(failure === 'UF' ? 'it cannot be reached' : 'it broke off');
  }

  onPartRead(): void {}
  onDrain(): void {}

  #checkTime(): void {
    this.revoked.forgetOld();
    if (!this.#connection) return;
    const now = performance.now();
    const isLost = !this.#connection.isConnected && now - this.#triedAt > this.#cluster.connectTimeoutMs;
    const isSilent = now - Math.max(this.#triedAt, this.heardAt) > this.#config.idle_timeout;
    if (!isLost && !isSilent) return;
    this.#connection.destroy();
    this.#fail(isLost ? 'it cannot be reached' : 'it is silent');
  }

  #fail(reason: string): void {
    this.counts.failures++;
    this.#log.warn({ cluster: this.#cluster.name, reason }, 'not told of ended sessions: served on by what is known');
    this.#again(Math.random() * Math.min(retryMs.longest, retryMs.first * 2 ** Math.min(this.#failures, 10)));
    this.#failures++;
  }

  #again(afterMs: number): void {
    this.#connection = undefined;
    this.isConnected = false;
    if (!this.#isClosed) this.#retry = setTimeout(() => this.#connect(), afterMs).unref();
  }
}
