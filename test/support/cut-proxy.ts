import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A cable between the services and mongod that can be cut. */
export interface CutProxy {
  readonly port: number;
  /** Where mongod listens; may change. */
  target: number;
  /** Ends every connection, whatever it carries; no answer is to be lost any more. */
  cut(): void;
  /** The next request that comes through is carried, and the connection ends when its answer comes back. */
  loseAnAnswer(): void;
  stop(): Promise<void>;
}

export async function startCutProxy(): Promise<CutProxy> {
  const open = new Set<Socket>();
  let losing = 0;

  const server = createServer((client) => {
    const mongod = connect(proxy.target, '127.0.0.1');
    let isDoomed = false;
    const end = () => {
      for (const socket of [client, mongod]) {
        open.delete(socket);
        socket.destroy();
      }
    };
    for (const socket of [client, mongod]) {
      open.add(socket);
      socket.setNoDelay();
      socket.on('error', end).on('close', end);
    }
    client.on('data', (chunk) => {
      // What waits for news of the server, as monitors do, is no request: its answer may be seconds away.
      if (losing > 0 && !chunk.includes('topologyVersion') && !chunk.includes('hello')) {
        losing--;
        isDoomed = true;
      }
      mongod.write(chunk);
    });
    mongod.on('data', (chunk) => (isDoomed ? end() : client.write(chunk)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const cut = () => {
    losing = 0;
    for (const socket of open) socket.destroy();
  };
  const proxy: CutProxy = {
    port: (server.address() as AddressInfo).port,
    target: 0,
    cut,
    loseAnAnswer() {
      losing = 1;
    },
    async stop() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}
