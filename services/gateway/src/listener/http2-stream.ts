import { constants, type Http2ServerRequest, type Http2ServerResponse, type OutgoingHttpHeaders } from 'node:http2';
import { RequestHead } from '../filters/request-head.ts';
import type { ResponseHead } from '../filters/response-head.ts';
import { readFields } from '../http1/message-parser.ts';
import { Exchange } from '../proxy/exchange.ts';
import { type ClientStream, peerOf } from './client-stream.ts';
import type { Listener } from './listener.ts';

/** A request of HTTP/2, by node:http2's compatibility API. */
export class Http2Stream implements ClientStream {
  readonly #request: Http2ServerRequest;
  readonly #response: Http2ServerResponse;
  readonly #exchange: Exchange;
  readonly method: string;
  readonly target: string;
  readonly minorVersion = 1;
  readonly canUpgrade = false;
  readonly head: RequestHead;
  readonly address: string;

  constructor(listener: Listener, request: Http2ServerRequest, response: Http2ServerResponse) {
    this.#request = request;
    this.#response = response;
    this.method = request.method;
    this.target = request.url ?? ''; // CONNECT has none
    this.head = new RequestHead(request.rawHeaders, listener.config.max_headers_count);
    // A body needs no field that announces it.
    if (!request.stream.endAfterHeaders && this.head.contentLength < 0) this.head.isChunked = true;
    this.address = peerOf(request.socket.remoteAddress);
    this.#exchange = new Exchange(listener, this);
    response.on('drain', () => this.#exchange.onAnswerDrain());
    response.on('close', () => this.#exchange.onClose());
    response.on('error', () => undefined); // `close` tells it too
  }

  run(): void {
    this.#exchange.run();
  }

  readBody(): void {
    this.#request.on('data', (chunk: Buffer) => this.#exchange.onRequestData(chunk));
    this.#request.on('end', () => this.#onRequestEnd());
  }

  /** A stream that was reset ends for its reader too, as does one that stops before its length: `close` tells of those. */
  #onRequestEnd(): void {
    const { aborted, rstCode } = this.#request.stream;
    if (!aborted && rstCode === constants.NGHTTP2_NO_ERROR) this.#exchange.onRequestEnd();
  }

  pause(): void {
    this.#request.pause();
  }

  resume(): void {
    this.#request.resume();
  }

  get isPaused(): boolean {
    return this.#request.isPaused();
  }

  get isComplete(): boolean {
    return this.#request.complete;
  }

  writeContinue(): void {
    this.#response.writeContinue();
  }

  /** There is no Connection field: what it would say of this connection, GOAWAY says. */
  writeHead({ status, lines, contentLength }: ResponseHead, isLast: boolean): void {
    if (isLast) this.#response.stream.session?.close();
    const headers = readFields(lines, 0);
    if (contentLength >= 0 && status !== 204) headers.push('content-length', String(contentLength));
    this.#response.writeHead(status, headers as unknown as OutgoingHttpHeaders);
  }

  /** node:http2 sends it at once. */
  flushHead(): void {}

  write(chunk: Buffer): boolean {
    return this.#response.write(Buffer.from(chunk)); // it is kept until the stream may send it
  }

  /** The answer to HEAD has no body, whatever it is given. */
  end(chunk?: Buffer): void {
    if (chunk && this.method !== 'HEAD') this.#response.end(Buffer.from(chunk));
    else this.#response.end();
    this.#request.resume(); // what is left of the body goes nowhere
  }

  /** A stream that was reset counts as finished to node:http2. */
  get isFinished(): boolean {
    return this.#response.writableFinished && this.#response.stream.rstCode === constants.NGHTTP2_NO_ERROR;
  }

  upgrade(): never {
    throw new Error('a stream of HTTP/2 is no connection to hand over');
  }

  cut(): void {
    this.#response.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  }
}
