import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ResponseHead } from '../filters/response-head.ts';
import { writeParts } from '../http1/write-parts.ts';
import { httpDate } from './http-date.ts';

/** How the end of an answer's body shows. */
type Framing = 'length' | 'chunked' | 'close' | 'none';

/** Writes the answers of one connection, one after the other: a head, what there is of a body, and an end that can be told. */
export class AnswerWriter {
  readonly #socket: Socket;
  /** As long as it has not left. */
  #head = '';
  #framing: Framing = 'none';

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /**
   * Begins an answer, which leaves with what follows it, or by `flush`.
   * @param method of the request @param minorVersion of its HTTP/1 @param isLast the connection ends with this answer
   */
  begin(
    method: string,
    minorVersion: number,
    { status, lines, names, contentLength }: ResponseHead,
    isLast: boolean,
  ): void {
    const hasBody = method !== 'HEAD' && status >= 200 && status !== 204 && status !== 304;
    const hasLength = contentLength >= 0 && status !== 204; // RFC 9110 § 8.6
    this.#framing = hasLength ? 'length' : minorVersion === 0 ? 'close' : 'chunked';
    if (!hasBody) this.#framing = 'none';
    let head = statusLineOf(status) + lines;
    if (!names.includes('date')) head += `date: ${httpDate()}\r\n`;
    if (hasLength) head += `content-length: ${contentLength}\r\n`;
    if (this.#framing === 'chunked') head += 'transfer-encoding: chunked\r\n';
    this.#head = `${head}${isLast && status >= 200 ? 'connection: close\r\n' : ''}\r\n`;
  }

  flush(): void {
    if (this.#head !== '') this.#socket.write(this.#takeHead(), 'latin1');
  }

  #takeHead(): string {
    const head = this.#head;
    this.#head = '';
    return head;
  }

  /** @returns false where the client does not keep up */
  write(chunk: Buffer): boolean {
    if (this.#framing === 'none') return true;
    this.#send(chunk, '');
    return !this.#socket.writableNeedDrain;
  }

  end(chunk?: Buffer): void {
    const last = this.#framing === 'chunked' ? '0\r\n\r\n' : '';
    if (chunk && chunk.length > 0 && this.#framing !== 'none') this.#send(chunk, last);
    else if (this.#head !== '' || last !== '') this.#socket.write(this.#takeHead() + last, 'latin1');
  }

  /** @param last what follows the body */
  #send(chunk: Buffer, last: string): void {
    const head = this.#takeHead();
    if (this.#framing !== 'chunked') writeParts(this.#socket, head, chunk, '');
    else writeParts(this.#socket, `${head}${chunk.length.toString(16)}\r\n`, chunk, `\r\n${last}`);
  }
}

const statusLines = new Map<number, string>();

function statusLineOf(status: number): string {
  let line = statusLines.get(status);
  if (line === undefined) {
    line = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`;
    statusLines.set(status, line);
  }
  return line;
}
