import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Problem } from '@outlay/service-kit/problem.ts';
import type { RequestHead } from '../filters/request-head.ts';
import type { ResponseHead } from '../filters/response-head.ts';
import { ProtocolError, TooLongError } from '../http1/message-parser.ts';
import { readIntoMemory } from '../http1/read-memory.ts';
import { headTooLarge, malformed, requestTimeout, versionUnknown } from '../problems.ts';
import { Exchange } from '../proxy/exchange.ts';
import { AnswerWriter } from './answer-writer.ts';
import { type ClientStream, peerOf } from './client-stream.ts';
import type { Listener } from './listener.ts';
import { RequestParser, type RequestSink, VersionError } from './request-parser.ts';

/** What may wait here of further requests while one is answered; the rest waits in the client's system. */
const waitingBytesMax = 65_536;
/** What is read and thrown away of a body that nobody wants, so that the client gets to read its answer. */
const discardBytesMax = 64 * 1_048_576;
/** How long a client may take to read the last answer and close, before it is cut. */
const lingerMs = 1_000;

/**
 * One connection of a client by HTTP/1.1: one request after the other, each answered before the next is read. Requests that
 * come early (pipelining) wait in order. Bytes in, bytes out; what is done about a request is the exchange's.
 */
export class Http1Connection implements ClientStream, RequestSink {
  readonly #listener: Listener;
  readonly #socket: Socket;
  readonly #parser: RequestParser;
  readonly address: string;
  /** Bytes that wait to be read: nobody takes the body yet, or the request before is not answered. */
  #waiting: Buffer | undefined;
  #isReading = false;
  /** What comes is no request any more: after the last answer, or after something that could not be read. */
  #isDeaf = false;
  /** What comes is for who has taken the connection over. */
  #isUpgraded = false;
  #closingAt = 0;
  #hasClientEnded = false;

  /** The request under way. */
  #exchange: Exchange | undefined;
  method = '';
  target = '';
  minorVersion = 1;
  readonly canUpgrade = true;
  head!: RequestHead;
  isPaused = false;
  #discarded = 0;
  /** When the first byte of the request came, or could have come. */
  #requestedAt = performance.now();
  #hasServed = false;

  readonly #answer: AnswerWriter;
  #isLast = false;
  isFinished = false;

