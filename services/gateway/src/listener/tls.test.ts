import { once } from 'node:events';
import { connect as connectPlain } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { ConfigError } from '@outlay/service-kit/config.ts';
import { expect } from 'chai';
import { selfSigned } from '../testing/self-signed.ts';
import { eventually } from '../testing/start-test-gateway.ts';
import { startTlsGateway, type TlsGateway } from '../testing/start-tls-gateway.ts';
import { startRawUpstream } from '../testing/test-upstream.ts';
import { Certificate } from './certificate.ts';

/** Shakes hands and tells with whom; or why not. */
async function handshake(port: number, options: object = {}): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options });
  await once(socket, 'secureConnect');
  return socket;
}

async function nameOf(gateway: TlsGateway): Promise<unknown> {
  const socket = await handshake(gateway.port);
  const name = socket.getPeerCertificate().subject.CN;
  socket.destroy();
  return name;
}

/** Of a record of TLS 1.2, in which there is none but close_notify. */
const alert = 21;

/** Passes a connection on, and keeps the types of the records that come back. */
async function startTap(port: number) {
  const chunks: Buffer[] = [];
  const { url, close } = await startRawUpstream((client) => {
    const there = connectPlain(port, '127.0.0.1');
    there.on('data', (bytes) => chunks.push(bytes)).on('error', () => client.destroy());
    client.pipe(there).pipe(client);
  });
  return {
    port: Number(new URL(url).port),
    records(): number[] {
      const bytes = Buffer.concat(chunks);
      const types: number[] = [];
      for (let at = 0; at < bytes.length; at += 5 + bytes.readUInt16BE(at + 3)) types.push(bytes[at] as number);
      return types;
    },
    close,
  };
}

describe('TLS on the listener', () => {
  let gateway: TlsGateway;
  beforeEach(async () => {
    gateway = await startTlsGateway();
  });
  afterEach(() => gateway.close());

  it('serves HTTP/1.1 to clients that know no other, and says so to the service', async () => {
    for (const ALPNProtocols of [undefined, ['http/1.1']]) {
      const socket = await handshake(gateway.port, { ALPNProtocols });
      socket.write('POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
      let answer = '';
      for await (const chunk of socket) answer += chunk;

      expect(answer)
        .to.match(/^HTTP\/1\.1 200 OK\r\n/)
        .and.to.match(/strict-transport-security/i);
    }
    expect(gateway.auth.arrived.at(-1)?.headers).to.deep.include(['x-forwarded-proto', 'https']);
  });

  it('ends an answer of HTTP/1.0 by close_notify where it is whole, and without where it breaks off', async () => {
    for (const isWhole of [true, false]) {
      gateway.auth.answer((request, response) => {
        const finish = () => (isWhole ? response.end() : response.destroy());
        request.resume().on('end', () => response.write('a part', () => setImmediate(finish)));
      });
      const tap = await startTap(gateway.port);
      const socket = await handshake(tap.port, { maxVersion: 'TLSv1.2' });

      socket.write('POST /api/v1/auth/login HTTP/1.0\r\nHost: a\r\n\r\n');
      let answer = '';
      socket.on('data', (bytes) => {
        answer += bytes;
      });
      await once(socket, 'close');

      expect(answer)
        .to.match(/^HTTP\/1\.1 200 OK\r\n/)
        .and.to.match(/a part$/);
      expect(tap.records().includes(alert)).to.equal(isWhole);
      await tap.close();
    }
  });

  it('chooses HTTP/2 where the client offers it', async () => {
    const socket = await handshake(gateway.port, { ALPNProtocols: ['http/1.1', 'h2'] });

    expect(socket.alpnProtocol).to.equal('h2');
    socket.destroy();
  });

  it('speaks nothing older than TLS 1.2', async () => {
    const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' };

    const failed = await handshake(gateway.port, old).then(
      () => undefined,
      (error: NodeJS.ErrnoException) => error.code,
    );

    expect(failed).to.match(/ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|ECONNRESET/);
    expect((await handshake(gateway.port, { maxVersion: 'TLSv1.2' })).getProtocol()).to.equal('TLSv1.2');
  });

  it('closes connections that bring no TLS, and goes on', async () => {
    const socket = connectPlain(gateway.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');

    await once(socket, 'close');

    expect(await nameOf(gateway)).to.equal('first.example');
  });

  it('takes over a certificate whose Secret was swapped, for connections from then on', async () => {
    const kept = await handshake(gateway.port, { ALPNProtocols: ['http/1.1'] });

    gateway.swap(selfSigned('second.example', 60));
    await eventually(() => gateway.log().some(({ msg }) => msg === 'certificate applied'));

    expect(await nameOf(gateway)).to.equal('second.example');
    kept.write('POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\n\r\n');
    expect(String((await once(kept, 'data'))[0])).to.match(/^HTTP\/1\.1 200/);
    kept.destroy();
    const admin = `http://127.0.0.1:${gateway.adminPort}`;
    const { certificates } = (await (await fetch(`${admin}/certs`)).json()) as {
      certificates: { cert_chain: object[] }[];
    };
    expect(certificates[0]?.cert_chain[0]).to.include({
      subject_alt_names: 'DNS:second.example',
      days_until_expiration: 59,
    });
    const metrics = await (await fetch(`${admin}/metrics`)).text();
    expect(metrics).to.include('certificate_reloads_total{listener="public",result="applied",service="gateway"} 1');
    expect(metrics).to.match(/certificate_expiry_timestamp_seconds\{listener="public",service="gateway"\} 1\.?\d+/);
  });

  const first = selfSigned('wrong.example');
  for (const [what, pair] of [
    ['a key of another certificate', { certificate: first.certificate, key: selfSigned('other.example').key }],
    ['a certificate that is none', { certificate: 'nonsense', key: first.key }],
    ['nothing', { certificate: '', key: '' }],
  ] as const)
    it(`keeps the certificate where the new files hold ${what}, and says why`, async () => {
      gateway.swap(pair);
      await eventually(() => gateway.log().some(({ msg }) => String(msg).startsWith('certificate refused')));

      expect(await nameOf(gateway)).to.equal('first.example');
      expect(gateway.log().find(({ msg }) => String(msg).startsWith('certificate refused'))?.reason).to.be.a('string');
      expect(JSON.stringify(gateway.log())).not.to.include('PRIVATE KEY');
      const metrics = await (await fetch(`http://127.0.0.1:${gateway.adminPort}/metrics`)).text();
      expect(metrics).to.include('certificate_reloads_total{listener="public",result="refused",service="gateway"} 1');

      gateway.swap(selfSigned('third.example'));
      await eventually(() => gateway.log().some(({ msg }) => msg === 'certificate applied'));
      expect(await nameOf(gateway)).to.equal('third.example');
    });

  it('refuses to start with files that cannot be used, in one line that names them', () => {
    const config = {
      certificate_chain: '/no/such/file',
      private_key: '/no/such/key',
      alpn_protocols: ['h2' as const],
      tls_minimum_protocol_version: 'TLSv1.2' as const,
    };

    expect(() => new Certificate(config, 1_000, () => undefined)).to.throw(
      ConfigError,
      /^Wrong configuration: \/no\/such\/file cannot be used: ENOENT/,
    );
  });
});
