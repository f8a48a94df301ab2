import { type BodyEnd, MessageParser, ProtocolError, readFields, token } from '../http1/message-parser.ts';

/** What a parser tells of one answer, in order: one head, data, then the end. */
export interface ResponseSink {
  onHead(head: ResponseHead): void;
  /** @param chunk a view that is only valid until the next read @param isLast no more data follows; onEnd comes next */
  onData(chunk: Buffer, isLast: boolean): void;
  onEnd(): void;
}

export interface ResponseHead {
  /** 200–599, or 101 */
  readonly status: number;
  readonly reason: string;
  /** Name, value, name, value …, as received, without what concerns only this connection. */
  readonly headers: string[];
  /** Bytes of body to come; -1 where only its end will tell. */
  readonly contentLength: number;
}

const headBytesMax = 64 * 1_024;
/** Of 1xx before an answer: a service that never comes to the point must not keep us busy until its time is up. */
const interimMax = 100;

const statusLine = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: ([\t\x20-\x7e\x80-\xff]*))?$/;

/** What is done with a field: it goes through, concerns this connection only (RFC 9110 § 7.6.1), or says how to go on. */
type FieldKind = 'forward' | 'drop' | 'content-length' | 'transfer-encoding' | 'connection' | 'upgrade';
const ofConnection = ['keep-alive', 'proxy-connection', 'proxy-authenticate', 'te', 'trailer', 'http2-settings'];
const fieldKinds = new Map<string, FieldKind>([
  ...(['content-length', 'transfer-encoding', 'connection', 'upgrade'] as const).map((name) => [name, name] as const),
  ...ofConnection.map((name) => [name, 'drop'] as const),
]);
/** Spellings seen are remembered up to here: services send the same few names with every answer. */
const fieldKindsMax = 1_000;

function kindOf(name: string): FieldKind {
  const known = fieldKinds.get(name);
  if (known !== undefined) return known;
  // Space before the colon and folded lines fail here, as neither is a token.
  if (!token.test(name)) throw new ProtocolError('not a field name');
  const kind = fieldKinds.get(name.toLowerCase()) ?? 'forward';
  if (fieldKinds.size < fieldKindsMax) fieldKinds.set(name, kind);
  return kind;
}

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
    const block = bytes.toString('latin1', from, to);
    const firstEnd = block.indexOf('\r\n');
    const first = statusLine.exec(firstEnd < 0 ? block : block.slice(0, firstEnd));
    if (!first) throw new ProtocolError('not a status line of HTTP/1.x');
    const status = Number(first[2]);

    const headers = firstEnd < 0 ? [] : readFields(block, firstEnd + 2);
    const framing = framingOf(headers);
    if (status < 200) {
      // 100 and 103 are told to the client by nobody.
      if (status !== 101) {
        if (++this.#interims > interimMax) throw new ProtocolError('1xx without end');
        return;
      }
      if (this.#upgrade === undefined || framing.upgrade !== this.#upgrade)
        throw new ProtocolError('an upgrade that nobody asked for');
      this.expectBody('close');
      this.keepsAlive = false;
      if (framing.named.length) removeNamed(headers, framing.named);
      this.#sink.onHead({ status, reason: first[3] ?? '', headers, contentLength: -1 });
      return;
    }
    if (framing.named.length) removeNamed(headers, framing.named);

    if (first[1] === '0' && framing.isChunked) throw new ProtocolError('chunks in HTTP/1.0');
    if (status === 204 && (framing.isChunked || framing.length > 0)) throw new ProtocolError('a 204 with a body');
    const hasBody = !this.#isHead && status !== 204 && status !== 304;
    const end = hasBody ? endOf(framing) : 0;
    this.keepsAlive = first[1] === '1' && !framing.closes && end !== 'close';
    this.expectBody(end);
    this.#sink.onHead({
      status,
      reason: first[3] ?? '',
      headers,
      // The length of what a GET would bring is worth telling for HEAD and 304; a 204 has none (RFC 9110 § 8.6).
      contentLength: status === 204 || framing.isChunked ? -1 : framing.length,
    });
    if (end === 0) this.onMessageEnd();
  }

  protected override onBody(chunk: Buffer, isLast: boolean): void {
    this.#sink.onData(chunk, isLast);
  }

  protected override onMessageEnd(): void {
    this.#sink.onEnd();
  }
}

/** What the fields of a head say of this connection. */
class Framing {
  length = -1;
  isChunked = false;
  closes = false;
  /** What the connection is to become. */
  upgrade: string | undefined;
  /** Fields that Connection declares to be of this connection only. */
  named: string[] = [];

  take(kind: FieldKind, value: string): void {
    if (kind === 'content-length') {
      if (this.length >= 0 || this.isChunked) throw new ProtocolError('two lengths');
      if (!/^\d{1,15}$/.test(value)) throw new ProtocolError('not a length');
      this.length = Number(value);
    } else if (kind === 'transfer-encoding') {
      if (this.length >= 0 || this.isChunked) throw new ProtocolError('two lengths');
      if (value.toLowerCase() !== 'chunked') throw new ProtocolError('a transfer coding other than chunked');
      this.isChunked = true;
    } else if (kind === 'upgrade') this.upgrade = value.toLowerCase();
    else if (kind === 'connection') {
      for (const option of value.toLowerCase().split(',')) {
        const name = option.trim();
        if (name === 'close') this.closes = true;
        else if (name !== '' && name !== 'keep-alive') this.named.push(name);
      }
    }
  }
}

/** Takes what concerns this connection out of the fields. */
function framingOf(headers: string[]): Framing {
  const framing = new Framing();
  let kept = 0;
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    const value = headers[i + 1] as string;
    const kind = kindOf(name);
    if (kind === 'forward') {
      headers[kept++] = name;
      headers[kept++] = value;
    } else framing.take(kind, value);
  }
  headers.length = kept;
  return framing;
}

/** RFC 9112 § 6.3. */
function endOf({ isChunked, length }: Framing): BodyEnd {
  if (isChunked) return 'chunked';
  return length >= 0 ? length : 'close';
}

function removeNamed(headers: string[], named: readonly string[]): void {
  for (let i = headers.length - 2; i >= 0; i -= 2)
    if (named.includes((headers[i] as string).toLowerCase())) headers.splice(i, 2);
}
