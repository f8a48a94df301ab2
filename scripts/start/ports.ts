import { type AddressInfo, createServer, type Server } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { StartProblem } from './start-problem.ts';

/**
 * A port on which the page can be served: `localhost` must lead to us over IPv4 and IPv6 alike.
 * @param patienceMs how long to wait for who has it to let go
 * @throws {StartProblem} where it is taken or needs more rights
 */
export async function requirePort(port: number, patienceMs = 0): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (Date.now() < deadline && (await freePorts([port]))[0] !== port) await delay(100);
  for (const host of ['127.0.0.1', '::1']) {
    const code = await listen(port, host);
    if (typeof code !== 'string') await close(code);
    if (code === 'EACCES')
      throw new StartProblem(`Port ${port} may not be opened by you. Choose one from 1024 up: PORT=8080 npm start`);
    if (code === 'EADDRINUSE')
      throw new StartProblem(
        `Port ${port} is taken. Stop what listens there, or choose another port: PORT=${port === 65_535 ? 8081 : port + 1} npm start`,
      );
  }
}

/** For each the port asked for where it is free, else (and for 0) any free one; no two alike. */
export async function freePorts(wanted: readonly number[]): Promise<number[]> {
  const servers: Server[] = [];
  try {
    // Held until all are found, or the system might hand out the same one twice.
    for (const port of wanted) {
      const server = await listen(port, '127.0.0.1');
      servers.push(typeof server === 'string' ? ((await listen(0, '127.0.0.1')) as Server) : server);
    }
    return servers.map((server) => (server.address() as AddressInfo).port);
  } finally {
    await Promise.all(servers.map(close));
  }
}

/** @returns the error's code where it cannot; machines without IPv6 answer EADDRNOTAVAIL, which harms nobody */
function listen(port: number, host: string): Promise<Server | string> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ port, host, exclusive: true }, () => resolve(server));
  });
}

const close = (server: Server) => new Promise((resolve) => server.close(resolve));
