import { connect, type Socket } from 'node:net';
import type { ResponseHead } from '../filters/response-head.ts';
import { intoMemory } from '../http1/read-memory.ts';
import { writeParts } from '../http1/write-parts.ts';
import { ResponseParser, type ResponseSink } from './response-parser.ts';

/** Why there is no whole answer, as Envoy's response flags have it: not connected, cut off, not HTTP. */
export type UpstreamFailure = 'UF' | 'UC' | 'UPE';

/** Who sent the request: gets head, data and end; or, at any point, the failure. Nothing after end or failure. */
export interface UpstreamHandler extends ResponseSink {
  /** All that has arrived has been told: what is held back for more should leave now. */
  onPartRead(): void;
  /** The service takes more of the body after `write` said no. */
  onDrain(): void;
  /** @param cause what was wrong with the answer, for the log */
  onFailure(failure: UpstreamFailure, cause?: unknown): void;
}

/**
 * How the body of a request is sent, if there is one: of the length its head names, or in chunks. A tunnel is asked for
 * without one, and is bytes both ways once the service has answered 101.
 */
export type BodyFraming = 'none' | 'length' | 'chunked' | 'tunnel';

/** Who keeps the connection while it is idle, and counts what it carries. */
export interface ConnectionOwner {
  onConnected(): void;
  /** A request begins. */
  onBegun(): void;
  /** The request under way is answered, failed or given up. */
  onEnded(): void;
  /** The connection may carry another request. */
  onIdle(connection: UpstreamConnection): void;
  onClosed(connection: UpstreamConnection): void;
}

/** One kept connection to a service, which carries one request after the other (no pipelining). */
export class UpstreamConnection implements ResponseSink {
  readonly #owner: ConnectionOwner;
  readonly #socket: Socket;
  readonly #parser = new ResponseParser(this);
  #handler: UpstreamHandler | undefined;
  #framing: BodyFraming = 'none';
  #isRequestSent = true;
  /** Of the request, where it waits for the first of the body. */
  #requestHead = '';
  #isPaused = false;
  isConnected = false;
  /** Requests begun on it. */
  uses = 0;
  /** When it last became idle, as performance.now() has it. */
  idleSince = 0;

  constructor(owner: ConnectionOwner, host: string, port: number) {
    this.#owner = owner;
    this.#socket = connect({
      host,
      port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: 30_000,
      onread: intoMemory((bytes) => this.#onBytes(bytes)),
    });
    this.#socket.on('connect', () => {
      this.isConnected = true;
      owner.onConnected();
    });
    this.#socket.on('drain', () => this.#handler?.onDrain());
    this.#socket.on('end', () => this.#onEnd());
    this.#socket.on('error', () => this.#fail(this.isConnected ? 'UC' : 'UF'));
    this.#socket.on('close', () => {
      if (this.#framing === 'tunnel' && this.#parser.isDone) this.#releaseHandler();
      else this.#fail(this.isConnected ? 'UC' : 'UF');
      owner.onClosed(this);
    });
  }

  /**
   * Begins a request.
   * @param head request line and fields, with the empty line at their end
   * @param isHead its answer has no body
   * @param framing where there is a body, `write` and `endBody` follow; the head leaves with the first of them, in one
   *   packet where it fits
   * @param upgrade of a tunnel: the protocol that it is asked for
   */
  begin(handler: UpstreamHandler, head: string, isHead: boolean, framing: BodyFraming, upgrade?: string): void {
    this.#handler = handler;
    this.#owner.onBegun();
    this.uses++;
    this.#parser.expect(isHead, upgrade);
    this.#framing = framing;
    this.#isRequestSent = framing === 'none' || framing === 'tunnel';
    if (this.#isRequestSent) this.#socket.write(head, 'latin1');
    else this.#requestHead = head;
  }

  /** Who gets what follows the head of the answer under way: the two ways of a tunnel end each by itself. */
  handOver(handler: UpstreamHandler): void {
    this.#handler = handler;
    this.#socket.allowHalfOpen = true;
  }

  /** @returns false where the service does not keep up: wait for `onDrain` */
  write(chunk: Buffer): boolean {
    const head = this.#takeHead();
    if (this.#framing === 'chunked') writeParts(this.#socket, `${head}${chunk.length.toString(16)}\r\n`, chunk, '\r\n');
    else writeParts(this.#socket, head, chunk, '');
    return !this.#socket.writableNeedDrain;
  }

  endBody(): void {
    this.#isRequestSent = true;
    if (this.#framing === 'tunnel') this.#socket.end();
    const rest = this.#takeHead() + (this.#framing === 'chunked' ? '0\r\n\r\n' : '');
    if (rest !== '') this.#socket.write(rest, 'latin1');
  }

  #takeHead(): string {
    const head = this.#requestHead;
    this.#requestHead = '';
    return head;
  }

  /** False from the moment that either side begins to close it; its owner hears of that a little later. */
  get isOpen(): boolean {
    return !this.#socket.destroyed;
  }

  /** True where a byte of the answer to the request under way has been read. */
  get hasAnswerBegun(): boolean {
    return this.#parser.hasBegun;
  }

  /** Stops reading the answer until `resume`. */
  pause(): void {
    this.#isPaused = true;
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#socket.resume();
  }

  /** Gives up the request under way, or the idle connection: the handler hears no more, the socket is closed. */
  destroy(): void {
    this.#releaseHandler();
    this.#socket.destroy();
  }

  #releaseHandler(): UpstreamHandler | undefined {
    const handler = this.#handler;
    this.#handler = undefined;
    if (handler) this.#owner.onEnded();
    return handler;
  }

  #onBytes(bytes: Buffer): void {
    try {
      this.#parser.execute(bytes);
      // Only now: with bytes left over the connection is out of step, and must not have been handed on before.
      if (this.#parser.isDone) this.#settle();
      else this.#handler?.onPartRead();
    } catch (error) {
      // Besides what the parser refuses: a bug in the handler, which must not take the other requests with it.
      this.#fail('UPE', error);
      this.#socket.destroy();
    }
  }

  #onEnd(): void {
    if (this.#handler && !this.#parser.finish()) this.#fail('UC');
    if (this.#handler && this.#socket.allowHalfOpen) return; // the client may go on
    this.destroy();
  }

  /** The answer is whole. */
  #settle(): void {
    this.#releaseHandler();
    if (this.#parser.keepsAlive && this.#isRequestSent && !this.#socket.destroyed) {
      this.resume();
      this.#owner.onIdle(this);
    } else {
      // Answered before the request was sent whole, or not to be reused.
      this.#socket.destroy();
    }
  }

  #fail(failure: UpstreamFailure, cause?: unknown): void {
    this.#releaseHandler()?.onFailure(failure, cause);
  }

  // From the parser.

  onHead(head: ResponseHead): void {
    this.#handler?.onHead(head);
  }

  onData(chunk: Buffer, isLast: boolean): void {
    this.#handler?.onData(chunk, isLast);
  }

  onEnd(): void {
    this.#handler?.onEnd();
  }
}
