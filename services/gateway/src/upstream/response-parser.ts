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

/** An answer that is not HTTP/1.1 as RFC 9112 has it, or could be read in two ways. */
export class UpstreamProtocolError extends Error {}

const headBytesMax = 64 * 1_024;
const trailerBytesMax = 16 * 1_024;
const chunkLineBytesMax = 256;

/** What follows: a head, a body of known length, one that ends with the connection, or the parts of a chunked one. */
type State = 'head' | 'length' | 'close' | 'chunk-size' | 'chunk-data' | 'chunk-end' | 'trailers' | 'done';

/** RFC 9110 § 5.6.2. */
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Control characters, and line ends that are only half of one. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
const badBytes = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|(?<!\r)\n/;
const statusLine = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: ([\t\x20-\x7e\x80-\xff]*))?$/;
const chunkLine = /^([0-9A-Fa-f]{1,12})(?:[\t ]*;[\t\x20-\x7e]*)?$/;

/** What is done with a field: it goes through, concerns this connection only (RFC 9110 § 7.6.1), or says how to go on. */
type FieldKind = 'forward' | 'drop' | 'content-length' | 'transfer-encoding' | 'connection';
const ofConnection = ['keep-alive', 'proxy-connection', 'proxy-authenticate', 'upgrade', 'te', 'trailer'];
const fieldKinds = new Map<string, FieldKind>([
  ...(['content-length', 'transfer-encoding', 'connection'] as const).map((name) => [name, name] as const),
  ...ofConnection.map((name) => [name, 'drop'] as const),
]);
/** Spellings seen are remembered up to here: services send the same few names with every answer. */
const fieldKindsMax = 1_000;

function kindOf(name: string): FieldKind {
  const known = fieldKinds.get(name);
  if (known !== undefined) return known;
  // Space before the colon and folded lines fail here, as neither is a token.
  if (!token.test(name)) throw new UpstreamProtocolError('not a field name');
  const kind = fieldKinds.get(name.toLowerCase()) ?? 'forward';
  if (fieldKinds.size < fieldKindsMax) fieldKinds.set(name, kind);
  return kind;
}

/**
 * Reads the answers of one connection, one after the other. Strict: what two readers could understand differently is
 * refused rather than guessed (RFC 9112 § 11.1), because a wrong guess hands one person's answer to another.
 */
export class ResponseParser {
  readonly #sink: ResponseSink;
  #state: State = 'done';
  #isHead = false;
  #mayUpgrade = false;
  /** Bytes left: of the body, of the chunk, or of what trailers may take. */
  #left = 0;
  /** The start of a head, a line or the trailers that has not arrived whole. */
  #partial: Buffer | undefined;
  /** True where the connection may carry another request after this answer. */
  keepsAlive = true;
  /** True from the first byte of an answer on. */
  hasBegun = false;

  constructor(sink: ResponseSink) {
    this.#sink = sink;
  }

  /** Expects one answer. @param isHead the answer to a HEAD request has no body, whatever its head says @param mayUpgrade 101 was asked for: what follows it are bytes until the end */
  expect(isHead: boolean, mayUpgrade = false): void {
    this.#state = 'head';
    this.#isHead = isHead;
    this.#mayUpgrade = mayUpgrade;
    this.#partial = undefined;
    this.keepsAlive = true;
    this.hasBegun = false;
  }

  get isDone(): boolean {
    return this.#state === 'done';
  }

  /** Takes what was read. @throws {UpstreamProtocolError} after which the connection is of no use */
  execute(bytes: Buffer): void {
    if (this.isDone) throw new UpstreamProtocolError('bytes that nobody asked for');
    this.hasBegun = true;
    let at = 0;
    while (at < bytes.length) {
      switch (this.#state) {
        case 'head':
          at = this.#readHead(bytes, at);
          break;
        case 'length':
        case 'chunk-data':
          at = this.#readBody(bytes, at);
          break;
        case 'close':
          this.#sink.onData(at === 0 ? bytes : bytes.subarray(at), false);
          return;
        case 'chunk-size':
        case 'chunk-end':
          at = this.#readChunkLine(bytes, at);
          break;
        case 'trailers':
          at = this.#readTrailers(bytes, at);
          break;
        case 'done':
          // More than one answer to one request: the connection is out of step and must not carry another.
          this.keepsAlive = false;
          return;
      }
    }
  }

