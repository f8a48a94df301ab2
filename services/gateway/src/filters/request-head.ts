import type { Problem } from '@outlay/service-kit/problem.ts';
import { connectionOptions, hopByHop, withoutFields } from '../http1/connection-field.ts';
import { token } from '../http1/message-parser.ts';
import { ownText } from '../http1/own-text.ts';
import { BadRequest, codingUnknown, expectationUnknown, headTooLarge, malformed } from '../problems.ts';
import type { VerifiedToken } from './jwt-authn/verify-token.ts';

/** What is done with a header field of a client. */
type Treatment = 'forward' | 'drop' | Extracted | 'connection' | 'no-name';
/** Fields that the gateway reads; whether they go on is decided where they are used. */
type Extracted =
  | 'host'
  | ':authority'
  | 'authorization'
  | 'content-length'
  | 'transfer-encoding'
  | 'cookie'
  | 'origin'
  | 'sec-fetch-site'
  | 'traceparent'
  | 'x-forwarded-for'
  | 'x-forwarded-proto'
  | 'x-request-id'
  | 'x-envoy-fault-delay-request'
  | 'x-envoy-fault-abort-request'
  | 'access-control-request-method'
  | 'accept'
  | 'accept-encoding'
  | 'if-none-match'
  | 'idempotency-key'
  | 'expect'
  | 'upgrade';

/** HTTP/2's, which node:http2 has read; HTTP/1.1 knows no such names. */
const pseudo = [':method', ':path', ':scheme', ':protocol'];
/** What a client must not say: who it is, where it comes from, and what the trace holds beside its id. */
const notTheClients = ['forwarded', 'x-real-ip', 'tracestate', 'baggage', 'b3', 'uber-trace-id'];
const notTheClientsPrefix = /^(x-outlay-|x-forwarded-|x-envoy-|x-b3-)/;

const treatments = new Map<string, Treatment>([
  ...(['connection', 'host', 'authorization', 'content-length', 'transfer-encoding', 'cookie', 'origin'] as const).map(
    (name) => [name, name] as const,
  ),
  ...(['sec-fetch-site', 'traceparent', 'x-forwarded-for', 'x-forwarded-proto', 'accept'] as const).map(
    (name) => [name, name] as const,
  ),
  ...(['accept-encoding', 'if-none-match', 'idempotency-key', 'expect', 'upgrade', 'x-request-id'] as const).map(
    (name) => [name, name] as const,
  ),
  ...(['x-envoy-fault-delay-request', 'x-envoy-fault-abort-request', 'access-control-request-method'] as const).map(
    (name) => [name, name] as const,
  ),
  [':authority', ':authority'],
  ...[...pseudo, ...hopByHop, ...notTheClients].map((name) => [name, 'drop'] as const),
]);
/** Spellings seen are remembered up to here, so that `Content-Type` is not lower-cased with every request. */
const treatmentsMax = 1_000;

function treatmentOf(name: string): Treatment {
  const known = treatments.get(name);
  if (known !== undefined) return known;
  // Space before the colon and folded lines fail here, as neither is a token.
  if (!token.test(name)) return 'no-name';
  const lower = name.toLowerCase();
  // An underscore becomes a dash in some frameworks: x_outlay_user must not pass for x-outlay-user.
  const dropped = notTheClientsPrefix.test(lower) || lower.includes('_');
  const treatment = dropped ? 'drop' : (treatments.get(lower) ?? 'forward');
  if (treatments.size < treatmentsMax) treatments.set(ownText(name), treatment);
  return treatment;
}

