import type { CircuitBreakers } from './circuit-breakers.ts';
import { type ConnectionOwner, UpstreamConnection } from './connection.ts';

/** Where a service listens, as discovery tells it. */
export interface Address {
  readonly host: string;
  readonly port: number;
  /** For the Host field. */
  readonly authority: string;
  /** Empty where it is not known. */
  readonly zone: string;
}

/** One address of a service with the connections kept to it, and what is known of its health. */
export class Endpoint implements ConnectionOwner {
  readonly host: string;
  readonly port: number;
  readonly authority: string;
  readonly zone: string;
  readonly #breakers: CircuitBreakers;
  readonly #connections = new Set<UpstreamConnection>();
  readonly #idle: UpstreamConnection[] = [];
  /** Removed from its cluster: what is under way finishes. */
  isDraining = false;

  /** Requests under way. */
  active = 0;
  requests = 0;
  /** Requests that ended in 5xx, or in no answer. */
  failures = 0;
  connectionsMade = 0;
  connectFailures = 0;

  /** By outlier detection. */
  isEjected = false;
  ejectedAt = 0;
  ejectedForMs = 0;
  /** How many times in a row it has been; one less for each interval without. */
  ejections = 0;
  consecutive5xx = 0;
  consecutiveGatewayFailures = 0;
  /** By its active health checks. */
  failsChecks = false;
  /** When it began to take requests, or to take them again. */
  startedAt: number;

  constructor({ host, port, authority, zone }: Address, breakers: CircuitBreakers, startedAt: number) {
    this.host = host;
    this.port = port;
    this.authority = authority;
    this.zone = zone;
    this.#breakers = breakers;
    this.startedAt = startedAt;
  }

  get isHealthy(): boolean {
    return !this.isEjected && !this.failsChecks;
  }

  get connections(): number {
    return this.#connections.size;
  }

  get idle(): number {
    return this.#idle.length;
  }

  /** The connection used last, so that those not needed grow old together and are closed. */
  takeIdle(): UpstreamConnection | undefined {
    for (;;) {
      const connection = this.#idle.pop();
      if (!connection || connection.isOpen) return connection;
    }
  }

  connect(): UpstreamConnection {
    const connection = new UpstreamConnection(this, this.host, this.port);
    this.#connections.add(connection);
    this.connectionsMade++;
    this.#breakers.connections.count++;
    this.#breakers.pending.count++;
    return connection;
  }

  /** Closes the connection idle for longest, which makes room at once. @returns false where none is idle */
  evictIdle(): boolean {
    const oldest = this.#idle.shift();
    if (!oldest) return false;
    this.#forget(oldest);
    oldest.destroy();
    return true;
  }

  /** Closes those idle since before. @param before as performance.now() gives it */
  closeIdle(before: number): void {
    let old = 0;
    while (old < this.#idle.length && (this.#idle[old] as UpstreamConnection).idleSince < before) old++;
    for (const connection of this.#idle.splice(0, old)) connection.destroy();
  }

  /** Closes what is idle now, and what becomes so. */
  drain(): void {
    this.isDraining = true;
    this.closeIdle(Number.POSITIVE_INFINITY);
  }

  #forget(connection: UpstreamConnection): void {
    if (this.#connections.delete(connection)) this.#breakers.connections.count--;
  }

  // From the connections.

  onConnected(): void {
    this.#breakers.pending.count--;
  }

  onBegun(): void {
    this.requests++;
    this.active++;
    this.#breakers.requests.count++;
  }

  onEnded(): void {
    this.active--;
    this.#breakers.requests.count--;
  }

  onIdle(connection: UpstreamConnection): void {
    if (this.isDraining) {
      connection.destroy();
      return;
    }
    connection.idleSince = performance.now();
    this.#idle.push(connection);
  }

  onClosed(connection: UpstreamConnection): void {
    if (!connection.isConnected) {
      this.#breakers.pending.count--;
      this.connectFailures++;
    }
    this.#forget(connection);
    const at = this.#idle.indexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
  }
}
