import { connect, type Socket } from 'node:net';
import type { Load } from './loads.ts';

export interface Answer {
  /** Of the body. */
  readonly bytes: number;
  /** Head and body. */
  readonly wireBytes: number;
}

type OnAnswer = (answer: Answer, connection: Connection) => void;

/** A kept connection that carries one request after the other and looks at each answer: 200, and of the right length. */
export class Connection {
  readonly #socket: Socket;
  readonly #load: Load;
  readonly #onAnswer: OnAnswer;
  readonly #onFailure: (error: Error) => void;
  #head = '';
  /** -1 while the head is being read. */
  #left = -1;
  #answer: Answer = { bytes: 0, wireBytes: 0 };
  /** For who waits for the answer. */
  askedAt = 0;

  constructor(load: Load, port: number, onAnswer: OnAnswer, onFailure: (error: Error) => void) {
    this.#load = load;
    this.#onAnswer = onAnswer;
    this.#onFailure = onFailure;
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.on('data', (bytes: Buffer) => this.#read(bytes));
    this.#socket.on('error', onFailure);
    this.#socket.on('end', () => onFailure(new Error(`${load.name}: the connection was closed`)));
  }

  ask(request: Buffer): void {
    this.#socket.write(request);
  }

  close(): void {
    this.#socket.removeAllListeners().on('error', () => undefined);
    this.#socket.destroy();
  }

  #read(bytes: Buffer): void {
    let body = bytes.length;
    if (this.#left < 0) {
      this.#head += bytes.toString('latin1');
      const end = this.#head.indexOf('\r\n\r\n') + 4;
      if (end < 4) return;
      body = this.#head.length - end;
      const length = Number(/\r\ncontent-length: *(\d+)\r\n/i.exec(this.#head.slice(0, end))?.[1]);
      if (!this.#head.startsWith('HTTP/1.1 200 ') || length !== this.#load.answerBytes) {
        this.#onFailure(new Error(`${this.#load.name}: wrong answer\n${this.#head.slice(0, 1_000)}`));
        return;
      }
      this.#answer = { bytes: length, wireBytes: end + length };
      this.#left = length;
      this.#head = '';
    }
    this.#left -= body;
    if (this.#left > 0) return;
    const isOutOfStep = this.#left < 0;
    this.#left = -1;
    if (isOutOfStep) this.#onFailure(new Error(`${this.#load.name}: more than the answer`));
    else this.#onAnswer(this.#answer, this);
  }
}

/** The bytes of a load's requests, one for each of its tokens. */
export const requestsOf = ({ method, path, requestBytes, tokens }: Load): Buffer[] =>
  tokens.map((token) => {
    const length = requestBytes > 0 ? `content-length: ${requestBytes}\r\n` : '';
    const head = `${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${token}\r\n${length}\r\n`;
    return Buffer.from(head + 'a'.repeat(requestBytes), 'latin1');
  });

/** Asks once, on a connection of its own. @throws where the answer is wrong, or does not come within 5 s */
export async function askOnce(load: Load, port: number): Promise<Answer> {
  let connection: Connection | undefined;
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<Answer>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`${load.name}: no answer within 5 s`)), 5_000);
      connection = new Connection(load, port, resolve, reject);
      connection.ask(requestsOf({ ...load, tokens: load.tokens.slice(0, 1) })[0] as Buffer);
    });
  } finally {
    clearTimeout(timer);
    connection?.close();
  }
}
