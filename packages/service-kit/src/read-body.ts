import type { IncomingMessage } from 'node:http';
import { BodyTooLarge, MalformedBody, UnsupportedMediaType } from './problem.ts';

/**
 * Yields the body's chunks; the limit is enforced on what arrives, not on what Content-Length claims. What its sender still
 * sends of a refused body is read and dropped, so that it gets to read the refusal: a connection that is closed while data
 * arrives is reset, and the answer with it. The server's own time-out bounds that.
 * @throws {BodyTooLarge}
 */
export async function* boundedBody(request: IncomingMessage, bytesMax: number): AsyncGenerator<Uint8Array> {
  let bytes = Number(request.headers['content-length'] ?? 0);
  if (bytes <= bytesMax) {
    bytes = 0;
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > bytesMax) break;
      yield chunk;
    }
  }
  if (bytes <= bytesMax) return;
  request.resume();
  throw new BodyTooLarge(bytesMax);
}

/**
 * Reads a JSON body. No body at all reads as `{}`, so that a missing field is what the answer names.
 * @throws {UnsupportedMediaType | BodyTooLarge | MalformedBody}
 */
export async function readJson(request: IncomingMessage, bytesMax: number): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of boundedBody(request, bytesMax)) chunks.push(chunk);
  if (chunks.length === 0) return {};
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') throw new UnsupportedMediaType('The body must be application/json.');
  if ((request.headers['content-encoding'] ?? 'identity') !== 'identity')
    throw new UnsupportedMediaType('The body must not be compressed.');
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)));
  } catch (cause) {
    // V8's message quotes the body, which may hold a password: it stays in the cause and out of the answer.
    const position = /position (\d+)/.exec(String(cause))?.[1];
    throw new MalformedBody(position ? `Not JSON: wrong at character ${position}.` : 'Not JSON in UTF-8.');
  }
}
