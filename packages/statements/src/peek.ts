/** Text and bytes travel in pieces of at most this size, so that one piece never makes many rows at once. */
const pieceBytes = 64 * 1024;

/** The start of a stream, and the whole of it to be read on. */
export type Peeked = {
  head: Uint8Array;
  /** True where `head` is all there is. */
  isWhole: boolean;
  /** Everything, `head` included; leaving it early closes the source. */
  bytes: AsyncGenerator<Uint8Array>;
  close: () => Promise<void>;
};

/**
 * Reads the first bytes ahead. Takes exactly `size` (less at the end of the stream), however the source cuts its chunks,
 * so that what is recognised never depends on the network.
 */
export async function peek(source: AsyncIterable<Uint8Array> | Uint8Array, size: number): Promise<Peeked> {
  const chunks = source instanceof Uint8Array ? once(source) : source[Symbol.asyncIterator]();
  const close = async () => void (await chunks.return?.());
  const ahead: Uint8Array[] = [];
  let length = 0;
  let isWhole = false;
  while (length <= size && !isWhole) {
    const next = await chunks.next();
    if (next.done) isWhole = true;
    else length += ahead[ahead.push(next.value) - 1]!.length;
  }
  const head = Buffer.concat(ahead).subarray(0, size);

  async function* bytes() {
    try {
      for (const chunk of ahead.splice(0)) yield* pieces(chunk);
      for (let next = isWhole ? undefined : await chunks.next(); next && !next.done; next = await chunks.next())
        yield* pieces(next.value);
    } finally {
      await close();
    }
  }
  return { head, isWhole, bytes: bytes(), close };
}

async function* once(bytes: Uint8Array) {
  yield bytes;
}

function* pieces(chunk: Uint8Array) {
  for (let at = 0; at < chunk.length; at += pieceBytes) yield chunk.subarray(at, at + pieceBytes);
}
