import { createServer, IncomingMessage, type Server, ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Problem } from '@outlay/service-kit/problem.ts';
import type { ListenerConfig } from '../bootstrap/bootstrap-schema.ts';
import type { Edge } from '../edge.ts';
import { randomHex } from '../filters/random-hex.ts';
import { headTooLarge, malformed, methodUnknown, requestTimeout, versionUnknown } from '../problems.ts';
import { Exchange } from '../proxy/exchange.ts';
import type { RouteTable } from '../router/route-table.ts';
import { Certificate } from './certificate.ts';
import { Http2Sessions } from './http2.ts';

/** A client's request, which knows its exchange: listeners can then be shared by all. */
export class ClientRequest extends IncomingMessage {
  exchange: Exchange | undefined;
}

export class ClientResponse extends ServerResponse<ClientRequest> {
  exchange: Exchange | undefined;

  /** All of it has left. */
  get isSent(): boolean {
    return this.writableFinished;
  }

  /** Ends it so that no client takes what it has for the whole answer. */
  cut(): void {
    const { socket, httpVersion } = this.req;
    // HTTP/1.0 takes an orderly end for the end of the body; a reset it cannot mistake.
    if (httpVersion === '1.0') socket.resetAndDestroy();
    else socket.destroy();
  }
}

type HttpServer = Server<typeof ClientRequest, typeof ClientResponse>;

/** How often node:http looks for requests that do not arrive. */
const checkIntervalMs = 1_000;
/** How long a client may take to hear why it is refused and to close its side; it is not obliged to. */
const lingerMs = 1_000;
/** How often connections that have become idle are closed in the end. */
const sweepMs = 20;

/** A port on which clients are served, by its own virtual hosts and limits. */
export class Listener {
  readonly edge: Edge;
  config: ListenerConfig;
  routes: RouteTable;
  /** Undefined where clients speak HTTP without TLS. */
  readonly certificate: Certificate | undefined;
  readonly #server: HttpServer;
  readonly #http2: Http2Sessions | undefined;
  /** Connections of HTTP/1.1, with the bytes that had been read of each when it was opened: those of its handshake. */
  readonly #sockets = new Map<Socket, number>();

  /** @throws where its certificate cannot be used */
  constructor(edge: Edge, config: ListenerConfig, routes: RouteTable) {
    this.edge = edge;
    this.config = config;
    this.routes = routes;
    const options = {
      IncomingMessage: ClientRequest,
      ServerResponse: ClientResponse,
      ...serverLimits(config),
      connectionsCheckingInterval: checkIntervalMs,
      noDelay: true,
      insecureHTTPParser: false,
      requireHostHeader: false, // said by us, as a problem
      optimizeEmptyRequests: true,
      shouldUpgradeCallback: (request: ClientRequest) => this.#mayUpgrade(request),
    };
    const tls = tlsOf(config);
    if (tls) {
      this.certificate = new Certificate(tls, edge.filePollMs, (error) => this.#onCertificate(error));
      this.#http2 = new Http2Sessions(this, config);
      const server = createTlsServer<typeof ClientRequest, typeof ClientResponse>({
        ...options,
        ...this.certificate.secureContext,
        ALPNProtocols: tls.alpn_protocols,
        handshakeTimeout: config.request_headers_timeout,
      });
      takeHttp2(server as unknown as TlsServer, this.#http2);
      this.#server = server as unknown as HttpServer;
    } else this.#server = createServer(options);
    this.#server.on(tls ? 'secureConnection' : 'connection', (socket: Socket) => {
      this.#sockets.set(socket, socket.bytesRead);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#server.maxConnections = config.max_connections; // no option of createServer
    this.#server.maxHeadersCount = 0; // counted by us: node:http would drop the rest without a word
    this.#server.on('request', (request, response) => this.#serveHttp1(request, response, false));
    this.#server.on('checkContinue', (request, response) => this.#serveHttp1(request, response, true));
    this.#server.on('checkExpectation', (request, response) => this.#serveHttp1(request, response, true));
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket as Socket, head));
    this.#server.on('connect', (_request, socket) => this.#refuse(methodUnknown, 'CONNECT', socket as Socket));
    this.#server.on('clientError', (error, socket) => this.#onClientError(error, socket as Socket));
  }

