import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { RawClient } from '../testing/raw-client.ts';
import { eventually, startTestGateway, type TestGateway, untilStill } from '../testing/start-test-gateway.ts';

const mebibyte = Buffer.alloc(1_048_576, 'a');

describe('streaming', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway({
      edit: (yaml) => yaml.replace('max_request_bytes: 20MiB', 'max_request_bytes: 200MiB'),
    });
  });
  after(() => gateway.close());

  const head = (line: string, ...fields: string[]) =>
    `${[line, 'Host: a', `Authorization: ${gateway.bearer}`, ...fields].join('\r\n')}\r\n\r\n`;
  const importHead = (...fields: string[]) => head('POST /api/v1/ledgers/default/imports HTTP/1.1', ...fields);

  it('hands each part of an answer on as it comes, head first', async () => {
    let next: (text: string | undefined) => void = () => undefined;
    gateway.expense.answer((_request, response) => {
      response.flushHeaders();
      next = (text) => (text === undefined ? response.end() : response.write(text));
    });
    const client = new RawClient(gateway.port).send(head('GET /api/v1/ledgers HTTP/1.1'));

    await client.until((text) => text.endsWith('\r\n\r\n'));
    next('one');
    await client.until((text) => text.endsWith('3\r\none\r\n'));
    next('two');
    await client.until((text) => text.endsWith('3\r\ntwo\r\n'));
    next(undefined);
    await client.until((text) => text.endsWith('0\r\n\r\n'));
    client.socket.destroy();
  });

  it('leaves compression to who compresses: bytes, coding and Vary pass as they are, part by part', async () => {
    const zipped = gzipSync('an answer that is worth compressing');
    let finish: () => void = () => undefined;
    gateway.expense.answer((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
      response.write(zipped.subarray(0, 10));
      finish = () => response.end(zipped.subarray(10));
    });
    const client = new RawClient(gateway.port);
    client.send(head('GET /api/v1/ledgers HTTP/1.1', 'Accept-Encoding: gzip, br', 'Connection: close'));

    await client.until((text) => text.endsWith(`\r\na\r\n${zipped.toString('latin1', 0, 10)}\r\n`));
    finish();

    const { headers, text } = await client.answer();
    expect(headers).to.include({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
    expect(headers).not.to.have.property('content-length');
    expect(text).to.include(`${zipped.toString('latin1', 10)}\r\n0\r\n\r\n`);
    expect(gateway.expense.arrived.at(-1)?.headers).to.deep.include(['accept-encoding', 'gzip, br']);
  });

  it('keeps a body that has to wait, whatever else is read meanwhile', async () => {
    let answerFirst: () => void = () => undefined;
    gateway.expense.answer((request, response) => {
      request.resume();
      if (request.method === 'GET') answerFirst = () => response.end('first');
      else request.on('end', () => response.end('second'));
    });
    const body = 'b'.repeat(20_000);
    const client = new RawClient(gateway.port);
    client.send(head('GET /api/v1/ledgers HTTP/1.1') + importHead(`Content-Length: ${body.length}`) + body);
    await eventually(() => gateway.expense.wire().includes('GET /api/v1/ledgers '));

    const other = new RawClient(gateway.port);
    other.send(importHead('Content-Length: 60000', 'Connection: close') + 'o'.repeat(60_000));
    expect((await other.answer()).text).to.match(/second$/);
    answerFirst();

    await client.until((text) => text.endsWith('second'));
    expect(gateway.expense.arrived.at(-1)?.body).to.equal(body);
    client.socket.destroy();
  });

  it('hands each part of a body on as it comes, chunks as chunks', async () => {
    const parts: string[] = [];
    gateway.expense.answer((request, response) => {
      request.on('data', (chunk) => parts.push(String(chunk)));
      request.on('end', () => response.end('done'));
    });
    const client = new RawClient(gateway.port).send(importHead('Transfer-Encoding: chunked'));

    client.send('3\r\none\r\n');
    await eventually(() => parts.join() === 'one');
    client.send('3\r\ntwo\r\n');
    await eventually(() => parts.join() === 'one,two');
    client.send('0\r\n\r\n');
    await client.until((text) => text.endsWith('done'));
    expect(gateway.expense.arrived.at(-1)?.headers).to.deep.include(['transfer-encoding', 'chunked']);
    client.socket.destroy();
  });

  it('brings large bodies whole, both ways', async () => {
    const noise = Buffer.from(Array.from({ length: 3_000_001 }, (_, i) => (i * 31) & 255));
    gateway.expense.answer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => response.end(Buffer.concat(chunks)));
    });

    for (const body of [noise, new Blob([noise]).stream()]) {
      const answer = await fetch(`${gateway.url}/api/v1/ledgers/default/imports`, {
        method: 'POST',
        headers: { authorization: gateway.bearer },
        body,
        duplex: 'half',
      } as RequestInit);
      expect(Buffer.from(await answer.arrayBuffer()).equals(noise)).to.equal(true);
    }
  });

  it('holds a service back whose client reads slowly', async () => {
    let sent = 0;
    gateway.expense.answer((_request, response) => {
      const pump = () => {
        while (sent < 100) {
          sent++;
          if (!response.write(mebibyte)) {
            response.once('drain', pump);
            return;
          }
        }
        response.end();
      };
      pump();
    });
    const client = new RawClient(gateway.port).send(head('GET /api/v1/ledgers HTTP/1.1'));
    await client.until((text) => text.length > 0);
    client.socket.pause();

    await untilStill(() => sent, gateway);

    expect(sent).to.be.below(50);
    client.socket.resume();
    await eventually(() => sent === 100);
    client.socket.destroy();
  });

  it('holds a client back whose service reads slowly', async () => {
    let go: () => void = () => undefined;
    gateway.expense.answer((request, response) => {
      request.pause();
      go = () => request.resume();
      request.on('end', () => response.end('done'));
    });
    const client = new RawClient(gateway.port).send(importHead(`Content-Length: ${100 * mebibyte.length}`));
    let sent = 0;
    const pump = () => {
      while (sent < 100) {
        sent++;
        if (!client.socket.write(mebibyte)) {
          client.socket.once('drain', pump);
          return;
        }
      }
    };
    pump();

    await untilStill(() => sent, gateway);

    expect(sent).to.be.below(50);
    go();
    await client.until((text) => text.endsWith('done'));
    expect(sent).to.equal(100);
    client.socket.destroy();
  });

  it('tells the client to go on when it asks before sending', async () => {
    gateway.expense.answer((request, response) => void request.on('end', () => response.end('done')));
    const client = new RawClient(gateway.port).send(importHead('Expect: 100-continue', 'Content-Length: 5'));

    await client.until((text) => text === 'HTTP/1.1 100 Continue\r\n\r\n');
    client.send('hello');
    await client.until((text) => text.endsWith('done'));

    expect(gateway.expense.arrived.at(-1)?.body).to.equal('hello');
    expect(gateway.expense.arrived.at(-1)?.headers.some(([name]) => name === 'expect')).to.equal(false);
    client.socket.destroy();
  });

  it('hands on an answer that comes before the body is through, and goes on with neither connection out of step', async () => {
    gateway.expense.answer((_request, response) => {
      response.statusCode = 422;
      response.end('no');
    });
    const client = new RawClient(gateway.port).send(importHead('Content-Length: 10'));
    client.send('12345');

    await client.until((text) => text.includes('422') && text.endsWith('no'));
    gateway.expense.answer((_request, response) => response.end('next'));
    client.send(`67890${head('GET /api/v1/ledgers HTTP/1.1')}`);

    await client.until((text) => text.endsWith('next'));
    client.socket.destroy();
  });
});
