import { expect } from 'chai';
import { ResponseHead } from './response-head.ts';

function read(...lines: string[]): ResponseHead {
  const head = new ResponseHead(200);
  head.read(lines.map((line) => `${line}\r\n`).join(''), 0);
  return head;
}
const textOf = (...lines: string[]) => lines.map((line) => `${line}\r\n`).join('');

describe('the head of a service’s answer', () => {
  it('goes on as the service wrote it', () => {
    const lines = ['Content-Type: application/json', 'ETag:"1"', 'X-Empty:', 'X-Latin: \xe9', 'link: <a>', 'Link: <b>'];

    expect(read(...lines).lines).to.equal(textOf(...lines));
  });

  it('loses what is nobody’s business outside', () => {
    const { lines, names } = read(
      ...['Server: x', 'Content-Type: application/json', 'X-Powered-By: Koa', 'X-Outlay-Debug: 1', 'ETag: "1"'],
      ...['Link: <a>', 'traceparent: t', 'X-Request-Id: r', 'x-envoy-upstream-service-time: 3', 'Vary: a'],
    );

    expect(lines).to.equal(textOf('Content-Type: application/json', 'ETag: "1"', 'Link: <a>', 'Vary: a'));
    expect(names).to.deep.equal(['content-type', 'etag', 'link', 'vary']);
  });

  it('loses what Connection names, as if it had not been there', () => {
    const head = read('X-Hop: 1', 'Connection: close, X-Hop, Set-Cookie', 'Set-Cookie: a=1', 'X-Stays: 2');
    expect(head).to.include({ lines: textOf('X-Stays: 2'), cookies: '', closes: true });

    head.addMissing([{ name: 'x-hop', line: 'x-hop: ours\r\n' }]);
    expect(head.lines).to.equal(textOf('X-Stays: 2', 'x-hop: ours'));
  });

  for (const options of ['', ',', 'keep-alive,', 'x-hop, ,close'])
    it(`keeps its lines apart where Connection says “${options}”`, () => {
      expect(read(`Connection: ${options}`, 'X-Stays: 2').lines).to.equal(textOf('X-Stays: 2'));
    });

  it('keeps cookies apart, as most routes do not pass them', () => {
    expect(read('Set-Cookie: a=1', 'X-A: 1', 'set-cookie: b=2')).to.include({
      lines: textOf('X-A: 1'),
      cookies: textOf('Set-Cookie: a=1', 'set-cookie: b=2'),
    });
  });

  it('is given what it lacks, however the service spells what it has', () => {
    const head = read('X-Content-TYPE-Options: theirs');
    const ours = ['x-content-type-options', 'referrer-policy'].map((name) => ({ name, line: `${name}: ours\r\n` }));

    head.addMissing(ours);

    expect(head.lines).to.equal(textOf('X-Content-TYPE-Options: theirs', 'referrer-policy: ours'));
  });
});
