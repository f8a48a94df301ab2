import type { Socket } from 'node:net';
import { markedBody } from './marked-body.ts';
import type { Random } from './random.ts';

/** What a service does about one request, one after the other. */
export type Step =
  | { readonly do: 'send'; readonly bytes: Buffer }
  | { readonly do: 'wait'; readonly ms: number }
  /** Goes on when the request has arrived whole. */
  | { readonly do: 'read' }
  /** Its half of the connection, in order. */
  | { readonly do: 'end' }
  | { readonly do: 'reset' }
  /** The connection is no more HTTP's. */
  | { readonly do: 'hand over'; to(socket: Socket): void };

/** How a service treats one try of a request. */
export interface ServicePlan {
  readonly name: string;
  readonly steps: readonly Step[];
  /** What a strict reader makes of it; undefined where that is no whole answer. */
  readonly answer: { readonly status: number; readonly bytes: number } | undefined;
  /** It says of its 503 that it has done nothing. */
  readonly saysNothingDone?: boolean;
  /** Nothing may be asked on this connection afterwards. */
  readonly isLast?: boolean;
}

/** Where an answer's mark is told beside its body. */
export const markField = 'x-chaos-mark';
/** Nobody must ever get to see it. */
export const poison = 'POISON';

const crlf = '\r\n';
/** A whole answer that nobody asked for. */
const poisoned = `HTTP/1.1 200 OK\r\nContent-Length: ${poison.length}\r\n\r\n${poison}`;
const read: Step = { do: 'read' };
const end: Step = { do: 'end' };
const reset: Step = { do: 'reset' };
/** In order, by force, or not at all: the service hangs. */
const ways: readonly (readonly Step[])[] = [[end], [reset], []];

/** One answer in the making. */
interface Draft {
  readonly random: Random;
  readonly mark: string;
  readonly method: string;
  /** Of the body, where the method lets it have one. */
  readonly size: number;
}
type Make = (draft: Draft) => ServicePlan;

const head = ({ mark }: Draft, status: string, ...fields: string[]) =>
  [`HTTP/1.1 ${status}`, `${markField}: ${mark}`, 'Server: chaos', ...fields, crlf].join(crlf);
const bodyOf = ({ mark, size, method }: Draft) => (method === 'HEAD' ? Buffer.alloc(0) : markedBody(mark, size));
const send = (...parts: (string | Buffer)[]): Step => ({
  do: 'send',
  bytes: Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part))),
});

/** Bytes in pieces, with pauses that let each leave by itself. */
function trickled({ random }: Draft, bytes: Buffer): Step[] {
  if (random.chance(50)) return [{ do: 'send', bytes }];
  return random.pieces(bytes, 6).flatMap((piece): Step[] => [
    { do: 'wait', ms: random.int(0, 3) },
    { do: 'send', bytes: piece },
  ]);
}

function chunked({ random, mark }: Draft, body: Buffer): Buffer {
  const parts = random.pieces(body, 8).flatMap((piece) => {
    const size = piece.length.toString(16);
    const line = random.chance(30) ? `${random.chance(50) ? size.toUpperCase() : `000${size}`};a="${mark}"` : size;
    return [Buffer.from(line + crlf), piece, Buffer.from(crlf)];
  });
  const trailers = random.chance(20) ? `X-Sum: ${mark}${crlf}` : '';
  return Buffer.concat([...parts, Buffer.from(`0${crlf}${trailers}${crlf}`)]);
}

/** A whole answer as it stands on the wire, framed in one of the ways there are. */
function whole(draft: Draft, status = '200 OK', ...fields: string[]): Buffer {
  const body = bodyOf(draft);
  if (draft.random.chance(40)) {
    const content = draft.method === 'HEAD' ? Buffer.alloc(0) : chunked(draft, body);
    return Buffer.concat([Buffer.from(head(draft, status, 'Transfer-Encoding: chunked', ...fields)), content]);
  }
  return Buffer.concat([Buffer.from(head(draft, status, `Content-Length: ${draft.size}`, ...fields)), body]);
}

const answerOf = (draft: Draft, status = 200) => ({ status, bytes: bodyOf(draft).length });

// --- services that are well

const plain: Make = (draft) => ({
  name: 'answers',
  steps: [read, ...trickled(draft, whole(draft))],
  answer: answerOf(draft),
});

const closing: Make = (draft) => ({
  name: 'answers and closes, as it says',
  steps: [
    read,
    ...trickled(draft, whole(draft, '200 OK', 'Connection: close')),
    ...draft.random.pick<readonly Step[]>([[end], []]),
  ],
  answer: answerOf(draft),
  isLast: true,
});

