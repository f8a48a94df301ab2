import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { writeParts } from './write-parts.ts';

describe('writing in parts', () => {
  let server: Server;
  let writer: Socket;
  let reader: Socket;
  beforeEach(async () => {
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    reader = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
    [writer] = (await once(server, 'connection')) as [Socket];
  });
  afterEach(async () => {
    for (const socket of [reader, writer]) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  async function readAll(): Promise<string> {
    let text = '';
    for await (const chunk of reader.setEncoding('latin1')) text += chunk;
    return text;
  }

  for (const length of [0, 1, 8_000, 8_192, 30_000, 65_536, 70_000, 200_000])
    it(`keeps them in order around ${length} bytes`, async () => {
      const body = Buffer.alloc(length, 'é', 'latin1');
      writeParts(writer, 'before ', body, ' after');
      writer.end();

      expect(await readAll()).to.equal(`before ${body.toString('latin1')} after`);
    });

  it('has no more need of what was read when it returns, however long the other side does not read', async () => {
    const memory = Buffer.alloc(65_536);
    const expected: string[] = [];
    // More than there are slabs, and than the system buffers.
    for (let i = 0; i < 200; i++) {
      const letter = String.fromCharCode(97 + (i % 26));
      const bytes = memory.fill(letter).subarray(0, 10_000 + ((i * 7_919) % 50_000));
      writeParts(writer, '<', bytes, '>');
      expected.push(`<${letter.repeat(bytes.length)}>`);
    }
    memory.fill('!');
    expect(writer.writableLength).to.be.above(0);
    writer.end();

    expect((await readAll()) === expected.join('')).to.equal(true);
  });

  it('uses its memory again once it is written', async () => {
    const all = readAll();
    const expected: string[] = [];
    for (let i = 0; i < 200; i++) {
      const letters = String.fromCharCode(97 + (i % 26)).repeat(20_000);
      writeParts(writer, `${i}<`, Buffer.from(letters), '>');
      expected.push(`${i}<${letters}>`);
      await new Promise((resolve) => writer.write('', resolve));
    }
    writer.end();

    expect((await all) === expected.join('')).to.equal(true);
  });
});
