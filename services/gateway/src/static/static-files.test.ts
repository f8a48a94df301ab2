import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { RawClient } from '../testing/raw-client.ts';
import { startTestGateway, type TestGateway } from '../testing/start-test-gateway.ts';

const index = '<!doctype html><title>Outlay</title>';
const script = 'console.log("outlay");\n'.repeat(500);

describe('the page', () => {
  const root = mkdtempSync(join(tmpdir(), 'outlay-page-'));
  let gateway: TestGateway;
  before(async () => {
    mkdirSync(join(root, 'assets'));
    writeFileSync(join(root, 'index.html'), index);
    writeFileSync(join(root, 'docs.html'), '<!doctype html><title>API</title>');
    writeFileSync(join(root, 'assets', 'app-1a2b.js'), script);
    writeFileSync(join(root, 'assets', 'logo.png'), Buffer.alloc(5_000));
    writeFileSync(join(root, 'openapi.json'), '{"openapi":"3.1.0"}');
    symlinkSync('/etc/hostname', join(root, 'leak.txt'));
    gateway = await startTestGateway({ env: { WEB_ROOT: root, OPENAPI_FILE: join(root, 'openapi.json') } });
  });
  after(async () => {
    await gateway.close();
    rmSync(root, { recursive: true });
  });

  const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetch(gateway.url + path, { method, headers });
  const html = { accept: 'text/html,application/xhtml+xml' };

  it('is served at / and wherever a browser navigates to that is no file, and is always asked for again', async () => {
    for (const path of ['/', '/index.html', '/expenses', '/ledgers/1/trend?from=2026-01-01']) {
      const answer = await get(path, html);
      expect(answer.status, path).to.equal(200);
      expect(await answer.text()).to.equal(index);
      expect(answer.headers.get('content-type')).to.equal('text/html; charset=utf-8');
      expect(answer.headers.get('cache-control')).to.equal('no-cache');
    }
  });

  it('is not what a script gets for a file that is missing', async () => {
    const answer = await get('/assets/gone.js', { accept: '*/*' });

    expect(answer.status).to.equal(404);
    expect(answer.headers.get('content-type')).to.equal('application/problem+json');
  });

  it('tells the browser what it may do', async () => {
    const { headers } = await get('/', html);

    expect(headers.get('content-security-policy')).to.equal(
      "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
        "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    );
    expect(headers.get('x-content-type-options')).to.equal('nosniff');
    expect(headers.get('referrer-policy')).to.equal('no-referrer');
    expect(headers.get('cross-origin-opener-policy')).to.equal('same-origin');
    expect(headers.get('permissions-policy')).to.include('camera=()');
    expect(headers.has('strict-transport-security')).to.equal(false);
  });

  it('has assets that never change', async () => {
    const answer = await get('/assets/app-1a2b.js');

    expect(answer.headers.get('cache-control')).to.equal('public, max-age=31536000, immutable');
    expect(answer.headers.get('content-type')).to.equal('text/javascript; charset=utf-8');
  });

  it('comes compressed as the browser likes, byte for byte the same', async () => {
    const read = async (encoding: string) => {
      const client = new RawClient(gateway.port).send(
        `GET /assets/app-1a2b.js HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAccept-Encoding: ${encoding}\r\n\r\n`,
      );
      const { headers, body } = await client.answer();
      return { coding: headers['content-encoding'], etag: headers.etag, bytes: Buffer.from(body, 'latin1') };
    };
    while ((await read('br')).coding !== 'br') await new Promise((resolve) => setTimeout(resolve, 10));

    const [br, gzip, neither, weighted] = [
      await read('gzip, deflate, br, zstd'),
      await read('gzip, deflate'),
      await read('deflate'),
      await read('br;q=0, gzip;q=0.5'),
    ];

    expect([br.coding, gzip.coding, neither.coding, weighted.coding]).to.deep.equal(['br', 'gzip', undefined, 'gzip']);
    expect(brotliDecompressSync(br.bytes).toString()).to.equal(script);
    expect(gunzipSync(gzip.bytes).toString()).to.equal(script);
    expect(neither.bytes.toString()).to.equal(script);
    expect(br.bytes.length).to.be.below(gzip.bytes.length);
    expect(new Set([br.etag, gzip.etag, neither.etag]).size).to.equal(3);
  });

  it('is not sent again to who has it', async () => {
    const etag = (await get('/', html)).headers.get('etag') as string;

    for (const known of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const answer = await get('/', { ...html, 'if-none-match': known });
      expect(answer.status, known).to.equal(304);
      expect(answer.headers.get('etag')).to.equal(etag);
      expect(answer.headers.get('cache-control')).to.equal('no-cache');
    }
    expect((await get('/', { ...html, 'if-none-match': '"other"' })).status).to.equal(200);
  });

  it('answers HEAD with the length and nothing behind it', async () => {
    const client = new RawClient(gateway.port).send(
      'HEAD / HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\nConnection: close\r\n\r\n',
    );

    const { headers, body } = await client.answer();

    expect(headers['content-length']).to.equal(String(index.length));
    expect(body).to.equal('');
  });

  it('is for reading only', async () => {
    const answer = await get('/', html, 'POST');

    expect(answer.status).to.equal(405);
    expect(answer.headers.get('allow')).to.equal('GET, HEAD');
  });

  it('has the API’s description beside it', async () => {
    expect(await (await get('/api/openapi.json')).json()).to.deep.equal({ openapi: '3.1.0' });
    expect(await (await get('/api/docs', html)).text()).to.include('<title>API</title>');
    expect((await get('/api/docs', html)).headers.get('content-security-policy')).to.include("default-src 'self'");
  });

  it('leads nowhere outside of its directory', async () => {
    for (const path of ['/leak.txt', '/assets', '/assets/', '/..%252f..%252fetc/passwd', '/etc/passwd'])
      expect((await get(path)).status, path).to.equal(404);
  });
});