const closingSilently: Make = (draft) => ({
  name: 'answers and closes, without a word',
  steps: [read, send(whole(draft)), { do: 'wait', ms: draft.random.int(0, 10) }, draft.random.pick([end, reset])],
  answer: answerOf(draft),
});

const untilEnd: Make = (draft) => ({
  name: 'answers until it closes',
  steps: [read, ...trickled(draft, Buffer.concat([Buffer.from(head(draft, '200 OK')), bodyOf(draft)])), end],
  answer: answerOf(draft),
});

const interim: Make = (draft) => ({
  name: 'says 1xx before it answers',
  steps: [
    send('HTTP/1.1 100 Continue\r\n\r\n'.repeat(draft.random.int(0, 3))),
    read,
    ...trickled(
      draft,
      Buffer.concat([Buffer.from('HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n'), whole(draft)]),
    ),
  ],
  answer: answerOf(draft),
});

const bodiless: Make = (draft) => {
  const status = draft.random.pick([204, 304]);
  return {
    name: `answers ${status}`,
    steps: [read, send(head(draft, `${status} Nothing`))],
    answer: { status, bytes: 0 },
  };
};

const erring: Make = (draft) => {
  const status = draft.random.pick([404, 409, 422, 500, 502, 503]);
  return {
    name: `answers ${status}`,
    steps: [read, ...trickled(draft, whole(draft, `${status} Sorry`))],
    answer: answerOf(draft, status),
  };
};

const shedding: Make = (draft) => ({
  name: 'does nothing and says so',
  steps: [read, send(whole(draft, '503 Busy', 'X-Outlay-Retryable: true'))],
  answer: answerOf(draft, 503),
  saysNothingDone: true,
});

// --- services that are late, early or gone

const late: Make = (draft) => ({
  name: 'answers late',
  steps: [read, { do: 'wait', ms: draft.random.int(100, 1_500) }, send(whole(draft))],
  answer: answerOf(draft),
});

const early: Make = (draft) => ({
  name: 'answers before it has read',
  steps: [send(whole(draft, '200 OK')), ...draft.random.pick<readonly Step[]>([...ways, [read]])],
  answer: answerOf(draft),
});

const cutShort: Make = (draft) => {
  const bytes = whole(draft);
  // Not within the last line end: what then is whole for one reader is not for another.
  const at = draft.random.int(0, bytes.length - 3);
  return {
    name: `stops at byte ${at} of ${bytes.length}`,
    steps: [read, send(bytes.subarray(0, at)), ...draft.random.pick(ways)],
    answer: undefined,
  };
};

const silent: Make = ({ random }) => {
  const steps = [...random.pick([[], [read]]), ...random.pick(ways)];
  return { name: `says nothing (${steps.map((step) => step.do)})`, steps, answer: undefined };
};

const trickling: Make = (draft) => ({
  name: 'sends a head and then a byte now and then, for ever',
  steps: [
    read,
    send(head(draft, '200 OK', 'Content-Length: 100000')),
    // To HEAD that was all: a byte in the middle of the next answer nobody could tell from its own.
    ...Array.from({ length: draft.method === 'HEAD' ? 0 : 100 }, (_, i): Step[] => [
      { do: 'wait', ms: 100 },
      send(markedBody(draft.mark, 100).subarray(i, i + 1)),
    ]).flat(),
  ],
  answer: draft.method === 'HEAD' ? answerOf(draft) : undefined,
});

// --- services that lie

const tooLong: Make = (draft) => ({
  name: 'sends more than it said',
  steps: [
    read,
    send(whole(draft), draft.random.pick([poison, poisoned, crlf, 'HTTP/1.1 100 Continue\r\n\r\n'])),
    { do: 'wait', ms: draft.random.int(0, 5) },
    send(poisoned),
  ],
  answer: answerOf(draft),
  isLast: true,
});

const tooShort: Make = (draft) => ({
  name: 'sends less than it said',
  steps: [
    read,
    send(head(draft, '200 OK', `Content-Length: ${draft.size + draft.random.int(1, 500)}`), bodyOf(draft)),
    ...draft.random.pick(ways),
  ],
  // A HEAD is answered by its head.
  answer: draft.method === 'HEAD' ? answerOf(draft) : undefined,
});

