import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json',
  map: 'application/json',
  webmanifest: 'application/manifest+json',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
  xml: 'application/xml',
  wasm: 'application/wasm',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  avif: 'image/avif',
  gif: 'image/gif',
  ico: 'image/x-icon',
  woff: 'font/woff',
  woff2: 'font/woff2',
};
const compressible = new Set(['html', 'js', 'mjs', 'css', 'json', 'map', 'webmanifest', 'svg', 'txt', 'xml', 'wasm']);
/** Below this the saved bytes fit into the packet that is sent anyway. */
const compressFromBytes = 1_024;
/** Nearly as small as 11 at a tenth of the time. */
const brotliQuality = 9;

const gzipAsync = promisify(gzip);
const brotliAsync = promisify(brotliCompress);

type Encoding = 'br' | 'gzip' | 'identity';
interface Variant {
  readonly body: Buffer;
  readonly etag: string;
  /** Name, value, … of a 200; the first two of them are the validators that a 304 repeats. */
  readonly headers: readonly string[];
}

/** What a request for a file is answered with. */
export interface FileAnswer {
  readonly status: 200 | 304;
  readonly headers: readonly string[];
  readonly body: Buffer | undefined;
}

/** A file in memory with its compressed forms, as soon as they are made. */
export class StaticFile {
  readonly #extension: string;
  readonly #cacheControl: string;
  readonly #hash: string;
  readonly #variants: Partial<Record<Encoding, Variant>> = {};
  /** Of all forms. */
  bytes = 0;

  constructor(path: string, body: Buffer, isImmutable: boolean) {
    this.#extension = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
    this.#cacheControl = isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache';
    this.#hash = createHash('sha256').update(body).digest('base64url').slice(0, 22);
    this.#add('identity', body);
  }

  /** Makes the compressed forms on the threads of the pool; until then the plain one is served. */
  async compress(): Promise<void> {
    const body = this.#variants.identity?.body as Buffer;
    if (body.length < compressFromBytes || !compressible.has(this.#extension)) return;
    const small = (compressed: Buffer) => compressed.length < body.length * 0.9;
    const zipped = await gzipAsync(body, { level: 9 });
    if (small(zipped)) this.#add('gzip', zipped);
    const brotli = await brotliAsync(body, {
      params: { [constants.BROTLI_PARAM_QUALITY]: brotliQuality, [constants.BROTLI_PARAM_SIZE_HINT]: body.length },
    });
    if (small(brotli)) this.#add('br', brotli);
  }

  /** @param acceptEncoding as the client sent it; '' for none */
  answer(acceptEncoding: string, ifNoneMatch: string | undefined): FileAnswer {
    const variant = this.#choose(acceptEncoding);
    // A weak comparison (RFC 9110 § 13.1.2): a cache on the way may have made the tag weak.
    const isKnown =
      ifNoneMatch !== undefined &&
      (ifNoneMatch === '*' || ifNoneMatch.split(',').some((tag) => tag.trim().replace(/^W\//, '') === variant.etag));
    if (isKnown) return { status: 304, headers: variant.headers.slice(0, 6), body: undefined };
    return { status: 200, headers: variant.headers, body: variant.body };
  }

  #choose(acceptEncoding: string): Variant {
    const { br, gzip: zipped, identity } = this.#variants;
    if (br && accepts(acceptEncoding, 'br')) return br;
    if (zipped && accepts(acceptEncoding, 'gzip')) return zipped;
    return identity as Variant;
  }

  #add(encoding: Encoding, body: Buffer): void {
    const etag = `"${this.#hash}${encoding === 'identity' ? '' : `-${encoding}`}"`;
    const headers = ['etag', etag, 'cache-control', this.#cacheControl, 'vary', 'accept-encoding'];
    headers.push('content-type', types[this.#extension] ?? 'application/octet-stream');
    if (encoding !== 'identity') headers.push('content-encoding', encoding);
    this.#variants[encoding] = { body, etag, headers };
    this.bytes += body.length;
  }
}

/** Whether Accept-Encoding names the coding, other than with a weight of zero. */
function accepts(header: string, coding: string): boolean {
  return header.split(',').some((part) => {
    const [name, ...parameters] = part.split(';');
    return name?.trim().toLowerCase() === coding && !parameters.some((weight) => /^\s*q=0(\.0*)?\s*$/i.test(weight));
  });
}
