import { ResponseHead } from '../filters/response-head.ts';
import { type BodyEnd, MessageParser, ProtocolError } from '../http1/message-parser.ts';

/** What a parser tells of one answer, in order: one head, data, then the end. */
export interface ResponseSink {
  onHead(head: ResponseHead): void;
  /** @param chunk a view that is only valid until the next read @param isLast no more data follows; onEnd comes next */
  onData(chunk: Buffer, isLast: boolean): void;
  onEnd(): void;
}

const headBytesMax = 64 * 1_024;
/** Of 1xx before an answer: a service that never comes to the point must not keep us busy until its time is up. */
const interimMax = 100;

const lineEnd = '\r\n';
const statusLine = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/;

/** Reads the answers of one connection, one after the other. */
export class ResponseParser extends MessageParser {
  readonly #sink: ResponseSink;
  #isHead = false;
  #upgrade: string | undefined;
  #interims = 0;
  /** True where the connection may carry another request after this answer. */
  keepsAlive = true;
  /** True from the first byte of an answer on. */
  hasBegun = false;

  constructor(sink: ResponseSink) {
    super(headBytesMax);
    this.#sink = sink;
  }

  /**
   * Expects one answer.
   * @param isHead the answer to a HEAD request has no body, whatever its head says
   * @param upgrade the protocol for which 101 was asked: what follows it are bytes until the end
   */
  expect(isHead: boolean, upgrade?: string): void {
    this.expectHead();
    this.#isHead = isHead;
    this.#upgrade = upgrade;
    this.#interims = 0;
    this.keepsAlive = true;
    this.hasBegun = false;
  }

  /** Takes what was read. @throws {ProtocolError} after which the connection is of no use */
  execute(bytes: Buffer): void {
    if (this.isDone) throw new ProtocolError('bytes that nobody asked for');
    this.hasBegun = true;
    let at = 0;
    while (at < bytes.length && !this.isDone) at = this.read(bytes, at);
    // More than one answer to one request: the connection is out of step and must not carry another.
    if (at < bytes.length) this.keepsAlive = false;
  }

  protected override readHead(bytes: Buffer, from: number, to: number): void {
    const block = bytes.toString('latin1', from, to + lineEnd.length);
    const firstEnd = block.indexOf(lineEnd);
    const first = statusLine.exec(block.slice(0, firstEnd));
    if (!first) throw new ProtocolError('not a status line of HTTP/1.x');
    const head = new ResponseHead(Number(first[2]));
    head.read(block, firstEnd + lineEnd.length);
    const { status } = head;
    if (status < 200) {
      this.#readInterim(head);
      return;
    }
    if (first[1] === '0' && head.isChunked) throw new ProtocolError('chunks in HTTP/1.0');
    if (status === 204 && (head.isChunked || head.contentLength > 0)) throw new ProtocolError('a 204 with a body');
    const hasBody = !this.#isHead && status !== 204 && status !== 304;
    const end = hasBody ? endOf(head) : 0;
    this.keepsAlive = first[1] === '1' && !head.closes && end !== 'close';
    this.expectBody(end);
    // The length of what a GET would bring is worth telling for HEAD and 304; a 204 has none (RFC 9110 § 8.6).
    if (status === 204) head.contentLength = -1;
    this.#sink.onHead(head);
    if (end === 0) this.onMessageEnd();
  }

  /** Before the answer, or in place of it: 100 and 103 are told to the client by nobody. */
  #readInterim(head: ResponseHead): void {
    if (head.status !== 101) {
      if (++this.#interims > interimMax) throw new ProtocolError('1xx without end');
      return;
    }
    if (this.#upgrade === undefined || head.upgrade !== this.#upgrade)
      throw new ProtocolError('an upgrade that nobody asked for');
    this.expectBody('close');
    this.keepsAlive = false;
    head.contentLength = -1;
    this.#sink.onHead(head);
  }

  protected override onBody(chunk: Buffer, isLast: boolean): void {
    this.#sink.onData(chunk, isLast);
  }

  protected override onMessageEnd(): void {
    this.#sink.onEnd();
  }
}

/** RFC 9112 § 6.3. */
function endOf({ isChunked, contentLength }: ResponseHead): BodyEnd {
  if (isChunked) return 'chunked';
  return contentLength >= 0 ? contentLength : 'close';
}