const noHttp: Make = (draft) => {
  const { random, mark } = draft;
  const field = `${markField}: ${mark}${crlf}`;
  const body = poison.repeat(3);
  const length = `Content-Length: ${body.length}${crlf}`;
  const chunks = `Transfer-Encoding: chunked${crlf}`;
  const ok = `HTTP/1.1 200 OK${crlf}`;
  const [name, bytes] = random.pick<[string, string]>([
    ['both framings', `${ok}${field}${length}${chunks}${crlf}0\r\n\r\n${body}`],
    ['both framings, the other way round', `${ok}${field}${chunks}${length}${crlf}0\r\n\r\n${body}`],
    ['two lengths', `${ok}${length}Content-Length: 3${crlf}${crlf}${body}`],
    ['a list of lengths', `${ok}Content-Length: 18, 18${crlf}${crlf}${body}`],
    ['a negative length', `${ok}Content-Length: -1${crlf}${crlf}${body}`],
    ['a length with a sign', `${ok}Content-Length: +18${crlf}${crlf}${body}`],
    ['a hexadecimal length', `${ok}Content-Length: 0x12${crlf}${crlf}${body}`],
    ['a coding beside chunked', `${ok}Transfer-Encoding: gzip, chunked${crlf}${crlf}${body}`],
    ['chunked twice', `${ok}${chunks}${chunks}${crlf}0\r\n\r\n`],
    ['chunks in HTTP/1.0', `HTTP/1.0 200 OK${crlf}${chunks}${crlf}0\r\n\r\n`],
    ['a blank before the colon', `${ok}Content-Length : 18${crlf}${crlf}${body}`],
    ['a folded field', `${ok}X-A: a${crlf} b${crlf}${length}${crlf}${body}`],
    ['a bare line feed', `${ok}X-A: a\nX-B: b${crlf}${length}${crlf}${body}`],
    ['a bare carriage return', `${ok}X-A: a\rSet-Cookie: ${poison}=1${crlf}${length}${crlf}${body}`],
    ['a NUL', `${ok}X-A: a\0${crlf}${length}${crlf}${body}`],
    ['line feeds only', `HTTP/1.1 200 OK\nContent-Length: 18\n\n${body}`],
    ['no status', `HTTP/1.1 OK${crlf}${length}${crlf}${body}`],
    ['a status of four digits', `HTTP/1.1 2000 OK${crlf}${length}${crlf}${body}`],
    ['HTTP/2', `HTTP/2 200 OK${crlf}${length}${crlf}${body}`],
    ['an upgrade', `HTTP/1.1 101 Switching Protocols${crlf}Upgrade: x${crlf}${crlf}${body}`],
    ['a 204 with a body', `HTTP/1.1 204 No Content${crlf}${length}${crlf}${body}`],
    ['garbage', body],
    ['a head without end', `${ok}X-A: ${'a'.repeat(80_000)}`],
    ['a field without a name', `${ok}: a${crlf}${length}${crlf}${body}`],
    ['a line without a colon', `${ok}${poison}${crlf}${length}${crlf}${body}`],
    ['1xx without end', 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(5_000)],
  ]);
  return { name: `sends ${name}`, steps: [read, ...trickled(draft, Buffer.from(bytes, 'latin1'))], answer: undefined };
};

const badChunks: Make = (draft) => {
  const [name, bytes] = draft.random.pick<[string, string]>([
    ['a size that is no number', `zz${crlf}${poison}`],
    ['a size with a sign', `-1${crlf}${poison}`],
    ['a size beyond reason', `${'f'.repeat(20)}${crlf}${poison}`],
    ['a chunk longer than its size', `1${crlf}<${poison}${crlf}`],
    ['a chunk without its end', `1${crlf}<1${crlf}${poison}`],
    ['a size line without end', `1;${'a'.repeat(1_000)}`],
    ['a trailer that is none', `0${crlf}${poison}${crlf}${crlf}`],
  ]);
  const chunks = draft.method === 'HEAD' ? '' : bytes;
  return {
    name: `sends chunks with ${name}`,
    steps: [
      read,
      ...trickled(draft, Buffer.from(head(draft, '200 OK', 'Transfer-Encoding: chunked') + chunks, 'latin1')),
    ],
    answer: draft.method === 'HEAD' ? answerOf(draft) : undefined,
  };
};

const wellBehaved: [number, Make][] = [
  [10, plain],
  [2, closing],
  [2, untilEnd],
  [2, interim],
  [1, bodiless],
];
const all: [number, Make][] = [
  ...wellBehaved,
  [2, closingSilently],
  [2, erring],
  [2, shedding],
  [1, late],
  [5, early],
  [5, cutShort],
  [2, silent],
  [0.5, trickling],
  [2, tooLong],
  [2, tooShort],
  [4, noHttp],
  [2, badChunks],
];

/** @param mark of the request and the try @param isCalm the service is well */
export function createServicePlan(random: Random, mark: string, method: string, isCalm: boolean): ServicePlan {
  const size = random.weighted<() => number>([
    [2, () => 0],
    [8, () => random.int(1, 200)],
    [4, () => random.int(5_000, 70_000)],
    [1, () => random.int(100_000, 500_000)],
    [0.1, () => 3_000_000], // more than the kernel buffers for a client that does not read
  ])();
  return random.weighted(isCalm ? wellBehaved : all)({ random, mark, method, size });
}
