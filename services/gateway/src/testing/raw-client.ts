import { connect, type Socket } from 'node:net';

/** What came back over a raw connection, byte for byte. */
export interface RawAnswer {
  readonly status: number;
  /** Names in lower case; doubled ones joined by a line feed. */
  readonly headers: Readonly<Record<string, string>>;
  /** As it stands on the wire, chunk sizes and all. */
  readonly body: string;
  /** Everything. */
  readonly text: string;
  /** How it ended: an orderly end, or a reset. */
  readonly end: 'end' | 'reset';
}

/** A connection to the gateway that sends bytes rather than requests. */
export class RawClient {
  readonly socket: Socket;
  #text = '';
  #end: RawAnswer['end'] | undefined;
  #wake: () => void = () => undefined;

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
    this.socket.setEncoding('latin1');
    this.socket.on('data', (text: string) => {
      this.#text += text;
      this.#wake();
    });
    this.socket.on('error', () => {
      this.#end = 'reset';
    });
    this.socket.on('end', () => {
      this.#end = 'end';
      this.#wake();
    });
    this.socket.on('close', () => {
      this.#end ??= 'reset';
      this.#wake();
    });
  }

  get text(): string {
    return this.#text;
  }

  send(text: string | Buffer): this {
    this.socket.write(text, 'latin1');
    return this;
  }

  /** Waits until what came back fits, or the connection has ended. */
  async until(fits: (text: string) => boolean): Promise<string> {
    while (!fits(this.#text)) {
      if (this.#end) throw new Error(`the connection ended (${this.#end}) after ${JSON.stringify(this.#text)}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#text;
  }

  /** Waits for the end of the connection. */
  async answer(): Promise<RawAnswer> {
    while (!this.#end)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    this.socket.destroy();
    return { ...parse(this.#text), end: this.#end };
  }
}

function parse(text: string): Omit<RawAnswer, 'end'> {
  const headEnd = text.indexOf('\r\n\r\n');
  const [first = '', ...lines] = (headEnd < 0 ? '' : text.slice(0, headEnd)).split('\r\n');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}\n${value}`;
  }
  return { status: Number(first.split(' ')[1] ?? 0), headers, body: headEnd < 0 ? '' : text.slice(headEnd + 4), text };
}

/** Sends bytes over a connection of their own and waits for its end. */
export const exchangeRaw = (port: number, text: string): Promise<RawAnswer> => new RawClient(port).send(text).answer();
