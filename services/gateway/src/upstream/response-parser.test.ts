import { expect } from 'chai';
import fc from 'fast-check';
import type { ResponseHead } from '../filters/response-head.ts';
import { ProtocolError } from '../http1/message-parser.ts';
import { ResponseParser, type ResponseSink } from './response-parser.ts';

/** Remembers what a parser tells of one answer. */
class Recorder implements ResponseSink {
  head: ResponseHead | undefined;
  body = '';
  ends = 0;
  lasts = 0;
  onHead(head: ResponseHead) {
    if (this.head) throw new Error('a second head');
    this.head = head;
  }
  onData(chunk: Buffer, isLast: boolean) {
    if (this.ends) throw new Error('data after the end');
    this.body += chunk.toString('latin1');
    if (isLast) this.lasts++;
  }
  onEnd() {
    this.ends++;
  }
}

interface Outcome {
  recorder: Recorder;
  parser: ResponseParser;
}

function read(
  text: string,
  { isHead = false, pieces = [text] }: { isHead?: boolean; pieces?: string[] } = {},
): Outcome {
  const recorder = new Recorder();
  const parser = new ResponseParser(recorder);
  parser.expect(isHead);
  for (const piece of pieces) parser.execute(Buffer.from(piece, 'latin1'));
  return { recorder, parser };
}

