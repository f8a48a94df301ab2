import { connectionOptions, hopByHop, withoutFields } from '../http1/connection-field.ts';
import { ProtocolError, trimmed } from '../http1/message-parser.ts';
import { ownText } from '../http1/own-text.ts';

/** What is done with a header field of a service's answer: what is not said here goes to the client as it is. */
type Treatment =
  | 'forward'
  | 'drop'
  | 'set-cookie'
  | 'content-length'
  | 'transfer-encoding'
  | 'connection'
  | 'upgrade'
  | 'x-outlay-retryable';

/** What a service says to the gateway or of itself, and nobody else's business. */
const internal = [
  'server',
  'x-powered-by',
  'x-request-id',
  'traceparent',
  'tracestate',
  'traceresponse',
  'baggage',
  'alt-svc',
];
const internalPrefix = /^(x-outlay-|x-envoy-)/;

interface FieldName {
  readonly lower: string;
  readonly treatment: Treatment;
}

const fieldNames = new Map<string, FieldName>([
  ...[...hopByHop, ...internal].map((name) => [name, { lower: name, treatment: 'drop' }] as const),
  ...(
    ['set-cookie', 'content-length', 'transfer-encoding', 'connection', 'upgrade', 'x-outlay-retryable'] as const
  ).map((name) => [name, { lower: name, treatment: name }] as const),
]);
/** Spellings seen are remembered up to here: services send the same few names with every answer. */
const fieldNamesMax = 1_000;

function fieldNameOf(name: string): FieldName {
  const known = fieldNames.get(name);
  if (known !== undefined) return known;
  const lower = ownText(name.toLowerCase());
  const found = fieldNames.get(lower) ?? { lower, treatment: internalPrefix.test(lower) ? 'drop' : 'forward' };
  if (fieldNames.size < fieldNamesMax) fieldNames.set(ownText(name), found);
  return found;
}

/**
 * Fields to their last line end: names are tokens with nothing before the colon, values hold no control characters and are
 * not folded (RFC 9112 § 5).
 */
const fieldLines = /(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*\r\n)*$/y;

/** Header fields ready to be sent: names in lower case, lines with their end. */
export interface HeaderLine {
  readonly name: string;
  readonly line: string;
}

/**
 * The head of an answer, be it a service's, a file's or our own: status, and the lines that go to the client. Of a service's
 * it is read in one pass; what does not leave the house, or concerns its connection only, ends here.
 */
export class ResponseHead {
  /** 200–599, or 101 */
  readonly status: number;
  /** Header lines for the client, each with its end. */
  lines = '';
  /** The names in them, in lower case. */
  names: string[] = [];
  /** Bytes of body, told or to come; -1 where only its end will tell. Not among the lines. */
  contentLength = -1;
  /** Set-Cookie, for a route that passes them. */
  cookies = '';
  /** The service says of its 503 that it has done nothing of what was asked. */
  isRetryable = false;
  isChunked = false;
  /** The service wants no other request by this connection. */
  closes = false;
  /** What the connection is to become. */
  upgrade: string | undefined;

  constructor(status: number) {
    this.status = status;
  }

  add(name: string, value: string): void {
    this.names.push(name);
    this.lines += `${name}: ${value}\r\n`;
  }

  /** @param headers name, value, …; names in lower case */
  addAll(headers: readonly string[]): void {
    for (let i = 0; i < headers.length; i += 2) this.add(headers[i] as string, headers[i + 1] as string);
  }

  /** Adds those whose fields are not there. */
  addMissing(headers: readonly HeaderLine[]): void {
    for (const { name, line } of headers) {
      if (this.names.includes(name)) continue;
      this.names.push(name);
      this.lines += line;
    }
  }

  /**
   * Reads the fields of a service's answer.
   * @param block with its last line end @param from where the first field stands @throws {ProtocolError}
   */
  read(block: string, from: number): void {
    fieldLines.lastIndex = from;
    if (!fieldLines.test(block)) throw new ProtocolError('a header field that is none');
    let named: string[] | undefined;
    // Neighbours that go on do so as one piece.
    let pieceAt = from;
    for (let at = from; at < block.length; ) {
      const colon = block.indexOf(':', at);
      const lineEnd = block.indexOf('\r\n', colon);
      const end = lineEnd + 2;
      const { lower, treatment } = fieldNameOf(block.slice(at, colon));
      if (treatment === 'forward') this.names.push(lower);
      else {
        if (pieceAt < at) this.lines += block.slice(pieceAt, at);
        pieceAt = end;
        if (treatment === 'connection') named = this.#takeOptions(trimmed(block, colon + 1, lineEnd), named);
        else if (treatment === 'set-cookie') this.cookies += block.slice(at, end);
        else if (treatment !== 'drop') this.#take(treatment, trimmed(block, colon + 1, lineEnd));
      }
      at = end;
    }
    if (pieceAt < block.length) this.lines += block.slice(pieceAt);
    if (named) this.#dropNamed(named);
  }

  #take(treatment: Exclude<Treatment, 'forward' | 'drop' | 'set-cookie' | 'connection'>, value: string): void {
    switch (treatment) {
      case 'content-length':
        if (this.contentLength >= 0 || this.isChunked) throw new ProtocolError('two lengths');
        if (!/^\d{1,15}$/.test(value)) throw new ProtocolError('not a length');
        this.contentLength = Number(value);
        return;
      case 'transfer-encoding':
        if (this.contentLength >= 0 || this.isChunked) throw new ProtocolError('two lengths');
        if (value.toLowerCase() !== 'chunked') throw new ProtocolError('a transfer coding other than chunked');
        this.isChunked = true;
        return;
      case 'upgrade':
        this.upgrade = value.toLowerCase();
        return;
      case 'x-outlay-retryable':
        this.isRetryable = true;
        return;
    }
  }

  /** Of Connection: options of its own, and names of fields that are of this connection only. */
  #takeOptions(value: string, before: string[] | undefined): string[] | undefined {
    if (value === 'keep-alive') return before;
    const options = connectionOptions(value);
    if (options.includes('close')) this.closes = true;
    return [...(before ?? []), ...options];
  }

  /** Rare: Connection names fields of this connection beside the well-known ones. */
  #dropNamed(named: readonly string[]): void {
    this.lines = withoutFields(this.lines, named);
    this.names = this.names.filter((name) => !named.includes(name));
    if (named.includes('set-cookie')) this.cookies = '';
  }
}
