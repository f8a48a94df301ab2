import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { expect } from 'chai';
import { freePorts, requirePort } from './ports.ts';

describe('ports', () => {
  let taken: Server;
  let port: number;
  before(async () => {
    taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    port = (taken.address() as AddressInfo).port;
  });
  after(() => taken.close());

  it('says in a line that a port is taken and how to choose another', async () => {
    const message = await requirePort(port).catch((error: Error) => error.message);

    expect(message).to.equal(
      `Port ${port} is taken. Stop what listens there, or choose another port: PORT=${port + 1} npm start`,
    );
  });

  it('sees who listens on all addresses', async () => {
    const everywhere = createServer().listen(0);
    await once(everywhere, 'listening');
    const other = (everywhere.address() as AddressInfo).port;

    const message = await requirePort(other).catch((error: Error) => error.message);

    everywhere.close();
    expect(message).to.match(/is taken/);
  });

  it('finds others for those that are taken, no two alike', async () => {
    const [first, second, third] = await freePorts([port, 0, port]);

    expect(new Set([port, first, second, third]).size).to.equal(4);
    await requirePort(first!);
  });

  it('keeps the one asked for where it is free', async () => {
    const [free] = await freePorts([0]);

    expect(await freePorts([free!])).to.deep.equal([free]);
  });
});
