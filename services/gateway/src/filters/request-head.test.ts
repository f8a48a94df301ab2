import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { readFields } from '../http1/message-parser.ts';
import { RequestHead } from './request-head.ts';

setFlagsFromString('--expose-gc');
const head = (...raw: string[]) => new RequestHead(raw, 100);
const refusal = (...raw: string[]) => head(...raw).problem?.message;

describe('the head of a client’s request', () => {
  it('goes to the service as it is where nothing speaks against it', () => {
    expect(head('Host', 'a', 'Accept-Language', 'de', 'IF-MATCH', '"1"', 'Idempotency-Key', 'k').lines).to.equal(
      'Accept-Language: de\r\nIF-MATCH: "1"\r\nIdempotency-Key: k\r\n',
    );
  });

  it('takes an Idempotency-Key that is empty for none', () => {
    expect(head('Host', 'a', 'Idempotency-Key', 'k').hasIdempotencyKey).to.equal(true);
    expect(head('Host', 'a', 'Idempotency-Key', '').hasIdempotencyKey).to.equal(false);
  });

  for (const name of [
    'x-outlay-user',
    'X-Outlay-Workload-Token',
    'x-outlay-anything',
    'x_outlay_user',
    'X-Forwarded-User',
    'x-forwarded-host',
    'Forwarded',
    'X-Real-IP',
    'X-Request-Id',
    'x-envoy-original-path',
    'tracestate',
    'Baggage',
    'b3',
    'X-B3-TraceId',
    'Keep-Alive',
    'Proxy-Authorization',
    'Proxy-Connection',
    'TE',
    'Trailer',
    'Upgrade',
    'HTTP2-Settings',
  ])
    it(`loses ${name}`, () => {
      expect(head('host', 'a', name, 'evil', 'x-stays', '1').lines).to.equal('x-stays: 1\r\n');
    });

  it('loses what Connection names, wherever it stands', () => {
    const read = head(
      'X-Hop',
      '1',
      'Connection',
      'close, X-HOP , authorization',
      'Authorization',
      'Bearer x',
      'A',
      'b',
    );

    expect(read.lines).to.equal('A: b\r\n');
    expect(read.authorization).to.equal(undefined);
  });

  it('loses what Connection names on another line than its end', () => {
    expect(head('Connection', 'close', 'Connection', 'x-hop', 'X-Hop', '1')).to.include({ lines: '', closes: true });
  });

  for (const options of ['', ',', 'keep-alive,', 'x-hop, ,close'])
    it(`keeps its lines apart where Connection says “${options}”`, () => {
      expect(head('Connection', options, 'A', 'b').lines).to.equal('A: b\r\n');
    });

  it('keeps the cookies apart, joined as one field', () => {
    const read = head('Cookie', 'a=1', 'cookie', 'b=2');

    expect(read.cookie).to.equal('a=1; b=2');
    expect(read.lines).to.equal('');
  });

  it('is refused with two hosts, a host that is none, or two Authorization fields', () => {
    expect(refusal('Host', 'a', 'Host', 'a')).to.equal('There is more than one Host.');
    expect(refusal('Host', 'a/b')).to.equal('The Host is not a host.');
    expect(refusal('Host', 'user@a')).to.equal('The Host is not a host.');
    expect(refusal('Authorization', 'a', 'authorization', 'b')).to.equal('There is more than one Authorization.');
    expect(refusal('Host', '[::1]:8080')).to.equal(undefined);
  });

  it('is refused with a transfer coding beside chunked', () => {
    expect(refusal('Transfer-Encoding', 'gzip, chunked')).to.equal('No transfer coding but chunked is understood.');
    expect(head('Transfer-Encoding', 'Chunked').isChunked).to.equal(true);
  });

  it('is refused with more fields than the limit', () => {
    expect(new RequestHead(['a', '1', 'b', '2', 'c', '3'], 3).problem).to.equal(undefined);
    expect(new RequestHead(['a', '1', 'b', '2', 'c', '3', 'd', '4'], 3).problem?.status).to.equal(431);
  });

  it('trusts no doubled field that a decision hangs on', () => {
    expect(head('sec-fetch-site', 'cross-site', 'sec-fetch-site', 'same-origin').fetchSite).to.equal('cross-site');
    expect(head('origin', 'https://evil.example', 'origin', 'http://a').origin).to.equal('null');
    expect(head('traceparent', '00-a', 'traceparent', '00-b').traceparent).to.equal('');
  });

  it('remembers how names are spelt, and not the heads they stood in', () => {
    const collect = () => {
      for (let i = 0; i < 2; i++) runInNewContext('gc')();
      return process.memoryUsage().heapUsed;
    };
    const before = collect();
    for (let i = 0; i < 900; i++) {
      const block = `X-Made-Up-Name-${i}: ${'x'.repeat(16_000)}`;
      expect(head(...readFields(block, 0)).lines.length).to.be.above(16_000);
    }

    expect((collect() - before) / 1_048_576).to.be.below(4);
  });
});
