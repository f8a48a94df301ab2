import { mkdirSync, mkdtempSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { type ClientHttp2Session, connect, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selfSigned } from './self-signed.ts';
import { startTestGateway, type TestGateway, type TestGatewayOptions } from './start-test-gateway.ts';

export interface TlsGateway extends TestGateway {
  /** Swaps the mounted Secret as Kubernetes does: another directory, and one link renamed to it. */
  swap(pair: { certificate: string; key: string }): void;
  /** A client of HTTP/2; closed by the test. */
  http2(): ClientHttp2Session;
}

/** The gateway with TLS on its listener, its certificate (of "first.example") mounted as a Secret is. */
export async function startTlsGateway({
  edit = (yaml) => yaml,
  ...options
}: TestGatewayOptions = {}): Promise<TlsGateway> {
  const mount = mkdtempSync(join(tmpdir(), 'outlay-tls-'));
  let version = 0;
  const swap = ({ certificate, key }: { certificate: string; key: string }) => {
    const directory = `..v${++version}`;
    mkdirSync(join(mount, directory));
    writeFileSync(join(mount, directory, 'tls.crt'), certificate);
    writeFileSync(join(mount, directory, 'tls.key'), key);
    symlinkSync(directory, join(mount, '..data_tmp'));
    renameSync(join(mount, '..data_tmp'), join(mount, '..data'));
  };
  swap(selfSigned('first.example'));
  for (const name of ['tls.crt', 'tls.key']) symlinkSync(join('..data', name), join(mount, name));
  const gateway = await startTestGateway({
    ...options,
    edit,
    env: { ...options.env, TLS_CERTIFICATE: join(mount, 'tls.crt'), TLS_PRIVATE_KEY: join(mount, 'tls.key') },
  });
  return {
    ...gateway,
    url: `https://127.0.0.1:${gateway.port}`,
    swap,
    http2: () => connect(`https://127.0.0.1:${gateway.port}`, { rejectUnauthorized: false }),
  };
}

export interface Http2Answer {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One request over HTTP/2. Rejects where its stream is reset. */
export function ask2(
  session: ClientHttp2Session,
  headers: OutgoingHttpHeaders,
  body?: string | Buffer,
): Promise<Http2Answer> {
  return new Promise((resolve, reject) => {
    const request = session.request(headers, { endStream: body === undefined });
    let received: IncomingHttpHeaders = {};
    const chunks: Buffer[] = [];
    request.on('response', (given) => {
      received = given;
    });
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => resolve({ headers: received, body: Buffer.concat(chunks).toString('latin1') }));
    request.on('error', reject);
    if (body !== undefined) request.end(body);
  });
}
