import type { RequestHead } from '../filters/request-head.ts';
import { MessageParser, ProtocolError } from '../http1/message-parser.ts';
import type { KnownHeads } from './known-heads.ts';

/** What a parser tells of one request, in order: one head, data, then the end. */
export interface RequestSink {
  onHead(method: string, target: string, minorVersion: number, head: RequestHead): void;
  /** @param chunk a view that is only valid until the next read */
  onData(chunk: Buffer): void;
  onEnd(): void;
}

/** Another version of HTTP than 1.0 and 1.1. */
export class VersionError extends ProtocolError {}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
/** Methods are upper case, and a target has no blanks, controls or bytes beyond ASCII in it. */
const requestLine = /^([A-Z-]+) +([\x21-\x7e]+) +HTTP\/(\d)\.(\d)$/;
const http09 = /^[A-Z-]+ +[\x21-\x7e]+$/;
/** What the start of a head must not be: there is no need to wait for the rest. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
const badStart = /^(?:\r\n)*[^A-Z\r]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r[^\n]|(?<!\r)\n/;

/** Reads the requests of one connection, one after the other. */
export class RequestParser extends MessageParser {
  readonly #sink: RequestSink;
  readonly #heads: KnownHeads;

  constructor(sink: RequestSink, headBytesMax: number, heads: KnownHeads) {
    super(headBytesMax);
    this.#sink = sink;
    this.#heads = heads;
    this.expectHead();
  }

  /** The request is answered: the next may come. */
  expect(): void {
    this.expectHead();
  }

  /** Reads a step on: a head, or what there is of a body. @returns where it stopped @throws {ProtocolError} */
  step(bytes: Buffer, from: number): number {
    const at = this.read(bytes, from);
    if (this.partialHead && badStart.test(this.partialHead.toString('latin1')))
      throw new ProtocolError('this is no request');
    return at;
  }

  protected override readHead(bytes: Buffer, from: number, to: number): void {
    const feed = bytes.indexOf(lineFeed, from);
    const isOnly = feed < 0 || feed > to;
    if (!isOnly && (feed === from || bytes[feed - 1] !== carriageReturn))
      throw new ProtocolError('a line feed by itself');
    const lineEnd = isOnly ? to : feed - 1;
    const fields = isOnly ? to : feed + 1;
    const first = bytes.toString('latin1', from, lineEnd);
    if (first === '') {
      // Empty lines before a request are no request (RFC 9112 § 2.2).
      if (fields < to) this.readHead(bytes, fields, to);
      return;
    }
    const line = requestLine.exec(first);
    if (!line) throw http09.test(first) ? new VersionError('HTTP/0.9') : new ProtocolError('not a request line');
    const [, method, target, major, minor] = line as unknown as [string, string, string, string, string];
    if (major !== '1') throw new VersionError('another version');
    if (minor > '1') throw new ProtocolError('a version that does not exist');

    const head = this.#heads.read(bytes, fields, to);
    // A head with something wrong in it is refused, and nothing behind it is read.
    const end = head.problem || head.contentLength < 0 ? 0 : head.contentLength;
    this.expectBody(head.isChunked && !head.problem ? 'chunked' : end);
    this.#sink.onHead(method, target.startsWith('/') ? target : originOf(target, head.host), Number(minor), head);
  }

  protected override onBody(chunk: Buffer): void {
    this.#sink.onData(chunk);
  }

  protected override onMessageEnd(): void {
    this.#sink.onEnd();
  }
}

/**
 * The origin form of an absolute target (RFC 9112 § 3.2.2), which a client may send to a server too.
 * @returns the target as it is, which no route takes, where Host says something else: two readers could believe either
 */
function originOf(target: string, host: string): string {
  const [, authority, rest = ''] = /^https?:\/\/([^/?#]+)(.*)$/i.exec(target) ?? [];
  if (host === '' || authority?.toLowerCase() !== host.toLowerCase()) return target;
  return rest.startsWith('/') ? rest : `/${rest}`;
}
