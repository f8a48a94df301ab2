import type { Socket } from 'node:net';
import { writeParts } from '../http1/write-parts.ts';
import type { UpstreamConnection, UpstreamFailure, UpstreamHandler } from '../upstream/connection.ts';

/** What an upgraded connection has become: bytes both ways, each way ended by itself. */
export class Tunnel implements UpstreamHandler {
  readonly #client: Socket;
  readonly #connection: UpstreamConnection;
  #openWays = 2;
  /** When the last byte moved, as performance.now() has it. */
  activeAt = performance.now();
  bytesUp = 0;
  bytesDown = 0;
  failure: UpstreamFailure | undefined;

  /** @param client read from now on */
  constructor(client: Socket, connection: UpstreamConnection) {
    this.#client = client;
    this.#connection = connection;
    client.on('data', (chunk: Buffer) => {
      this.activeAt = performance.now();
      this.bytesUp += chunk.length;
      if (!connection.write(chunk)) client.pause();
    });
    client.on('drain', () => connection.resume());
    client.on('end', () => {
      this.#openWays--;
      connection.endBody();
    });
    client.resume();
  }

  /** Both sides have said all they had to say. */
  get isDone(): boolean {
    return this.#openWays === 0;
  }

  // From the service.

  onHead(): void {}

  onData(chunk: Buffer): void {
    this.activeAt = performance.now();
    this.bytesDown += chunk.length;
    writeParts(this.#client, '', chunk, '');
    if (this.#client.writableNeedDrain) this.#connection.pause();
  }

  onPartRead(): void {}

  onDrain(): void {
    this.#client.resume();
  }

  onEnd(): void {
    this.#openWays--;
    this.#client.end();
  }

  onFailure(failure: UpstreamFailure): void {
    this.failure = failure;
    this.#client.destroy();
  }
}
