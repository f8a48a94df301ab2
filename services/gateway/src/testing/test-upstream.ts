import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';

/** A request as it arrived at a service. */
export interface Arrived {
  readonly method: string;
  readonly url: string;
  /** Names in lower case, in order, doubled ones twice. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Answers once the request has arrived whole. */
export const afterBody =
  (answer: (response: ServerResponse) => void): Handler =>
  (request, response) =>
    void request.on('end', () => answer(response));

/** A service behind the gateway: a real HTTP server that remembers what it was asked. */
export interface TestUpstream {
  readonly url: string;
  /** Requests that arrived whole. */
  readonly arrived: Arrived[];
  /** The last 64 KiB as they stood on the wire, whole or not. */
  readonly wire: () => string;
  /** Connections open now. */
  readonly sockets: ReadonlySet<Socket>;
  /** Connections ever opened. */
  readonly accepted: () => number;
  /** Answers from now on; before, everything is answered 200 with "ok". */
  answer(handler: Handler): void;
  close(): Promise<void>;
}

export async function startUpstream(): Promise<TestUpstream> {
  let handler = afterBody((response) => response.end('ok'));
  const arrived: Arrived[] = [];
  const server = createHttpServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { rawHeaders } = request;
      arrived.push({
        method: request.method ?? '',
        url: request.url ?? '',
        headers: rawHeaders.flatMap((name, i) =>
          i % 2 ? [] : [[name.toLowerCase(), rawHeaders[i + 1] as string] as const],
        ),
        body: Buffer.concat(chunks).toString('latin1'),
      });
    });
    handler(request, response);
  });
  server.keepAliveTimeout = 75_000;
  let wire = '';
  server.on('connection', (socket: Socket) =>
    socket.on('data', (chunk: Buffer) => {
      wire = (wire + chunk.toString('latin1')).slice(-65_536);
    }),
  );
  const { sockets, accepted, listen } = tracking(server);
  const port = await listen();
  return {
    url: `http://127.0.0.1:${port}`,
    arrived,
    wire: () => wire,
    sockets,
    accepted,
    answer(next) {
      handler = next;
    },
    close: () => closing(server, sockets),
  };
}

/** A service that speaks bytes rather than HTTP: `onSocket` does with each connection as it likes. */
export async function startRawUpstream(onSocket: (socket: Socket) => void): Promise<{
  readonly url: string;
  readonly sockets: ReadonlySet<Socket>;
  readonly accepted: () => number;
  close(): Promise<void>;
}> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  const { sockets, accepted, listen } = tracking(server);
  return { url: `http://127.0.0.1:${await listen()}`, sockets, accepted, close: () => closing(server, sockets) };
}

function tracking(server: ReturnType<typeof createTcpServer>) {
  const sockets = new Set<Socket>();
  let count = 0;
  server.on('connection', (socket: Socket) => {
    count++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const listen = () =>
    new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
    });
  return { sockets, accepted: () => count, listen };
}

function closing(server: ReturnType<typeof createTcpServer>, sockets: ReadonlySet<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  return new Promise((resolve) => server.close(() => resolve()));
}
