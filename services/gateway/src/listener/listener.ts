import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from 'node:tls';
import type { Problem } from '@outlay/service-kit/problem.ts';
import type { ListenerConfig } from '../bootstrap/bootstrap-schema.ts';
import type { Edge } from '../edge.ts';
import { randomHex } from '../filters/random-hex.ts';
import type { RouteTable } from '../router/route-table.ts';
import { Certificate } from './certificate.ts';
import { Http1Connection } from './http1-connection.ts';
import { Http2Sessions } from './http2.ts';
import { KnownHeads } from './known-heads.ts';

/** How often connections are asked whether they have waited too long. */
const checkIntervalMs = 100;

/** A port on which clients are served, by its own virtual hosts and limits. */
export class Listener {
  readonly edge: Edge;
  config: ListenerConfig;
  routes: RouteTable;
  /** Undefined where clients speak HTTP without TLS. */
  readonly certificate: Certificate | undefined;
  /** Of HTTP/1.1. */
  heads: KnownHeads;
  /** No more requests than those under way. */
  isClosing = false;
  readonly #server: Server;
  readonly #http2: Http2Sessions | undefined;
  readonly #connections = new Set<Http1Connection>();
  #check: NodeJS.Timeout | undefined;

  /** @throws where its certificate cannot be used */
  constructor(edge: Edge, config: ListenerConfig, routes: RouteTable) {
    this.edge = edge;
    this.config = config;
    this.routes = routes;
    this.heads = new KnownHeads(config.max_headers_count);
    const tls = tlsOf(config);
    if (tls) {
      this.certificate = new Certificate(tls, edge.filePollMs, (error) => this.#onCertificate(error));
      this.#http2 = new Http2Sessions(this, config);
      this.#server = createTlsServer({
        noDelay: true,
        ...this.certificate.secureContext,
        ALPNProtocols: tls.alpn_protocols,
        handshakeTimeout: config.request_headers_timeout,
      });
      this.#server.on('secureConnection', (socket: TLSSocket) => this.#serve(socket));
      this.#server.on('tlsClientError', (_error, socket: TLSSocket) => socket.destroy()); // no way to answer
    } else
      this.#server = createServer({ noDelay: true, allowHalfOpen: true, pauseOnConnect: true }, (socket) =>
        this.#serve(socket),
      );
    this.#server.maxConnections = config.max_connections;
  }

  /** From the next request on; limits of connections and heads from the next connection on. */
  update(config: ListenerConfig, routes: RouteTable): void {
    this.config = config;
    this.routes = routes;
    this.heads = new KnownHeads(config.max_headers_count);
    this.#server.maxConnections = config.max_connections;
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
        // As in Deadlines: judged only once what has arrived is read.
        this.#check = setInterval(() => setImmediate(() => this.#checkTimes()), checkIntervalMs).unref();
        resolve();
      });
    });
  }

  /** Takes no more connections, closes the idle ones, and resolves when the others are done or the time is up. */
  async close(finishMs: number): Promise<void> {
    this.isClosing = true;
    this.certificate?.close();
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#http2?.close();
    for (const connection of this.#connections) connection.closeIfIdle();
    const cut = setTimeout(() => {
      for (const connection of this.#connections) connection.destroy();
      this.#http2?.destroy();
    }, finishMs);
    await closed;
    clearTimeout(cut);
    clearInterval(this.#check);
  }

  #serve(socket: Socket | TLSSocket): void {
    if ('alpnProtocol' in socket && socket.alpnProtocol === 'h2') this.#http2?.accept(socket);
    else this.#connections.add(new Http1Connection(this, socket));
  }

  /** From a connection that is no more. */
  forget(connection: Http1Connection): void {
    this.#connections.delete(connection);
  }

  #checkTimes(): void {
    const now = performance.now();
    for (const connection of this.#connections) connection.checkTime(now);
  }

  /** Connections from now on get the new certificate; the others keep theirs. */
  #onCertificate(error: Error | undefined): void {
    const { name } = this.config;
    this.edge.certificateReloads.inc({ listener: name, result: error ? 'refused' : 'applied' });
    if (error)
      this.edge.log.error({ listener: name, reason: error.message }, 'certificate refused: the one before serves on');
    else if (this.certificate) {
      (this.#server as TlsServer).setSecureContext(this.certificate.secureContext);
      this.edge.log.info({ listener: name, ...this.certificate.describe() }, 'certificate applied');
    }
  }

  /** The answer to what is no request, and has thus no exchange to account for it. @param isHead it began as HEAD does */
  refusalOf(problem: Problem, reason: string, isHead: boolean): string {
    const traceId = randomHex(32);
    this.edge.log.info({ reason, status: problem.status, flags: 'DPE', traceId }, 'request refused');
    this.edge.requestTimes.observe('other', 'none', problem.status, 0);
    const body = JSON.stringify(problem.toBody(traceId));
    return (
      `HTTP/1.1 ${problem.status} ${problem.toBody(undefined).title}\r\ncontent-type: application/problem+json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${isHead ? '' : body}`
    );
  }
}

/** Where no certificate is named there is no TLS, so that one file serves with and without. */
export const tlsOf = ({ tls_context: tls }: ListenerConfig) => (tls && tls.certificate_chain !== '' ? tls : undefined);