describe('reading an answer of a service', () => {
  it('reads head and body of a known length and keeps the connection', () => {
    const { recorder, parser } = read('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A:  b c \t\r\n\r\nhello');

    expect(recorder.head).to.include({ status: 200, lines: 'X-A:  b c \t\r\n', contentLength: 5 });
    expect(recorder.body).to.equal('hello');
    expect(recorder.ends).to.equal(1);
    expect(recorder.lasts).to.equal(1);
    expect(parser.keepsAlive).to.equal(true);
  });

  it('reads chunks, passes over their extensions and drops trailers', () => {
    const { recorder, parser } = read(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a="b"\r\nhello\r\n1\r\n!\r\n0\r\nX-Sum: 1\r\n\r\n',
    );

    expect(recorder.body).to.equal('hello!');
    expect(recorder.head?.contentLength).to.equal(-1);
    expect(recorder.ends).to.equal(1);
    expect(parser.keepsAlive).to.equal(true);
  });

  it('reads a body that ends with the connection, and does not reuse it', () => {
    const { recorder, parser } = read('HTTP/1.1 200 OK\r\n\r\nhello');
    expect(recorder.ends).to.equal(0);

    expect(parser.finish()).to.equal(true);

    expect(recorder.body).to.equal('hello');
    expect(recorder.ends).to.equal(1);
    expect(parser.keepsAlive).to.equal(false);
  });

  it('passes over 100 and 103 before the answer', () => {
    const { recorder } = read(
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n',
    );

    expect(recorder.head?.status).to.equal(204);
    expect(recorder.head?.lines).to.equal('');
    expect(recorder.ends).to.equal(1);
  });

  it('expects no body after HEAD, 204 and 304, whatever length they name', () => {
    const head = read('HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n', { isHead: true });
    const notModified = read('HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\n\r\n');

    expect(head.recorder.ends).to.equal(1);
    expect(head.recorder.head?.contentLength).to.equal(500);
    expect(notModified.recorder.ends).to.equal(1);
  });

  it('drops what Connection names', () => {
    const { recorder, parser } = read(
      'HTTP/1.1 200 OK\r\nX-Hop: 1\r\nConnection: close, X-Hop\r\nKeep-Alive: timeout=5\r\nX-Stays: 2\r\nContent-Length: 0\r\n\r\n',
    );

    expect(recorder.head?.lines).to.equal('X-Stays: 2\r\n');
    expect(parser.keepsAlive).to.equal(false);
  });

  it('does not reuse a connection that brings more than was asked for', () => {
    const { recorder, parser } = read('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 200 OK\r\n\r\n');

    expect(recorder.body).to.equal('a');
    expect(parser.keepsAlive).to.equal(false);
  });

  it('says that an answer which stops half-way is not whole', () => {
    for (const text of [
      'HTTP/1.1 200 OK\r\nContent-Le',
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n',
    ]) {
      const { recorder, parser } = read(text);
      expect(parser.finish(), text).to.equal(false);
      expect(recorder.ends, text).to.equal(0);
    }
  });

  const ok = 'HTTP/1.1 200 OK\r\n';
  const refused: Record<string, string> = {
    'another protocol': 'ICY 200 OK\r\n\r\n',
    'HTTP/2 in the status line': 'HTTP/2.0 200 OK\r\n\r\n',
    'a status of two digits': 'HTTP/1.1 20 OK\r\n\r\n',
    'a status above 599': 'HTTP/1.1 600 OK\r\n\r\n',
    'an upgrade': 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n',
    'both lengths': `${ok}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`,
    'both lengths, the other way round': `${ok}Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n`,
    'two different lengths': `${ok}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`,
    'the same length twice': `${ok}Content-Length: 1\r\nContent-Length: 1\r\n\r\n`,
    'a list of lengths': `${ok}Content-Length: 1, 1\r\n\r\n`,
    'a length with a no-break space': `${ok}Content-Length: 1\xa0\r\n\r\n`,
    'chunked with a no-break space': `${ok}Transfer-Encoding: chunked\xa0\r\n\r\n`,
    'a signed length': `${ok}Content-Length: +1\r\n\r\n`,
    'a negative length': `${ok}Content-Length: -1\r\n\r\n`,
    'a hexadecimal length': `${ok}Content-Length: 0x1\r\n\r\n`,
    'an endless length': `${ok}Content-Length: 9999999999999999\r\n\r\n`,
    'another transfer coding': `${ok}Transfer-Encoding: gzip, chunked\r\n\r\n`,
    'chunked twice': `${ok}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n`,
    'chunks in HTTP/1.0': 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
    'a 204 with a length': 'HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nabc',
    'a folded field': `${ok}X-A: b\r\n c\r\n\r\n`,
    'space before the colon': `${ok}Content-Length : 1\r\n\r\n`,
    'a field without a colon': `${ok}Content-Length\r\n\r\n`,
    'a field without a name': `${ok}: a\r\n\r\n`,
    'a bare line feed': `${ok}X-A: b\nContent-Length: 1\r\n\r\n`,
    'a bare carriage return': `${ok}X-A: b\rc\r\n\r\n`,
    'a NUL': `${ok}X-A: b\0\r\n\r\n`,
    'a chunk size that is none': `${ok}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
    'an empty chunk size': `${ok}Transfer-Encoding: chunked\r\n\r\n\r\n`,
    'a signed chunk size': `${ok}Transfer-Encoding: chunked\r\n\r\n+5\r\nhello\r\n`,
    'a chunk size with 0x': `${ok}Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n`,
    'a chunk size that overflows': `${ok}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n`,
    'a chunk longer than its size': `${ok}Transfer-Encoding: chunked\r\n\r\n4\r\nhello\r\n0\r\n\r\n`,
    'a bare line feed after a chunk size': `${ok}Transfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n`,
    'a head that never ends': `${ok}X-A: ${'a'.repeat(70_000)}`,
    'a chunk line that never ends': `${ok}Transfer-Encoding: chunked\r\n\r\n5;${'a'.repeat(300)}`,
    'trailers that never end': `${ok}Transfer-Encoding: chunked\r\n\r\n0\r\n${'X-A: b\r\n'.repeat(5_000)}`,
  };
  for (const [what, text] of Object.entries(refused))
    it(`refuses ${what}, whole or byte by byte`, () => {
      expect(() => read(text)).to.throw(ProtocolError);
      if (text.length < 1_000) expect(() => read(text, { pieces: [...text] })).to.throw(ProtocolError);
    });

  it('refuses bytes before a question', () => {
    const parser = new ResponseParser(new Recorder());

    expect(() => parser.execute(Buffer.from('HTTP/1.1 200 OK\r\n\r\n'))).to.throw(ProtocolError);
  });

  it('reads the same however the bytes are cut', () => {
    const texts = [
      'HTTP/1.1 200 OK\r\nA: 1\r\nContent-Length: 11\r\nB: 2\r\n\r\nhello world',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n6\r\n world\r\n0\r\nT: 1\r\n\r\n',
      'HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\nhello world',
      'HTTP/1.1 204 No Content\r\n\r\n',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.array(fc.integer({ min: 0, max: 150 }), { maxLength: 12 }),
        (text, cuts) => {
          const at = [0, ...cuts.filter((cut) => cut < text.length).sort((a, b) => a - b), text.length];
          const pieces = at.slice(1).map((end, i) => text.slice(at[i], end));

          const whole = read(text);
          const cut = read(text, { pieces: pieces.filter((piece) => piece !== '') });

          expect(cut.recorder.head).to.deep.equal(whole.recorder.head);
          expect(cut.recorder.body).to.equal(whole.recorder.body);
          expect(cut.recorder.ends).to.equal(whole.recorder.ends);
          expect(cut.parser.keepsAlive).to.equal(whole.parser.keepsAlive);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
