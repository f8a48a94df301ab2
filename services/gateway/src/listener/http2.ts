import { createServer, type Http2Server, type ServerHttp2Session } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { ListenerConfig } from '../bootstrap/bootstrap-schema.ts';
import { Http2Stream } from './http2-stream.ts';
import type { Listener } from './listener.ts';

/** Frames that ask for work and bring none: beyond these a connection is ended with ENHANCE_YOUR_CALM. */
const floodLimits = { maxOutstandingPings: 10, maxOutstandingSettings: 10, maxSessionInvalidFrames: 100 };
/** Pseudo fields are fields here, and counted apart. */
const pseudoFields = 4;

/**
 * HTTP/2 over the TLS connections of a listener whose clients chose it. What it brings are the same exchanges as HTTP/1.1's.
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
      strictSingleValueFields: false, // a service's doubled field is not the client's fault, nor ours to judge
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
    // Whoever expects something, or asks for a tunnel, is answered by the exchange, as everyone.
    for (const event of ['request', 'checkContinue', 'checkExpectation', 'connect'])
      this.#server.on(event, (request, response) => new Http2Stream(listener, request, response).run());
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

  /** Sends GOAWAY: requests under way are finished, no more are taken. */
  close(): void {
    for (const session of this.#sessions) session.close();
  }

  destroy(): void {
    for (const session of this.#sessions) session.destroy();
  }
}
