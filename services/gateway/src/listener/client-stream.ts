import type { Socket } from 'node:net';
import type { RequestHead } from '../filters/request-head.ts';
import type { ResponseHead } from '../filters/response-head.ts';

/** One request of a client and the way of its answer, whatever version of HTTP it came by. */
export interface ClientStream {
  readonly method: string;
  /** As the client sent it: path and query. */
  readonly target: string;
  /** Of HTTP/1: 0 knows neither chunks nor 100 Continue. */
  readonly minorVersion: number;
  readonly head: RequestHead;
  /** Of the peer, which may be a proxy. */
  readonly address: string;

  /** From here on the exchange is told of the body; before, nothing of it is read. */
  readBody(): void;
  pause(): void;
  resume(): void;
  readonly isPaused: boolean;
  /** Whether the request has arrived whole. */
  readonly isComplete: boolean;

  /** Asks for the body that the client holds back. */
  writeContinue(): void;
  /**
   * Leaves with what follows it, or by `flushHead`.
   * @param isLast the connection ends with this answer
   */
  writeHead(head: ResponseHead, isLast: boolean): void;
  flushHead(): void;
  /** @returns false where the client does not keep up: wait for `onAnswerDrain` */
  write(chunk: Buffer): boolean;
  end(chunk?: Buffer): void;
  /** Whether its connection can become another thing than HTTP. */
  readonly canUpgrade: boolean;
  /** Answers 101. @returns the connection, paused, which is the caller's from now on */
  upgrade(head: ResponseHead): Socket;
  /** The whole answer is with the system. */
  readonly isFinished: boolean;
  /** Cuts the answer off so that no client takes it for whole. */
  cut(): void;
}

/** Who answers a request. */
export interface ClientStreamHandler {
  onRequestData(chunk: Buffer): void;
  onRequestEnd(): void;
  /** The client takes more of the answer. */
  onAnswerDrain(): void;
  /** The answer has left, or the client has. */
  onClose(): void;
}

/** IPv4 as such, also on a socket that speaks both. */
export const peerOf = (address = ''): string => (address.startsWith('::ffff:') ? address.slice(7) : address);
