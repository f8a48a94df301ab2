import { expect } from 'chai';
import { arrivedOf, expectRefused, login } from '../testing/expect-refused.ts';
import { startTestGateway, type TestGateway } from '../testing/start-test-gateway.ts';

const rest = '\r\nHost: a\r\nConnection: close\r\n\r\n';
const line = (text: string) => `${text}${rest}`;
const host = (value: string) => `POST /api/v1/auth/login HTTP/1.1\r\nHost:${value}\r\nConnection: close\r\n\r\n`;

describe('a request that is not HTTP as it should be', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
  });
  after(() => gateway.close());

  const refused: [what: string, bytes: string, status: number][] = [
    ['a space before the first field', `${login(' X: y')}\r\n\r\n`, 400],
    ['a tab before the first field', 'POST /api/v1/auth/login HTTP/1.1\r\n\tHost: a\r\n\r\n', 400],
    ['a folded field', `${login('X: a', '\tb')}\r\n\r\n`, 400],
    ['a folded field with nothing in it', `${login('X: a', ' ')}\r\n\r\n`, 400],
    ['a field without a name', `${login(': x')}\r\n\r\n`, 400],
    ['a field without a colon', `${login('Xyz')}\r\n\r\n`, 400],
    ['a space before a colon', `${login('X : y')}\r\n\r\n`, 400],
    ['a blank in a name', `${login('X y: z')}\r\n\r\n`, 400],
    ['a bracket in a name', `${login('X(y): z')}\r\n\r\n`, 400],
    ['a quoted name', `${login('"X": z')}\r\n\r\n`, 400],
    ['a name beyond ASCII', `${login('X\xe9: z')}\r\n\r\n`, 400],
    ['a NUL in a name', `${login('X\0: a')}\r\n\r\n`, 400],
    ['a NUL in a field', `${login('X: a\0b')}\r\n\r\n`, 400],
    ['an escape in a field', `${login('X: a\x1bb')}\r\n\r\n`, 400],
    ['a delete in a field', `${login('X: a\x7fb')}\r\n\r\n`, 400],
    ['a bare line feed between fields', `${login('X: a\nY: b')}\r\n\r\n`, 400],
    ['a bare carriage return in a field', `${login('X: a\rb')}\r\n\r\n`, 400],
    ['bare line feeds everywhere', 'POST /api/v1/auth/login HTTP/1.1\nHost: a\n\n', 400],
    ['bare carriage returns everywhere', 'POST /api/v1/auth/login HTTP/1.1\rHost: a\r\r', 400],
    ['a bare line feed at the end', 'POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\n\n', 400],

    ['two hosts', `${login('Host: b')}\r\n\r\n`, 400],
    ['the same host twice', `${login('Host: a')}\r\n\r\n`, 400],
    ['two hosts in HTTP/1.0', 'POST /api/v1/auth/login HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n', 400],
    ['no host', 'POST /api/v1/auth/login HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    ['an empty host', host(''), 400],
    ['a host with a path', host(' a/b'), 400],
    ['a host with a name before it', host(' a@b'), 400],
    ['a list of hosts', host(' a,b'), 400],
    ['a host with a port that is none', host(' a:b'), 400],

    ['an absolute target of another host', line('POST http://evil.example/api/v1/auth/login HTTP/1.1'), 400],
    ['an absolute target of another port', line('POST http://a:81/api/v1/auth/login HTTP/1.1'), 400],
    ['an absolute target with a name before the host', line('POST http://u@a/api/v1/auth/login HTTP/1.1'), 400],
    ['an absolute target of another scheme', line('POST ftp://a/api/v1/auth/login HTTP/1.1'), 400],
    ['an absolute target without a host', 'POST http://a/api/v1/auth/login HTTP/1.0\r\n\r\n', 400],
    ['an absolute target with two slashes', line('POST http://a//api/v1/auth/login HTTP/1.1'), 400],
    ['a target that is an asterisk', line('OPTIONS * HTTP/1.1'), 400],
    ['a target without a slash', line('GET api HTTP/1.1'), 400],
    ['a fragment', line('GET /api#x HTTP/1.1'), 400],
    ['a fragment behind the query', line('POST /api/v1/auth/login?x#y HTTP/1.1'), 400],
    ['a blank in the target', line('GET /api/v1 /x HTTP/1.1'), 400],
    ['a tab in the query', line('POST /api/v1/auth/login?\t HTTP/1.1'), 400],
    ['a byte beyond ASCII in the query', line('POST /api/v1/auth/login?\xe9 HTTP/1.1'), 400],
    ['a tunnel', 'CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n', 501],

    ['HTTP/0.9', 'GET /\r\n\r\n', 505],
    ['HTTP/0.9 by name', line('POST /api/v1/auth/login HTTP/0.9'), 505],
    ['HTTP/2 by name', line('POST /api/v1/auth/login HTTP/2.0'), 505],
    ['a version that is none', line('POST /api/v1/auth/login HTTP/1.2'), 400],
    ['a version of three digits', line('POST /api/v1/auth/login HTTP/1.10'), 400],
    ['a blank behind the version', line('POST /api/v1/auth/login HTTP/1.1 '), 400],
    ['the version in lower case', line('POST /api/v1/auth/login http/1.1'), 400],
    ['another protocol', line('GET / HTCPCP/1.0'), 400],
    ['HTTP/2 without TLS', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 505],
    ['a TLS hello', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
    ['a blank before the method', line(' POST /api/v1/auth/login HTTP/1.1'), 400],
    ['a tab behind the method', line('POST\t/api/v1/auth/login HTTP/1.1'), 400],
    ['a method in lower case', line('post /api/v1/auth/login HTTP/1.1'), 400],
    ['a method that is none', line('BREW / HTTP/1.1'), 501],
    ['a method not served', line('TRACE / HTTP/1.1'), 501],

    ['more fields than the limit', `${login(...Array.from({ length: 120 }, (_, i) => `X-${i}: y`))}\r\n\r\n`, 431],
    ['a field beyond the limit', `${login(`X: ${'a'.repeat(17_000)}`)}\r\n\r\n`, 431],
    ['a target beyond the limit', line(`GET /${'a'.repeat(17_000)} HTTP/1.1`), 431],
  ];
  for (const [what, bytes, status] of refused)
    it(`is refused with ${status} for ${what}, and no service hears of it`, () =>
      expectRefused(gateway, bytes, status));

  for (const path of [
    '/api/v1/auth/../ledgers',
    '/api/v1/auth/./login',
    '/api/v1/auth/..',
    '/api/v1/auth/%2e%2e/ledgers',
    '/api/v1/auth/.%2E/ledgers',
    '/api/v1/auth%2flogin',
    '/api/v1/auth%5clogin',
    '/api\\v1',
    '//api/v1/ledgers',
    '/api//v1/ledgers',
    '/api/v1/auth/login%00',
    '/api/v1/auth/%zz',
    '/../../etc/passwd',
    '/assets/..%2f..%2fetc/passwd',
  ])
    it(`is refused for the path ${path}, which readers could take differently`, () =>
      expectRefused(gateway, line(`GET ${path} HTTP/1.1`), 400));

  const mended: [what: string, bytes: string][] = [
    ['empty lines before it', `\r\n\r\n${login()}\r\n\r\n`],
    ['an absolute target of the host it names', line('POST http://a/api/v1/auth/login HTTP/1.1')],
    ['an absolute target in another case', line('POST HTTP://A/api/v1/auth/login HTTP/1.1')],
    ['more than one blank in its first line', line('POST  /api/v1/auth/login  HTTP/1.1')],
    ['an option of Connection that is empty', `${login('Connection: ,', 'X-Mine: 1')}\r\n\r\n`],
    ['Connection naming the fields that we add', `${login('Connection: host, x-forwarded-for, traceparent')}\r\n\r\n`],
  ];
  for (const [what, bytes] of mended)
    it(`reaches the service in good order with ${what}`, async () => {
      const { answer, arrived } = await arrivedOf(gateway, bytes);

      expect(answer.status).to.equal(200);
      expect(arrived).to.deep.equal(['POST /api/v1/auth/login ', 'POST /api/v1/auth/refresh ']);
      const sent =
        gateway.auth
          .wire()
          .split(/(?=^POST )/m)
          .at(-2) ?? '';
      expect(sent).to.match(/^POST \/api\/v1\/auth\/login HTTP\/1\.1\r\nhost: 127\.0\.0\.1:\d+\r\n/);
      expect(sent).to.include('x-forwarded-for: 127.0.0.1\r\n').and.to.include('\r\ntraceparent: 00-');
    });
});