  /** The other side has closed its half. @returns whether the answer is whole */
  finish(): boolean {
    if (this.#state === 'close') this.#end();
    return this.#state === 'done';
  }

  #end(): void {
    this.#state = 'done';
    this.#sink.onEnd();
  }

  #readHead(bytes: Buffer, from: number): number {
    const [block, end] = this.#upTo('\r\n\r\n', bytes, from, headBytesMax);
    if (block === undefined) return end;
    const firstEnd = block.indexOf('\r\n');
    const first = statusLine.exec(firstEnd < 0 ? block : block.slice(0, firstEnd));
    if (!first) throw new UpstreamProtocolError('not a status line of HTTP/1.x');
    const status = Number(first[2]);

    const headers: string[] = [];
    const framing = new Framing();
    if (firstEnd >= 0) readFields(block, firstEnd + 2, headers, framing);
    if (status < 200) {
      // 100 and 103 are told to the client by nobody.
      if (status !== 101) return end;
      if (!this.#mayUpgrade) throw new UpstreamProtocolError('an upgrade that nobody asked for');
      this.#state = 'close';
      this.keepsAlive = false;
      if (framing.named.length) removeNamed(headers, framing.named);
      this.#sink.onHead({ status, reason: first[3] ?? '', headers, contentLength: -1 });
      return end;
    }
    if (framing.named.length) removeNamed(headers, framing.named);

    if (first[1] === '0' && framing.isChunked) throw new UpstreamProtocolError('chunks in HTTP/1.0');
    if (status === 204 && (framing.isChunked || framing.length > 0))
      throw new UpstreamProtocolError('a 204 with a body');
    this.keepsAlive = first[1] === '1' && !framing.closes;
    const hasBody = !this.#isHead && status !== 204 && status !== 304;
    const length = hasBody ? this.#bodyOf(framing) : 0;
    this.#sink.onHead({
      status,
      reason: first[3] ?? '',
      headers,
      // The length of what a GET would bring is worth telling for HEAD and 304; a 204 has none (RFC 9110 § 8.6).
      contentLength: hasBody ? length : status === 204 || framing.isChunked ? -1 : framing.length,
    });
    if (length === 0) this.#end();
    return end;
  }

  /** RFC 9112 § 6.3. @returns bytes of body, -1 where unknown */
  #bodyOf(framing: Framing): number {
    if (framing.isChunked) {
      this.#state = 'chunk-size';
      return -1;
    }
    if (framing.length >= 0) {
      this.#state = 'length';
      this.#left = framing.length;
      return framing.length;
    }
    this.#state = 'close';
    this.keepsAlive = false;
    return -1;
  }

  #readBody(bytes: Buffer, from: number): number {
    const size = Math.min(this.#left, bytes.length - from);
    this.#left -= size;
    const isLast = this.#left === 0 && this.#state === 'length';
    this.#sink.onData(size === bytes.length ? bytes : bytes.subarray(from, from + size), isLast);
    if (isLast) this.#end();
    else if (this.#left === 0) this.#state = 'chunk-end';
    return from + size;
  }

  #readChunkLine(bytes: Buffer, from: number): number {
    const [line, end] = this.#upTo('\r\n', bytes, from, chunkLineBytesMax);
    if (line === undefined) return end;
    if (this.#state === 'chunk-end') {
      if (line !== '') throw new UpstreamProtocolError('a chunk is longer than its size says');
      this.#state = 'chunk-size';
      return end;
    }
    const size = chunkLine.exec(line);
    if (!size) throw new UpstreamProtocolError('not a chunk size');
    this.#left = Number.parseInt(size[1] as string, 16);
    this.#state = this.#left === 0 ? 'trailers' : 'chunk-data';
    if (this.#left === 0) this.#left = trailerBytesMax;
    return end;
  }

  /** Trailers are checked and dropped, as Envoy does for HTTP/1.1 by default. */
  #readTrailers(bytes: Buffer, from: number): number {
    const [line, end] = this.#upTo('\r\n', bytes, from, this.#left);
    if (line === undefined) return end;
    this.#left -= line.length;
    if (line === '') this.#end();
    else readFields(line, 0, [], new Framing());
    return end;
  }

  /**
   * What stands before `mark`, and where to go on; without a mark in sight the bytes are kept for the next read.
   * Latin-1, as field values may hold any byte above 127.
   */
  #upTo(mark: '\r\n' | '\r\n\r\n', bytes: Buffer, from: number, bytesMax: number): [string | undefined, number] {
    if (!this.#partial) {
      const at = bytes.indexOf(mark, from, 'latin1');
      if (at >= 0 && at - from <= bytesMax) return [bytes.toString('latin1', from, at), at + mark.length];
    }
    // Slow path: the text came in pieces.
    const before = this.#partial?.length ?? 0;
    const all = Buffer.concat([this.#partial ?? Buffer.alloc(0), bytes.subarray(from)]);
    const at = all.indexOf(mark, Math.max(0, before - mark.length + 1), 'latin1');
    if ((at < 0 ? all.length : at) > bytesMax) throw new UpstreamProtocolError('a head, line or trailer is too long');
    if (at < 0) {
      this.#partial = all;
      return [undefined, bytes.length];
    }
    this.#partial = undefined;
    return [all.toString('latin1', 0, at), from + at + mark.length - before];
  }
}

