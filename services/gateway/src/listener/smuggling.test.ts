import { expect } from 'chai';
import { arrivedOf, expectRefused, login, smuggled } from '../testing/expect-refused.ts';
import { RawClient } from '../testing/raw-client.ts';
import { eventually, startTestGateway, type TestGateway } from '../testing/start-test-gateway.ts';

const chunked = 'Transfer-Encoding: chunked';
const chunks = (text: string) => `${login(chunked)}\r\n\r\n${text}`;
const lengths = (...values: string[]) => `${login(...values.map((value) => `Content-Length:${value}`))}\r\n\r\n{}`;
const coding = (value: string, ...more: string[]) =>
  `${login(`Transfer-Encoding:${value}`, ...more)}\r\n\r\n2\r\n{}\r\n0\r\n\r\n`;

describe('a body whose end could be read in two ways', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
  });
  after(() => gateway.close());

  const refused: [what: string, bytes: string, status: number][] = [
    ['both lengths (CL.TE)', `${login('Content-Length: 4', chunked)}\r\n\r\n0\r\n\r\n${smuggled}`, 400],
    ['both lengths (TE.CL)', `${login(chunked, 'Content-Length: 4')}\r\n\r\n5c\r\n${smuggled}`, 400],
    ['a length beside identity', coding(' identity', 'Content-Length: 2'), 400],
    ['two lengths that differ', `${login('Content-Length: 0', 'Content-Length: 40')}\r\n\r\n${smuggled}`, 400],
    ['the same length twice', lengths(' 2', ' 2'), 400],
    ['a list of lengths', lengths(' 2, 2'), 400],
    ['a list of one length', lengths(' 2,'), 400],
    ['a signed length', lengths(' +2'), 400],
    ['a negative length', lengths(' -2'), 400],
    ['a length with blanks', lengths(' 1 2'), 400],
    ['a length with a vertical tab', lengths(' \v2'), 400],
    ['a hexadecimal length', lengths(' 0x2'), 400],
    ['a length with a point', lengths(' 2.0'), 400],
    ['a length with an exponent', lengths(' 2e0'), 400],
    ['no length', lengths(''), 400],
    ['a length that overflows', lengths(' 99999999999999999999'), 400],
    ['a folded length', lengths('\r\n 2'), 400],
    ['a space before the colon of a length', `${login('Content-Length : 2')}\r\n\r\n{}`, 400],

    ['a transfer coding before chunked', coding(' gzip, chunked'), 501],
    ['chunked that is not last', coding(' chunked, identity'), 400],
    ['chunked, gzip', coding(' chunked, gzip'), 400],
    ['identity', coding(' identity'), 501],
    ['chunked by another name', coding(' xchunked'), 501],
    ['chunked in quotes', coding(' "chunked"'), 501],
    ['chunked with a parameter', coding(' chunked;q=1'), 501],
    ['chunked after an empty coding', coding(' , chunked'), 501],
    ['chunked before an empty coding', coding(' chunked,'), 400],
    ['no coding', coding(''), 400],
    ['chunked twice', `${login(chunked, chunked)}\r\n\r\n0\r\n\r\n`, 400],
    ['chunked, then identity', `${login(chunked, 'Transfer-Encoding: identity')}\r\n\r\n0\r\n\r\n`, 400],
    ['a vertical tab before chunked', coding('\vchunked'), 400],
    ['a NUL behind chunked', coding(' chunked\0'), 400],
    ['a blank of another kind before chunked', coding(' \xa0chunked'), 501],
    ['a space before the colon', `${login('Transfer-Encoding : chunked', 'Content-Length: 5')}\r\n\r\n0\r\n\r\n`, 400],
    ['a carriage return before the colon', `${login('Transfer-Encoding\r: chunked')}\r\n\r\n0\r\n\r\n`, 400],
    ['a coding behind a bare line feed', `${login('X: a\nTransfer-Encoding: chunked')}\r\n\r\n0\r\n\r\n`, 400],
    ['a coding behind a bare carriage return', `${login('X: a\rTransfer-Encoding: chunked')}\r\n\r\n0\r\n\r\n`, 400],
    ['a folded coding', `${login('X: a', ' Transfer-Encoding: chunked')}\r\n\r\n`, 400],
    ['chunks in HTTP/1.0', `POST /api/v1/auth/login HTTP/1.0\r\n${chunked}\r\n\r\n2\r\n{}\r\n0\r\n\r\n`, 400],

    ['a chunk size that is none', chunks('zz\r\n'), 400],
    ['an empty chunk size', chunks('\r\n{}\r\n0\r\n\r\n'), 400],
    ['a chunk size with junk behind it', chunks('2g\r\n{}\r\n0\r\n\r\n'), 400],
    ['a chunk size with a blank behind it', chunks('2 \r\n{}\r\n0\r\n\r\n'), 400],
    ['a chunk size with a blank before it', chunks(' 2\r\n{}\r\n0\r\n\r\n'), 400],
    ['a chunk size with 0x', chunks('0x2\r\n{}\r\n0\r\n\r\n'), 400],
    ['a chunk size with an underscore', chunks('0_2\r\n{}\r\n0\r\n\r\n'), 400],
    ['a negative chunk size', chunks('-2\r\n{}\r\n0\r\n\r\n'), 400],
    ['a signed chunk size', chunks('+2\r\n{}\r\n0\r\n\r\n'), 400],
    ['a chunk size that overflows', chunks('fffffffffffffffff2\r\n{}\r\n'), 400],
    ['a chunk longer than its size', chunks('1\r\n{}\r\n0\r\n\r\n'), 400],
    ['a chunk without a line end', chunks('2\r\n{}0\r\n\r\n'), 400],
    ['a bare line feed behind a chunk', chunks('2\r\n{}\n0\r\n\r\n'), 400],
    ['a bare line feed behind a chunk size', chunks('2\n{}\r\n0\r\n\r\n'), 400],
    ['two carriage returns behind a chunk size', chunks('2\r\r\n{}\r\n0\r\n\r\n'), 400],
    ['bare line feeds behind the last chunk', chunks('2\r\n{}\r\n0\n\n'), 400],
    ['a bare line feed at the end', chunks('2\r\n{}\r\n0\r\n\n'), 400],
    ['a bare line feed in a chunk extension', chunks(`2;x\n{}\r\n0\r\n\r\n${smuggled}`), 400],
    ['a bare carriage return in a chunk extension', chunks('2;x\ry\r\n{}\r\n0\r\n\r\n'), 400],
    ['a line end in a quoted chunk extension', chunks('2;x="\r\n"\r\n{}\r\n0\r\n\r\n'), 400],
    ['a NUL in a chunk extension', chunks('2;x\0\r\n{}\r\n0\r\n\r\n'), 400],
    ['a chunk extension beyond bounds', chunks(`2;${'x'.repeat(20_000)}\r\n{}\r\n0\r\n\r\n`), 400],

    ['a length among the trailers', chunks('2\r\n{}\r\n0\r\nContent-Length: 9\r\n\r\n'), 400],
    ['a space before the colon of a trailer', chunks('2\r\n{}\r\n0\r\nX : y\r\n\r\n'), 400],
    ['a folded trailer', chunks('2\r\n{}\r\n0\r\nX: a\r\n b\r\n\r\n'), 400],
    ['a NUL in a trailer', chunks('2\r\n{}\r\n0\r\nX: a\0\r\n\r\n'), 400],
    ['a bare line feed in a trailer', chunks(`2\r\n{}\r\n0\r\nX: a\nY: b\r\n\r\n${smuggled}`), 400],
    ['trailers beyond the limit', chunks(`2\r\n{}\r\n0\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`), 431],
  ];
  for (const [what, bytes, status] of refused)
    it(`is refused with ${status} for ${what}, and the service never sees it whole`, () =>
      expectRefused(gateway, bytes, status));

  const taken: [what: string, bytes: string, body: string][] = [
    ['a length among blanks', lengths(' \t 2 \t'), '{}'],
    ['a length with zeros before it', lengths(' 0002'), '{}'],
    ['chunked in any case, behind a tab', coding('\tChUnKeD'), '{}'],
    ['a chunk size with zeros before it', chunks(`${'0'.repeat(30)}2\r\n{}\r\n0\r\n\r\n`), '{}'],
    ['chunk extensions', chunks('1;a=b\r\n{\r\n1;c="d"\r\n}\r\n0;e\r\n\r\n'), '{}'],
    ['trailers', chunks('2\r\n{}\r\n0\r\nX-Outlay-User: root\r\n\r\n'), '{}'],
    ['Connection naming the length', `${login('Connection: content-length', 'Content-Length: 2')}\r\n\r\n{}`, '{}'],
    ['Connection naming the coding', coding(' chunked', 'Connection: transfer-encoding'), '{}'],
    ['an underscore', `${login('Transfer_Encoding: chunked', 'Content-Length: 5')}\r\n\r\n0\r\n\r\n`, '0\r\n\r\n'],
    ['another request in it', `${login(`Content-Length: ${smuggled.length}`)}\r\n\r\n${smuggled}`, smuggled],
  ];
  for (const [what, bytes, body] of taken)
    it(`is taken in the only way there is, and framed anew, with ${what}`, async () => {
      const before = gateway.auth.arrived.length;

      const { answer, arrived } = await arrivedOf(gateway, bytes);

      expect(answer.status).to.equal(200);
      expect(arrived).to.deep.equal([`POST /api/v1/auth/login ${body}`, 'POST /api/v1/auth/refresh ']);
      const names = gateway.auth.arrived[before]?.headers.map(([name]) => name) ?? [];
      expect(names.filter((name) => name === 'content-length' || name === 'transfer-encoding')).to.have.length(1);
      expect(names.filter((name) => ['transfer_encoding', 'trailer', 'x-outlay-user'].includes(name))).to.be.empty;
    });

  for (const [what, head, part] of [
    ['of a length', 'Content-Length: 10', 'hello'],
    ['in chunks', chunked, '5\r\nhello\r\n'],
  ] as const)
    it(`is never taken for whole when the client ends it early, ${what}`, async () => {
      const { arrived } = gateway.auth;
      const before = arrived.length;
      const client = new RawClient(gateway.port).send(`${login(head)}\r\n\r\n${part}`);
      await eventually(() => gateway.auth.wire().endsWith(part));

      client.socket.end();
      const answer = await client.answer();

      expect(answer.status).to.equal(400);
      expect(arrived).to.have.length(before);
    });

  it('is the last word on its connection, as what follows cannot be told apart', async () => {
    const client = new RawClient(gateway.port).send(
      `POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n${smuggled}y\r\n\r\n`,
    );

    const answer = await client.answer();

    expect(answer.headers.connection).to.equal('close');
    expect(answer.text.match(/HTTP\/1\.1 \d/g)).to.have.length(1);
  });
});
