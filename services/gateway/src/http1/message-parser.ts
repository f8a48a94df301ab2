/** What follows: a head, a body of known length, one that ends with the connection, or the parts of a chunked one. */
type State = 'head' | 'length' | 'close' | 'chunk-size' | 'chunk-data' | 'chunk-end' | 'trailers' | 'done';

/** A message that is not HTTP/1.1 as RFC 9112 has it, or could be read in two ways. */
export class ProtocolError extends Error {}

/** Its head or trailers are longer than is taken. */
export class TooLongError extends ProtocolError {}

/** How a body ends: after so many bytes, with its last chunk, or with the connection. */
export type BodyEnd = number | 'chunked' | 'close';

const trailerBytesMax = 16 * 1_024;
const chunkLineBytesMax = 256;

/** RFC 9110 § 5.6.2. */
export const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Control characters, among them what is left of a line end where only half of one stood. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
const badBytes = /[\x00-\x08\x0a-\x1f\x7f]/;
/** Zeros before a size change nothing; behind it may stand an extension, which nobody here knows. */
const chunkLine = /^0*([0-9A-Fa-f]{1,12})(?:;[\t\x20-\x7e]*)?$/;

/**
 * What requests and answers have in common: finding the end of a head, bodies, chunks, trailers. Strict: what two readers
 * could understand differently is refused rather than guessed (RFC 9112 § 11.1), because a wrong guess hands one person's
 * message to another.
 */
export abstract class MessageParser {
  #state: State = 'done';
  /** Bytes left: of the body, of the chunk, or of what trailers may take. */
  #left = 0;
  /** The start of a head, a line or the trailers that has not arrived whole. */
  #partial: Buffer | undefined;
  readonly #headBytesMax: number;

  constructor(headBytesMax: number) {
    this.#headBytesMax = headBytesMax;
  }

  /**
   * Reads the head that stands in `bytes` from `from` to `to`, behind which come the end of its last line and the empty line;
   * then `expectBody`, or nothing where another head follows.
   */
  protected abstract readHead(bytes: Buffer, from: number, to: number): void;
  /** @param chunk a view that is only valid until the next read @param isLast no more data follows; the end comes next */
  protected abstract onBody(chunk: Buffer, isLast: boolean): void;
  protected abstract onMessageEnd(): void;

  /** From the next byte on. */
  protected expectHead(): void {
    this.#state = 'head';
    this.#partial = undefined;
  }

  protected expectBody(end: BodyEnd): void {
    if (end === 'chunked') this.#state = 'chunk-size';
    else if (end === 'close') this.#state = 'close';
    else {
      this.#state = end === 0 ? 'done' : 'length';
      this.#left = end;
    }
  }

  /** True where a message is whole, and no other is expected. */
  get isDone(): boolean {
    return this.#state === 'done';
  }

  get isInHead(): boolean {
    return this.#state === 'head';
  }

  /** What has arrived of a head that is not whole yet. */
  get partialHead(): Buffer | undefined {
    return this.isInHead ? this.#partial : undefined;
  }

  /**
   * Reads on, to the end of the message at most.
   * @returns where it stopped @throws {ProtocolError} after which the connection is of no use
   */
  protected read(bytes: Buffer, from: number): number {
    switch (this.#state) {
      case 'head':
        return this.#readHead(bytes, from);
      case 'length':
      case 'chunk-data':
        return this.#readBody(bytes, from);
      case 'close':
        this.onBody(from === 0 ? bytes : bytes.subarray(from), false);
        return bytes.length;
      case 'chunk-size':
      case 'chunk-end':
        return this.#readChunkLine(bytes, from);
      case 'trailers':
        return this.#readTrailers(bytes, from);
      case 'done':
        return from;
    }
  }

  /** The other side has closed its half. @returns whether the message is whole */
  finish(): boolean {
    if (this.#state === 'close') this.#end();
    return this.#state === 'done';
  }

  #end(): void {
    this.#state = 'done';
    this.onMessageEnd();
  }

  #readHead(bytes: Buffer, from: number): number {
    const to = this.#partial ? -1 : bytes.indexOf('\r\n\r\n', from, 'latin1');
    if (to >= 0 && to - from <= this.#headBytesMax) {
      this.readHead(bytes, from, to);
      return to + 4;
    }
    const [block, end] = this.#upTo('\r\n\r\n', bytes, from, this.#headBytesMax);
    if (block !== undefined) this.readHead(Buffer.from(`${block}\r\n\r\n`, 'latin1'), 0, block.length);
    return end;
  }

  #readBody(bytes: Buffer, from: number): number {
    const size = Math.min(this.#left, bytes.length - from);
    this.#left -= size;
    const isLast = this.#left === 0 && this.#state === 'length';
    // Before it is told: what hears of the last chunk may begin the next message.
    if (this.#left === 0) this.#state = isLast ? 'done' : 'chunk-end';
    this.onBody(size === bytes.length ? bytes : bytes.subarray(from, from + size), isLast);
    if (isLast) this.onMessageEnd();
    return from + size;
  }

  #readChunkLine(bytes: Buffer, from: number): number {
    const [line, end] = this.#upTo('\r\n', bytes, from, chunkLineBytesMax);
    if (line === undefined) return end;
    if (this.#state === 'chunk-end') {
      if (line !== '') throw new ProtocolError('a chunk is longer than its size says');
      this.#state = 'chunk-size';
      return end;
    }
    const size = chunkLine.exec(line);
    if (!size) throw new ProtocolError('not a chunk size');
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
    else {
      const [name] = readFields(line, 0) as [string];
      if (!token.test(name)) throw new ProtocolError('not a field name');
      if (/^(content-length|transfer-encoding)$/i.test(name)) throw new ProtocolError('a length behind the body');
    }
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
    if ((at < 0 ? all.length : at) > bytesMax) {
      if (bytesMax === chunkLineBytesMax) throw new ProtocolError('a chunk’s line is too long');
      throw new TooLongError('a head or trailer is too long');
    }
    if (at < 0) {
      // Half a line end has no other half to come.
      if (mark === '\r\n' && all.includes('\n')) throw new ProtocolError('a line feed by itself');
      this.#partial = all;
      return [undefined, bytes.length];
    }
    this.#partial = undefined;
    return [all.toString('latin1', 0, at), from + at + mark.length - before];
  }
}

/**
 * The fields of `block` from `at` on, as name, value, name, value …; whether a name is one is left to those who know the
 * usual ones. @throws {ProtocolError}
 */
export function readFields(block: string, from: number): string[] {
  const fields: string[] = [];
  for (let at = from; at < block.length; ) {
    let end = block.indexOf('\r\n', at);
    if (end < 0) end = block.length;
    const colon = block.indexOf(':', at);
    if (colon < 0 || colon > end) throw new ProtocolError('a field without a colon');
    const value = trimmed(block, colon + 1, end);
    if (badBytes.test(value)) throw new ProtocolError('a control character in a field');
    fields.push(block.slice(at, colon), value);
    at = end + 2;
  }
  return fields;
}

const isBlank = (code: number) => code === 0x20 || code === 0x09;

/** What stands from `from` to `to`, without the optional white space around it: blanks and tabs only, where trim() would take more. */
export function trimmed(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}
