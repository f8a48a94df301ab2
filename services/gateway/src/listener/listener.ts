import { createServer, IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Problem } from '@outlay/service-kit/problem.ts';
import type { ListenerConfig } from '../bootstrap/bootstrap-schema.ts';
import type { Edge } from '../edge.ts';
import { randomHex } from '../filters/random-hex.ts';
import { headTooLarge, malformed, methodUnknown, requestTimeout, versionUnknown } from '../problems.ts';
import { Exchange } from '../proxy/exchange.ts';
import type { RouteTable } from '../router/route-table.ts';

/** A client's request, which knows its exchange: listeners can then be shared by all. */
export class ClientRequest extends IncomingMessage {
  exchange: Exchange | undefined;
}

export class ClientResponse extends ServerResponse<ClientRequest> {
  exchange: Exchange | undefined;
}

/** How often node:http looks for requests that do not arrive. */
const checkIntervalMs = 1_000;
/** How often connections that have become idle are closed in the end. */
const sweepMs = 20;

/** A port on which clients are served, by its own virtual hosts and limits. */
export class Listener {
  readonly edge: Edge;
  config: ListenerConfig;
  routes: RouteTable;
  readonly #server: Server<typeof ClientRequest, typeof ClientResponse>;

  constructor(edge: Edge, config: ListenerConfig, routes: RouteTable) {
    this.edge = edge;
    this.config = config;
    this.routes = routes;
    this.#server = createServer({
      IncomingMessage: ClientRequest,
      ServerResponse: ClientResponse,
      ...serverLimits(config),
      connectionsCheckingInterval: checkIntervalMs,
      noDelay: true,
      insecureHTTPParser: false,
      requireHostHeader: false, // said by us, as a problem
      optimizeEmptyRequests: true,
    });
    this.#server.maxConnections = config.max_connections; // no option of createServer
    this.#server.maxHeadersCount = 0; // counted by us: node:http would drop the rest without a word
    this.#server.on('request', (request, response) => this.#serve(request, response, false));
    this.#server.on('checkContinue', (request, response) => this.#serve(request, response, true));
    this.#server.on('checkExpectation', (request, response) => this.#serve(request, response, true));
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
    const closed = new Promise((resolve) => this.#server.close(resolve));
    // node:http keeps a connection whose answer had begun before the drain, and was thus not told to be its last.
    const sweep = setInterval(() => this.#server.closeIdleConnections(), sweepMs);
    const cut = setTimeout(() => this.#server.closeAllConnections(), finishMs);
    await closed;
    clearInterval(sweep);
    clearTimeout(cut);
  }

  #serve(request: ClientRequest, response: ClientResponse, awaitsContinue: boolean): void {
    const exchange = new Exchange(this, request, response, awaitsContinue);
    // The parser also takes HTTP/0.9 and HTTP/2.0 in the request line for HTTP/1.
    if (request.httpVersionMajor !== 1) exchange.head.problem = versionUnknown;
    try {
      exchange.run();
    } catch (error) {
      exchange.fail(error);
    }
  }

  /** What node:http could not read, or did not get in time. */
  #onClientError(error: NodeJS.ErrnoException, socket: Socket): void {
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
    else this.#refuse(problemOf(error.code), error.code, socket);
  }

  /** Answers what has no exchange; where another answer is under way, that is the last one. */
  #refuse(problem: Problem, reason: string | undefined, socket: Socket): void {
    let last: Exchange | undefined;
    for (const timed of this.edge.deadlines) if (timed instanceof Exchange && timed.socket === socket) last = timed;
    if (last) {
      last.onClientError(problem);
      return;
    }
    const traceId = randomHex(32);
    this.edge.log.info({ reason, status: problem.status, flags: 'DPE', traceId }, 'request refused');
    this.edge.requestTimes.observe('other', 'none', problem.status, 0);
    socket.end(rendered(problem, traceId));
  }
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

function rendered(problem: Problem, traceId: string): string {
  const body = JSON.stringify(problem.toBody(traceId));
  return (
    `HTTP/1.1 ${problem.status} ${problem.toBody(undefined).title}\r\ncontent-type: application/problem+json\r\n` +
    `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`
  );
}
