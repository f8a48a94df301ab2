import { expect } from 'chai';
import fc from 'fast-check';
import { ProtocolError, TooLongError } from '../http1/message-parser.ts';
import { KnownHeads } from './known-heads.ts';
import { RequestParser, type RequestSink } from './request-parser.ts';

/** Reads requests one after the other, as a connection does, in pieces that end at `cuts`. */
function read(text: string, cuts: readonly number[] = []): string[] {
  const told: string[] = [];
  const sink: RequestSink = {
    onHead: (method, target, minor, { host, lines, contentLength, isChunked }) =>
      void told.push(`${method} ${target} 1.${minor} ${host} ${lines.trim()} ${isChunked ? 'chunked' : contentLength}`),
    onData: (chunk) => void told.push(chunk.toString('latin1')),
    onEnd: () => void told.push('end'),
  };
  const parser = new RequestParser(sink, 1_024, new KnownHeads(10));
  const bytes = Buffer.from(text, 'latin1');
  let from = 0;
  for (const to of [...cuts, bytes.length].sort((a, b) => a - b)) {
    const piece = bytes.subarray(from, to);
    for (let at = 0; at < piece.length; ) {
      at = parser.step(piece, at);
      if (parser.isDone) parser.expect();
    }
    from = to;
  }
  return told;
}

const requests =
  '\r\nPOST /a?b=c HTTP/1.1\r\nHost: x\r\nX-One: 1\r\nContent-Length: 5\r\n\r\nhello' +
  'GET / HTTP/1.0\r\n\r\n' +
  'PUT /c HTTP/1.1\r\nhost: y\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX: y\r\n\r\n' +
  'DELETE /d HTTP/1.1\r\nHost: z\r\n\r\n';

/** What was told, whatever pieces bodies came in. */
const joined = (told: readonly string[]) =>
  told
    .join('|')
    .replaceAll(/(?<=\b[a-z]+)\|(?=[a-z]+\|)/g, '')
    .replaceAll('|', '');

describe('reading the requests of a connection', () => {
  it('tells of each in order: head, data, end', () => {
    expect(read(requests)).to.deep.equal([
      'POST /a?b=c 1.1 x X-One: 1 5',
      'hello',
      'end',
      'GET / 1.0   -1',
      'PUT /c 1.1 y  chunked',
      'abc',
      'de',
      'end',
      'DELETE /d 1.1 z  -1',
    ]);
  });

  it('tells the same in whatever pieces they come', () => {
    const whole = joined(read(requests));
    fc.assert(
      fc.property(fc.array(fc.nat({ max: requests.length }), { maxLength: 12 }), (cuts) => {
        expect(joined(read(requests, cuts))).to.equal(whole);
      }),
    );
    expect(
      joined(
        read(
          requests,
          Array.from(requests, (_, i) => i),
        ),
      ),
    ).to.equal(whole);
  });

  for (const start of ['\x16', ' GET', 'get /', 'GET /\n', 'GET / HTTP/1.1\rH', 'GET / HTTP/1.1\r\nX: \0', '\n'])
    it(`does not wait for the rest of ${JSON.stringify(start)}`, () => {
      expect(() => read(start)).to.throw(ProtocolError);
    });

  it('takes no line feed by itself for the end of a line, whatever stands before it', () => {
    const body = 'POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\na\r';
    for (const text of ['GET / HTTP/1.1\nHost: x', 'GET / HTTP/1.1 \nHost: x', `${body}\nGET / HTTP/1.1\r\nHost: x`])
      expect(() => read(`${text}\r\n\r\n`), text).to.throw(ProtocolError);
  });

  it('takes no head longer than the limit, be it whole or not', () => {
    const head = `GET /${'a'.repeat(1_100)}`;
    expect(() => read(head)).to.throw(TooLongError);
    expect(() => read(`${head} HTTP/1.1\r\n\r\n`)).to.throw(TooLongError);
  });
});