const hostSyntax = /^(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;

/**
 * The head of a client's request, read in one pass: what the gateway decides by, and the lines that go to the service as
 * they are. What a client must not say ends here.
 */
export class RequestHead {
  host = '';
  authorization: string | undefined;
  cookie: string | undefined;
  origin: string | undefined;
  fetchSite: string | undefined;
  traceparent: string | undefined;
  forwardedFor: string | undefined;
  forwardedProto: string | undefined;
  requestId: string | undefined;
  /** The method that a preflight asks for. */
  requestedMethod: string | undefined;
  faultDelay: string | undefined;
  faultAbort: string | undefined;
  accept = '';
  acceptEncoding = '';
  ifNoneMatch: string | undefined;
  hasIdempotencyKey = false;
  expectsContinue = false;
  /** The client wants no other answer by this connection. */
  closes = false;
  /** -1 where the request names none. */
  contentLength = -1;
  isChunked = false;
  /** Header lines for the service, each with its end. */
  lines = '';
  /** What the client would have its connection become; h2c is no wish but an offer, and passed over. */
  upgrade: string | undefined;
  /** What is known of its token, and to which filter: of a head that comes again it is not looked up. */
  verified: VerifiedToken | undefined;
  verifiedBy: object | undefined;
  /** Why the request is refused, if it is. */
  problem: Problem | undefined;
  #authority: string | undefined;

  /** @param raw name, value, name, value … as `readFields` gives them, without control characters */
  constructor(raw: readonly string[], fieldsMax: number) {
    if (raw.length > fieldsMax * 2) {
      this.problem = headTooLarge;
      return;
    }
    let named: string[] | undefined;
    for (let i = 0; i < raw.length; i += 2) {
      const name = raw[i] as string;
      const value = raw[i + 1] as string;
      const treatment = treatmentOf(name);
      if (treatment === 'forward') this.lines += `${name}: ${value}\r\n`;
      else if (treatment === 'connection') named = this.#takeOptions(value, named);
      else if (treatment === 'no-name') this.problem = malformed;
      else if (treatment !== 'drop') this.#extract(treatment, name, value);
    }
    if (!named?.includes('upgrade') || this.upgrade === 'h2c') this.upgrade = undefined;
    // Two readers could take either for the end of the body (RFC 9112 § 6.3).
    if (this.isChunked && this.contentLength >= 0) this.problem = malformed;
    if (named) this.#dropNamed(named);
  }

  get hasBody(): boolean {
    return this.contentLength > 0 || this.isChunked;
  }

  /** Of Connection: options of its own, and names of fields that are of this connection only. */
  #takeOptions(value: string, before: string[] | undefined): string[] | undefined {
    if (value === 'keep-alive') return before;
    const names = connectionOptions(value);
    if (names.includes('close')) this.closes = true;
    return names.length === 1 && names[0] === 'close' ? before : [...(before ?? []), ...names];
  }

  #extract(field: Extracted, name: string, value: string): void {
    switch (field) {
      case ':authority': // HTTP/2's, which may repeat it as Host, but not say two things (RFC 9113 § 8.3.1)
        if (!hostSyntax.test(value)) this.problem = new BadRequest('The authority is not a host.');
        this.host = value;
        this.#authority = value;
        return;
      case 'host':
        if (value === this.#authority) return;
        if (this.host) this.problem = new BadRequest('There is more than one Host.');
        else if (!hostSyntax.test(value)) this.problem = new BadRequest('The Host is not a host.');
        this.host = value;
        return;
      case 'authorization':
        if (this.authorization !== undefined) this.problem = new BadRequest('There is more than one Authorization.');
        this.authorization = value;
        this.lines += `${name}: ${value}\r\n`;
        return;
      case 'content-length':
        if (this.contentLength >= 0 || !/^\d{1,15}$/.test(value)) this.problem = malformed;
        this.contentLength = Number(value);
        return;
      case 'transfer-encoding':
        // Where chunked is not the last coding, nobody can tell where the body ends; other codings we do not know.
        if (this.isChunked || /^(chunked *,.*)?$/i.test(value)) this.problem = malformed;
        else if (value.toLowerCase() !== 'chunked') this.problem = codingUnknown;
        this.isChunked = true;
        return;
      case 'cookie':
        this.cookie = this.cookie === undefined ? value : `${this.cookie}; ${value}`;
        return;
      case 'origin':
        this.origin = this.origin === undefined ? value : 'null';
        this.lines += `${name}: ${value}\r\n`;
        return;
      case 'sec-fetch-site':
        this.fetchSite = this.fetchSite === undefined ? value : 'cross-site';
        return;
      case 'traceparent':
        this.traceparent = this.traceparent === undefined ? value : '';
        return;
      case 'x-forwarded-for':
        this.forwardedFor = this.forwardedFor === undefined ? value : `${this.forwardedFor}, ${value}`;
        return;
      case 'x-forwarded-proto':
        this.forwardedProto = value;
        return;
      case 'x-request-id':
        this.requestId = this.requestId === undefined ? value : '';
        return;
      case 'x-envoy-fault-delay-request':
        this.faultDelay = value;
        return;
      case 'x-envoy-fault-abort-request':
        this.faultAbort = value;
        return;
      case 'access-control-request-method':
        this.requestedMethod = value;
        this.lines += `${name}: ${value}\r\n`;
        return;
      case 'accept':
        this.accept = value;
        this.lines += `${name}: ${value}\r\n`;
        return;
      case 'accept-encoding':
        this.acceptEncoding = value;
        this.lines += `${name}: ${value}\r\n`;
        return;
      case 'if-none-match':
        this.ifNoneMatch = value;
        this.lines += `${name}: ${value}\r\n`;
        return;
      case 'idempotency-key':
        this.hasIdempotencyKey = value !== ''; // a service can tell nothing by an empty one
        this.lines += `${name}: ${value}\r\n`;
        return;
      case 'upgrade':
        this.upgrade = value.toLowerCase();
        return;
      case 'expect': // answered by us
        if (value.toLowerCase() !== '100-continue') this.problem = expectationUnknown;
        this.expectsContinue = true;
        return;
    }
  }

  /** Rare: Connection names fields of this connection beside the well-known ones. */
  #dropNamed(named: readonly string[]): void {
    this.lines = withoutFields(this.lines, named);
    if (named.includes('cookie')) this.cookie = undefined;
    if (named.includes('authorization')) this.authorization = undefined;
    if (named.includes('idempotency-key')) this.hasIdempotencyKey = false;
  }
}