  /** From the next request on; limits of heads from the next connection on. */
  update(config: ListenerConfig, routes: RouteTable): void {
    this.config = config;
    this.routes = routes;
    Object.assign(this.#server, serverLimits(config));
  }

  /** The port listened on, also where the configuration says 0. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** False before `listen` and from `close` on: then there is no port. */
  get isOpen(): boolean {
    return this.#server.listening;
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.config.port, this.config.address, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
  }

  /** Takes no more connections, closes the idle ones, and resolves when the others are done or the time is up. */
  async close(finishMs: number): Promise<void> {
    this.certificate?.close();
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#http2?.close();
    // Opened ahead of need, as browsers do; node:http waits for their request.
    for (const [socket, bytesBefore] of this.#sockets) if (socket.bytesRead === bytesBefore) socket.destroy();
    // node:http keeps a connection whose answer had begun before the drain, and was thus not told to be its last.
    const sweep = setInterval(() => this.#server.closeIdleConnections(), sweepMs);
    const cut = setTimeout(() => {
      // Not closeAllConnections(), which knows of no tunnels.
      for (const socket of this.#sockets.keys()) socket.destroy();
      this.#http2?.destroy();
    }, finishMs);
    await closed;
    clearInterval(sweep);
    clearTimeout(cut);
  }

  #serveHttp1(request: ClientRequest, response: ClientResponse, awaitsContinue: boolean): void {
    this.serve(request, response, awaitsContinue, false);
  }

  /** @param hasBody of HTTP/2, where a body needs no field that announces it */
  serve(request: ClientRequest, response: ClientResponse, awaitsContinue: boolean, hasBody: boolean): void {
    const exchange = new Exchange(this, request, response, awaitsContinue);
    // The parser also takes HTTP/0.9 and HTTP/2.0 in the request line for HTTP/1.
    if (request.httpVersionMajor !== 1 && request instanceof ClientRequest) exchange.head.problem = versionUnknown;
    if (hasBody && exchange.head.contentLength < 0) exchange.head.isChunked = true;
    try {
      exchange.run();
    } catch (error) {
      exchange.fail(error);
    }
  }

  /** Whether a request may take its connection with it; if not, it is one like any other, and refused as such. */
  #mayUpgrade(request: ClientRequest): boolean {
    const { headers, url = '', method, httpVersion, socket } = request;
    const upgrade = headers.upgrade?.toLowerCase() ?? '';
    const route = this.routes.find(headers.host ?? '', method ?? '', url.replace(/\?.*/, ''));
    const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
    return (
      method === 'GET' && httpVersion === '1.1' && !hasBody && !this.#lastOn(socket) && !!route?.upgrades.has(upgrade)
    );
  }

  #upgrade(request: ClientRequest, socket: Socket, head: Buffer): void {
    const response = new ClientResponse(request);
    response.assignSocket(socket);
    response.on('finish', () => socket.destroySoon());
    socket.on('error', () => socket.destroy());
    if (head.length) socket.unshift(head);
    const exchange = new Exchange(this, request, response, false);
    try {
      exchange.runUpgrade(socket);
    } catch (error) {
      exchange.fail(error);
    }
  }

  /** Connections from now on get the new certificate; the others keep theirs. */
  #onCertificate(error: Error | undefined): void {
    const { name } = this.config;
    this.edge.certificateReloads.inc({ listener: name, result: error ? 'refused' : 'applied' });
    if (error)
      this.edge.log.error({ listener: name, reason: error.message }, 'certificate refused: the one before serves on');
    else if (this.certificate) {
      (this.#server as unknown as TlsServer).setSecureContext(this.certificate.secureContext);
      this.edge.log.info({ listener: name, ...this.certificate.describe() }, 'certificate applied');
    }
  }

  /** What node:http could not read, or did not get in time. */
  #onClientError(error: NodeJS.ErrnoException, socket: Socket): void {
    // Without TLS established there is no way to answer.
    const isShakingHands = 'secureConnecting' in socket && socket.secureConnecting;
    if (socket.writableEnded && !socket.destroyed) return; // told before, and about to be closed
    if (error.code === 'ECONNRESET' || !socket.writable || isShakingHands) socket.destroy();
    else this.#refuse(problemOf(error.code), error.code, socket);
  }

  /** Answers what has no exchange; where another answer is under way, that is the last one. */
  #refuse(problem: Problem, reason: string | undefined, socket: Socket): void {
    const last = this.#lastOn(socket);
    if (last) {
      last.onClientError(problem);
      return;
    }
    const traceId = randomHex(32);
    this.edge.log.info({ reason, status: problem.status, flags: 'DPE', traceId }, 'request refused');
    this.edge.requestTimes.observe('other', 'none', problem.status, 0);
    endWith(rendered(problem, traceId), socket);
  }

  /** The last of the requests under way on a connection. */
  #lastOn(socket: Socket): Exchange | undefined {
    let last: Exchange | undefined;
    for (const timed of this.edge.deadlines) if (timed instanceof Exchange && timed.socket === socket) last = timed;
    return last;
  }
}

/** Where no certificate is named there is no TLS, so that one file serves with and without. */
export const tlsOf = ({ tls_context: tls }: ListenerConfig) => (tls && tls.certificate_chain !== '' ? tls : undefined);

/** Hands the connections whose clients chose HTTP/2 to those who speak it; the server of HTTP/1.1 keeps the others. */
function takeHttp2(server: TlsServer, http2: Http2Sessions): void {
  const [serveHttp1] = server.listeners('secureConnection');
  server.removeAllListeners('secureConnection');
  server.on('secureConnection', (socket) => {
    if (socket.alpnProtocol === 'h2') http2.accept(socket);
    else serveHttp1?.call(server, socket);
  });
}

/** Options of node:http, which are also members of its server by which it goes from then on. */
const serverLimits = (config: ListenerConfig) => ({
  maxConnections: config.max_connections,
  maxHeaderSize: config.max_request_headers_kb * 1_024,
  headersTimeout: config.request_headers_timeout,
  requestTimeout: Math.max(config.request_timeout, config.request_headers_timeout),
  keepAliveTimeout: config.idle_timeout,
});

function problemOf(code: string | undefined): Problem {
  if (code === 'HPE_HEADER_OVERFLOW') return headTooLarge;
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? requestTimeout : malformed;
}

/** Says the last word and closes. Not at once, as what is unread of the client would reset what it is told; but soon. */
function endWith(text: string, socket: Socket): void {
  socket.on('error', () => socket.destroy()); // node:http watches no more over a connection that asked for CONNECT
  socket.end(text);
  socket.resume();
  const late = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(late));
}

function rendered(problem: Problem, traceId: string): string {
  const body = JSON.stringify(problem.toBody(traceId));
  return (
    `HTTP/1.1 ${problem.status} ${problem.toBody(undefined).title}\r\ncontent-type: application/problem+json\r\n` +
    `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`
  );
}
