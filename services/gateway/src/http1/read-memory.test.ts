import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { eventually } from '../testing/start-test-gateway.ts';
import { intoMemory, readIntoMemory } from './read-memory.ts';

describe('reading into one memory', () => {
  let server: Server;
  const sockets: Socket[] = [];
  beforeEach(async () => {
    server = createServer({ pauseOnConnect: true, allowHalfOpen: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  /** A connection, both ends, each with what it reads: the memory that it lay in, and the text. */
  async function open() {
    const { port } = server.address() as AddressInfo;
    const end = () => ({ texts: [] as string[], memory: new Set<ArrayBufferLike>(), onBytes: (_: Buffer) => {} });
    const [near, far] = [end(), end()];
    for (const one of [near, far])
      one.onBytes = (bytes) => {
        one.texts.push(bytes.toString());
        one.memory.add(bytes.buffer);
      };
    const client = connect({ port, host: '127.0.0.1', onread: intoMemory(near.onBytes) });
    const [accepted] = (await once(server, 'connection')) as [Socket];
    const socket = readIntoMemory(accepted, far.onBytes);
    sockets.push(client, socket);
    return { client, near, socket, far };
  }

  /** So that a Node which moves its handles in another way is noticed, and does not just cost memory. */
  it('is what connections do, whoever opened them', async () => {
    const { client, near, socket, far } = await open();
    for (const text of ['one', 'two', 'three']) {
      client.write(text);
      await eventually(() => far.texts.at(-1) === text);
      socket.write(text);
      await eventually(() => near.texts.at(-1) === text);
    }

    expect([...near.memory, ...far.memory]).to.have.length(2);
    expect([...near.memory]).to.deep.equal([...far.memory]);
  });

  it('pauses at once, and goes on where it stopped', async () => {
    const { client, socket, far } = await open();
    client.write('one');
    await eventually(() => far.texts.length === 1);
    socket.pause();
    client.write('two');
    await new Promise((resolve) => socket.write('', resolve));
    expect(far.texts).to.deep.equal(['one']);

    socket.resume();
    await eventually(() => far.texts.length === 2);
    expect(far.texts[1]).to.equal('two');
  });

  it('hears of the other end’s half, and can still answer', async () => {
    const { client, near, socket } = await open();
    const ended = once(socket, 'end');
    client.end();
    await ended;
    socket.end('good bye');
    await eventually(() => near.texts.join('') === 'good bye');
  });

  it('leaves the server to count its connections', async () => {
    const { socket } = await open();
    const count = () => new Promise((resolve) => server.getConnections((_error, connections) => resolve(connections)));
    expect(await count()).to.equal(1);

    const closed = once(socket, 'close');
    socket.destroy();
    await closed;
    expect(await count()).to.equal(0);
  });
});
