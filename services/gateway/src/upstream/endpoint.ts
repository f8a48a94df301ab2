import { type ConnectionOwner, UpstreamConnection } from './connection.ts';

/** One address of a service with the connections kept to it. */
export class Endpoint implements ConnectionOwner {
  readonly host: string;
  readonly port: number;
  /** For the Host field. */
  readonly authority: string;
  readonly #connections = new Set<UpstreamConnection>();
  readonly #idle: UpstreamConnection[] = [];
  #isClosed = false;

  /** @param url http://host:port */
  constructor(url: string) {
    const { hostname, port, host } = new URL(url);
    this.host = hostname.replace(/^\[|\]$/g, '');
    this.port = Number(port || 80);
    this.authority = host;
  }

  get connections(): number {
    return this.#connections.size;
  }

  get idle(): number {
    return this.#idle.length;
  }

  /** The connection used last, so that those not needed grow old together and are closed. */
  takeIdle(): UpstreamConnection | undefined {
    return this.#idle.pop();
  }

  connect(): UpstreamConnection {
    const connection = new UpstreamConnection(this, this.host, this.port);
    this.#connections.add(connection);
    return connection;
  }

  /** Closes those idle since before. @param before as performance.now() gives it */
  closeIdle(before: number): void {
    let old = 0;
    while (old < this.#idle.length && (this.#idle[old] as UpstreamConnection).idleSince < before) old++;
    for (const connection of this.#idle.splice(0, old)) connection.destroy();
  }

  /** Closes what is idle now, and what becomes so. */
  close(): void {
    this.#isClosed = true;
    this.closeIdle(Number.POSITIVE_INFINITY);
  }

  onIdle(connection: UpstreamConnection): void {
    if (this.#isClosed) {
      connection.destroy();
      return;
    }
    connection.idleSince = performance.now();
    this.#idle.push(connection);
  }

  onClosed(connection: UpstreamConnection): void {
    this.#connections.delete(connection);
    const at = this.#idle.indexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
  }
}
