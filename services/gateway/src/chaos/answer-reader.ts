/** An answer as it arrived, whole or not. */
export interface ReadAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
  readonly isWhole: boolean;
}

export interface AnswersRead {
  readonly answers: readonly ReadAnswer[];
  /** Behind the last of them. */
  readonly rest: Buffer;
  /** With fewer bytes than this there is no other answer yet. */
  readonly bytesNeeded: number;
}

/**
 * Reads what came back over one connection, by its own lights: strict, and without a line of the gateway's.
 * @param methods of the requests, in order
 * @param end how the connection ended, if it has
 * @throws where the bytes are no answers
 */
export function readAnswers(bytes: Buffer, methods: readonly string[], end: 'end' | 'reset' | undefined): AnswersRead {
  const answers: ReadAnswer[] = [];
  let at = 0;
  let bytesNeeded = bytes.length + 1;
  for (const method of methods) {
    const head = readHead(bytes, at);
    if (!head) break;
    if (head.status < 200) throw new Error(`an interim answer ${head.status}`);
    const { body, next, isWhole, bytesMissing } = readBody(bytes, head.end, method, head, end);
    answers.push({ status: head.status, headers: head.headers, body, isWhole });
    at = next;
    if (isWhole) continue;
    bytesNeeded = bytes.length + bytesMissing;
    break;
  }
  return { answers, rest: bytes.subarray(at), bytesNeeded };
}

export interface Head {
  readonly status: number;
  readonly headers: Map<string, string>;
  readonly end: number;
}

/** The next head; 100 Continue is passed over. @throws where there is none */
export function readHead(bytes: Buffer, from: number): Head | undefined {
  for (let at = from; ; ) {
    const end = bytes.indexOf('\r\n\r\n', at);
    if (end < 0) return undefined;
    const [first = '', ...lines] = bytes.toString('latin1', at, end).split('\r\n');
    const status = Number(/^HTTP\/1\.1 ([1-5]\d\d) [\x20-\x7e]*$/.exec(first)?.[1]);
    if (Number.isNaN(status)) throw new Error(`no status line: ${JSON.stringify(first.slice(0, 80))}`);
    at = end + 4;
    if (status === 100) continue;
    const headers = new Map<string, string>();
    for (const line of lines) {
      const field = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+): ?([\t\x20-\x7e\x80-\xff]*)$/.exec(line);
      if (!field) throw new Error(`no field: ${JSON.stringify(line.slice(0, 80))}`);
      const name = (field[1] as string).toLowerCase();
      if (headers.has(name)) throw new Error(`${name} twice`);
      headers.set(name, field[2] as string);
    }
    if (headers.has('content-length') && headers.has('transfer-encoding')) throw new Error('both framings');
    return { status, headers, end: at };
  }
}

interface BodyRead {
  readonly body: Buffer;
  readonly next: number;
  readonly isWhole: boolean;
  /** At least. */
  readonly bytesMissing: number;
}

function readBody(
  bytes: Buffer,
  from: number,
  method: string,
  { status, headers }: Head,
  end: 'end' | 'reset' | undefined,
): BodyRead {
  if (method === 'HEAD' || status === 204 || status === 304)
    return { body: Buffer.alloc(0), next: from, isWhole: true, bytesMissing: 0 };
  const length = headers.get('content-length');
  if (length !== undefined) {
    const next = Math.min(from + Number(length), bytes.length);
    const bytesMissing = from + Number(length) - next;
    return { body: bytes.subarray(from, next), next, isWhole: bytesMissing === 0, bytesMissing };
  }
  if (headers.get('transfer-encoding') === 'chunked') return readChunks(bytes, from);
  return { body: bytes.subarray(from), next: bytes.length, isWhole: end === 'end', bytesMissing: 1 };
}

function readChunks(bytes: Buffer, from: number): BodyRead {
  const chunks: Buffer[] = [];
  const cut = (bytesMissing: number) => ({
    body: Buffer.concat(chunks),
    next: bytes.length,
    isWhole: false,
    bytesMissing,
  });
  for (let at = from; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return cut(1);
    const line = bytes.toString('latin1', at, lineEnd);
    if (!/^[0-9a-f]+$/i.test(line)) throw new Error('no chunk size');
    const size = Number.parseInt(line, 16);
    const start = lineEnd + 2;
    chunks.push(bytes.subarray(start, start + size));
    const next = start + size + 2;
    if (bytes.length < next) return cut(next - bytes.length);
    if (bytes.toString('latin1', next - 2, next) !== '\r\n') throw new Error('a chunk without its end');
    if (size === 0) return { body: Buffer.concat(chunks), next, isWhole: true, bytesMissing: 0 };
    at = next;
  }
}