  constructor(listener: Listener, accepted: Socket) {
    const socket = readIntoMemory(accepted, (bytes) => this.#onBytes(bytes));
    this.#listener = listener;
    this.#socket = socket;
    this.#answer = new AnswerWriter(socket);
    this.address = peerOf(socket.remoteAddress);
    this.#parser = new RequestParser(this, listener.config.max_request_headers_kb * 1_024, listener.heads);
    socket.on('drain', () => this.#exchange?.onAnswerDrain());
    socket.on('end', () => this.#onClientEnd());
    socket.on('error', () => undefined); // `close` follows
    socket.on('close', () => this.#onClose());
  }

  get isIdle(): boolean {
    return this.#exchange === undefined;
  }

  // --- reading

  #onBytes(bytes: Buffer): void {
    if (this.#isDeaf) {
      if (this.#isUpgraded) this.#socket.push(Buffer.from(bytes));
      return;
    }
    if (this.#hasServed && this.isIdle && this.#parser.isInHead && !this.#parser.partialHead)
      this.#requestedAt = performance.now();
    const before = this.#waiting;
    this.#waiting = before ? Buffer.concat([before, bytes]) : bytes;
    this.#read();
    if (this.#waiting && !before) this.#waiting = Buffer.from(this.#waiting);
    if (this.#waiting && this.#waiting.length > waitingBytesMax) this.#socket.pause();
  }

  /** Reads on as far as somebody takes it. */
  #read(): void {
    if (this.#isReading) return; // whoever is told of a part may ask for more: the loop goes on by itself
    this.#isReading = true;
    try {
      while (this.#waiting && this.#takesMore && !this.#isDeaf) {
        const bytes: Buffer = this.#waiting;
        const at = this.#parser.step(bytes, 0);
        this.#waiting = at < bytes.length ? bytes.subarray(at) : undefined;
      }
    } catch (error) {
      this.#onUnreadable(error);
    }
    this.#isReading = false;
    if (this.#hasClientEnded && !this.#waiting) this.#onInputEnd();
  }

  /** A head where nothing is under way; of a body what is not held back. */
  get #takesMore(): boolean {
    return this.#parser.isInHead ? this.#exchange === undefined : !this.isPaused && !this.#parser.isDone;
  }

  onHead(method: string, target: string, minorVersion: number, head: RequestHead): void {
    this.method = method;
    this.target = target;
    this.minorVersion = minorVersion;
    this.head = head;
    this.isPaused = true; // until somebody reads the body
    this.isFinished = false;
    this.#isLast = minorVersion === 0 || head.closes;
    this.#exchange = new Exchange(this.#listener, this);
    this.#exchange.run();
  }

  onData(chunk: Buffer): void {
    if (this.#exchange) this.#exchange.onRequestData(chunk);
    else {
      this.#discarded += chunk.length;
      if (this.#discarded > discardBytesMax) this.#socket.destroy();
    }
  }

  onEnd(): void {
    if (this.#exchange) this.#exchange.onRequestEnd();
    else this.#expectNext();
  }

  get isComplete(): boolean {
    return this.#parser.isDone;
  }

  readBody(): void {
    this.resume();
  }

  pause(): void {
    this.isPaused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.isPaused = false;
    this.#socket.resume();
    this.#read();
  }

  #onUnreadable(error: unknown): void {
    this.#isDeaf = true;
    const problem = problemOf(error);
    if (!problem) this.#exchange?.fail(error);
    else if (this.#exchange) this.#exchange.onClientError(problem);
    else this.#refuse(problem, (error as Error).message);
  }

  /** What is no request gets its answer without an exchange. */
  #refuse(problem: Problem, reason: string): void {
    this.#isDeaf = true;
    const isHead = this.#parser.partialHead?.toString('latin1', 0, 5) === 'HEAD ';
    this.#socket.write(this.#listener.refusalOf(problem, reason, isHead));
    this.#close();
  }

  #onClientEnd(): void {
    this.#hasClientEnded = true;
    // The rest of a body may wait here; requests that wait behind a whole one are of no use to who does not listen.
    if (!this.#waiting || this.isComplete) this.#onInputEnd();
  }

  /** The client sends no more. One that has asked before is taken for gone, as by Envoy. */
  #onInputEnd(): void {
    if (this.#isDeaf) return;
    if (this.#exchange && this.isComplete) this.#socket.destroy();
    else if (this.#exchange || this.#parser.partialHead) this.#onUnreadable(new ProtocolError('it ends too early'));
    else this.#close();
  }

  // --- writing

  writeContinue(): void {
    this.#socket.write('HTTP/1.1 100 Continue\r\n\r\n', 'latin1');
  }

  writeHead(head: ResponseHead, isLast: boolean): void {
    if (isLast) this.#isLast = true;
    this.#answer.begin(this.method, this.minorVersion, head, this.#isLast);
  }

  flushHead(): void {
    this.#answer.flush();
  }

  write(chunk: Buffer): boolean {
    return this.#answer.write(chunk);
  }

  end(chunk?: Buffer): void {
    this.#answer.end(chunk);
    if (this.#socket.writableLength === 0) this.#onAnswered();
    else this.#socket.write('', () => this.#onAnswered());
  }

  /** The answer is with the system: now for the next request. */
  #onAnswered(): void {
    const exchange = this.#exchange;
    if (!exchange || this.#socket.destroyed) return; // `close` tells it, or has told it
    this.isFinished = true;
    this.#exchange = undefined;
    exchange.onClose();
    if (this.#isLast || this.#isDeaf || this.#listener.isClosing) {
      this.#close();
      return;
    }
    this.isPaused = false; // what is left of the body goes nowhere
    if (this.#parser.isDone) this.#expectNext();
    this.#socket.resume();
    this.#read();
  }

  #expectNext(): void {
    this.#parser.expect();
    this.#discarded = 0;
    this.#hasServed = true;
    this.#requestedAt = performance.now();
  }

  /** What has come already is read first. */
  upgrade(head: ResponseHead): Socket {
    this.writeHead(head, false);
    this.flushHead();
    this.#socket.pause();
    for (const event of ['data', 'drain', 'end']) this.#socket.removeAllListeners(event);
    this.#isDeaf = true;
    this.#isUpgraded = true;
    if (this.#waiting) this.#socket.unshift(Buffer.from(this.#waiting));
    this.#waiting = undefined;
    this.#socket.allowHalfOpen = true;
    return this.#socket;
  }

  // --- the end

  /** Ends in good order: a client that still sends would lose the answer to a reset, so it is heard out for a while. */
  #close(): void {
    this.#isDeaf = true;
    this.#waiting = undefined;
    this.#closingAt = performance.now();
    this.#socket.end();
    this.#socket.resume();
  }

  /** @param now as performance.now() gives it */
  checkTime(now: number): void {
    const { config } = this.#listener;
    const waited = now - this.#requestedAt;
    if (this.#closingAt > 0) {
      if (now - this.#closingAt > lingerMs) this.#socket.destroy();
      return;
    }
    if (this.#exchange) return; // it keeps its time itself
    if (!this.#parser.isInHead) {
      if (waited > config.request_timeout) this.#socket.destroy();
    } else if (this.#parser.partialHead || !this.#hasServed) {
      if (waited > config.request_headers_timeout) this.#refuse(requestTimeout, 'the head did not arrive in time');
    } else if (waited > config.idle_timeout) this.#close();
  }

  /** The listener closes: an idle connection at once, another after its answer. */
  closeIfIdle(): void {
    if (this.isIdle && !this.#isDeaf) this.#close();
  }

  cut(): void {
    // HTTP/1.0 takes an orderly end for the end of the body; a reset it cannot mistake. Over TLS, where Node cannot reset, an
    // end without close_notify is none.
    if (this.minorVersion === 0 && !(this.#socket instanceof TLSSocket)) this.#socket.resetAndDestroy();
    else this.#socket.destroy();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #onClose(): void {
    this.#listener.forget(this);
    this.#isDeaf = true;
    this.#waiting = undefined;
    const exchange = this.#exchange;
    this.#exchange = undefined;
    exchange?.onClose();
  }
}

/** @returns undefined where it is a fault of ours */
function problemOf(error: unknown): Problem | undefined {
  if (error instanceof VersionError) return versionUnknown;
  if (error instanceof TooLongError) return headTooLarge;
  return error instanceof ProtocolError ? malformed : undefined;
}
