import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';

const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
export const frameTypes = { data: 0, headers: 1, rst: 3, settings: 4, ping: 6, goaway: 7, continuation: 9 } as const;
export const flags = { endStream: 1, endHeaders: 4 } as const;

export function frame(type: number, flag: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flag, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** Fields as HPACK has them without its table and codes (RFC 7541 § 6.2.2): whatever a client may say, and may not. */
export const fields = (...all: readonly (readonly [name: string, value: string])[]): Buffer =>
  Buffer.concat(
    all.flatMap(([name, value]) => [
      Buffer.from([0, name.length]),
      Buffer.from(name, 'latin1'),
      Buffer.from([value.length]),
      Buffer.from(value, 'latin1'),
    ]),
  );

/** A connection that speaks HTTP/2 frame by frame, and remembers how each stream, and the connection, was ended. */
export class RawHttp2 {
  readonly socket: TLSSocket;
  /** Code by stream. */
  readonly resets = new Map<number, number>();
  goaway: number | undefined;
  #unread: Buffer = Buffer.alloc(0);

  constructor(socket: TLSSocket) {
    this.socket = socket;
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => this.#onBytes(bytes));
    socket.write(preface);
    this.send(frame(frameTypes.settings, 0, 0));
  }

  static async connect(port: number): Promise<RawHttp2> {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['h2'] });
    await once(socket, 'secureConnect');
    return new RawHttp2(socket);
  }

  send(...frames: Buffer[]): this {
    if (this.socket.writable) this.socket.write(Buffer.concat(frames));
    return this;
  }

  get isEnded(): boolean {
    return this.socket.destroyed || this.goaway !== undefined;
  }

  #onBytes(bytes: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, bytes]);
    while (this.#unread.length >= 9 && this.#unread.length >= 9 + this.#unread.readUIntBE(0, 3)) {
      const size = this.#unread.readUIntBE(0, 3);
      const type = this.#unread.readUInt8(3);
      if (type === frameTypes.rst) this.resets.set(this.#unread.readUInt32BE(5), this.#unread.readUInt32BE(9));
      if (type === frameTypes.goaway) this.goaway = this.#unread.readUInt32BE(13);
      this.#unread = this.#unread.subarray(9 + size);
    }
  }
}