/** What the fields of a head say of this connection. */
class Framing {
  length = -1;
  isChunked = false;
  closes = false;
  /** Fields that Connection declares to be of this connection only. */
  named: string[] = [];

  take(kind: FieldKind, value: string): void {
    if (kind === 'content-length') {
      if (this.length >= 0 || this.isChunked) throw new UpstreamProtocolError('two lengths');
      if (!/^\d{1,15}$/.test(value)) throw new UpstreamProtocolError('not a length');
      this.length = Number(value);
    } else if (kind === 'transfer-encoding') {
      if (this.length >= 0 || this.isChunked) throw new UpstreamProtocolError('two lengths');
      if (value.toLowerCase() !== 'chunked') throw new UpstreamProtocolError('a transfer coding other than chunked');
      this.isChunked = true;
    } else if (kind === 'connection') {
      for (const option of value.toLowerCase().split(',')) {
        const name = option.trim();
        if (name === 'close') this.closes = true;
        else if (name !== '' && name !== 'keep-alive') this.named.push(name);
      }
    }
  }
}

/** Reads the fields of `block` from `at` on, without the empty line at their end. */
function readFields(block: string, from: number, headers: string[], framing: Framing): void {
  if (badBytes.test(block)) throw new UpstreamProtocolError('a control character in a field');
  for (let at = from; at < block.length; ) {
    let end = block.indexOf('\r\n', at);
    if (end < 0) end = block.length;
    const colon = block.indexOf(':', at);
    if (colon < 0 || colon > end) throw new UpstreamProtocolError('a field without a colon');
    const name = block.slice(at, colon);
    const value = trimmed(block, colon + 1, end);
    const kind = kindOf(name);
    if (kind === 'forward') headers.push(name, value);
    else framing.take(kind, value);
    at = end + 2;
  }
}

const isBlank = (code: number) => code === 0x20 || code === 0x09;

/** Without the optional white space around it: blanks and tabs only, where trim() would take more. */
function trimmed(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function removeNamed(headers: string[], named: readonly string[]): void {
  for (let i = headers.length - 2; i >= 0; i -= 2)
    if (named.includes((headers[i] as string).toLowerCase())) headers.splice(i, 2);
}
