import {
  constants,
  createServer,
  type Http2Server,
  type Http2ServerRequest,
  Http2ServerResponse,
  type OutgoingHttpHeaders,
  type ServerHttp2Session,
} from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { ListenerConfig } from '../bootstrap/bootstrap-schema.ts';
import type { ClientRequest, ClientResponse, Listener } from './listener.ts';

/** Answers as node:http's do, where node:http2's own do not. */
class Http2Response extends Http2ServerResponse {
  override writeHead(status: number, headers?: unknown): this {
    // There is no Connection field: what it would say of this connection, GOAWAY says.
    const at = Array.isArray(headers) ? headers.indexOf('connection') : -1;
    if (at >= 0) {
      (headers as string[]).splice(at, 2);
      this.stream.session?.close();
    }
    return super.writeHead(status, headers as OutgoingHttpHeaders);
  }

  override end(...rest: unknown[]): this {
    // The answer to HEAD has no body, whatever it is given.
    return super.end(...((this.req.method === 'HEAD' ? [] : rest) as [string]));
  }

  /** A stream that was reset counts as finished to node:http2. */
  get isSent(): boolean {
    return this.writableFinished && this.stream.rstCode === constants.NGHTTP2_NO_ERROR;
  }

  cut(): void {
    this.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  }
}

/** Frames that ask for work and bring none: beyond these a connection is ended with ENHANCE_YOUR_CALM. */
const floodLimits = { maxOutstandingPings: 10, maxOutstandingSettings: 10, maxSessionInvalidFrames: 100 };
/** Pseudo fields are fields here, and counted apart. */
const pseudoFields = 4;

/**
 * HTTP/2 over the TLS connections of a listener whose clients chose it. What it brings are the same exchanges as HTTP/1.1's:
 * node:http2's compatibility API shows them the same face.
 */
export class Http2Sessions {
  readonly #listener: Listener;
  readonly #server: Http2Server;
  readonly #sessions = new Set<ServerHttp2Session>();

  constructor(listener: Listener, config: ListenerConfig) {
    this.#listener = listener;
    const { max_concurrent_streams, initial_stream_window_size } = config.http2_protocol_options;
    this.#server = createServer({
      ...floodLimits,
      Http2ServerResponse: Http2Response as typeof Http2ServerResponse,
      maxHeaderListPairs: config.max_headers_count + pseudoFields,
      maxSendHeaderBlockLength: 65_536,
      settings: {
        enablePush: false,
        maxConcurrentStreams: max_concurrent_streams,
        initialWindowSize: initial_stream_window_size,
        maxHeaderListSize: config.max_request_headers_kb * 1_024,
      },
    });
    this.#server.on('session', (session) => this.#onSession(session));
    this.#server.on('request', (request, response) => this.#serve(request, response, false));
    this.#server.on('checkContinue', (request, response) => this.#serve(request, response, true));
    this.#server.on('checkExpectation', (request, response) => this.#serve(request, response, true));
  }

  /** Takes a connection whose handshake is done. */
  accept(socket: TLSSocket): void {
    this.#server.emit('connection', socket);
  }

  #onSession(session: ServerHttp2Session): void {
    const { config } = this.#listener;
    this.#sessions.add(session);
    const late = setTimeout(() => session.destroy(), config.request_headers_timeout);
    session.once('stream', () => clearTimeout(late));
    session.setTimeout(config.idle_timeout, () => session.close());
    session.on('error', () => session.destroy());
    session.on('close', () => {
      clearTimeout(late);
      this.#sessions.delete(session);
    });
  }

  #serve(request: Http2ServerRequest, response: Http2ServerResponse, awaitsContinue: boolean): void {
    this.#listener.serve(
      request as unknown as ClientRequest,
      response as unknown as ClientResponse,
      awaitsContinue,
      !request.stream.endAfterHeaders,
    );
  }

  /** Sends GOAWAY: requests under way are finished, no more are taken. */
  close(): void {
    for (const session of this.#sessions) session.close();
  }

  destroy(): void {
    for (const session of this.#sessions) session.destroy();
  }
}
