import type { Expected } from './chaos-service.ts';
import { markedBody } from './marked-body.ts';
import { Random } from './random.ts';
import { createServicePlan } from './service-plan.ts';

/** One request of a client, and how the service will treat it. */
export interface RequestPlan extends Expected {
  readonly route: Route;
  /** As the gateway gets to know it: GET for who never sends a whole head. */
  readonly methodSent: string;
  readonly hasKey: boolean;
  readonly expectsContinue: boolean;
  /** As they leave, with pauses in between. */
  readonly pieces: readonly Buffer[];
  readonly pauseMs: number;
  /** The client stops sending in its middle: breaks off, waits, or says what is no HTTP. */
  readonly fault: Fault | undefined;
  /** The service is well, and so is the client: an answer is due. */
  readonly isCalm: boolean;
}

const faults = ['leaves', 'resets', 'half-closes', 'stalls', 'garbles'] as const;
export type Fault = (typeof faults)[number];

/** `roomy`: limits that nobody meets. `tight`: breakers, budget and ejection strike. `roving`: endpoints come and go. */
export type Route = 'roomy' | 'tight' | 'roving' | 'limited' | 'signed' | 'delayed';

/** What one client does over one connection. */
export interface Schedule {
  readonly requests: readonly RequestPlan[];
  /** All is sent before anything is read. */
  readonly isPipelined: boolean;
  /** Pauses between reads, so that buffers fill. */
  readonly readsSlowly: boolean;
  /** Leaves after so many bytes of answers. */
  readonly leavesAfter: number | undefined;
  readonly leavesBy: 'end' | 'reset';
}

export const bodyBytesMax = 128 * 1_024;
const methods = ['GET', 'GET', 'GET', 'HEAD', 'POST', 'POST', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export const garbage = 'GARBAGE\0\r\n\r\n';

export function createSchedule(seed: number, number: number, { bearer, isTls }: Place): Schedule {
  const random = new Random(seed * 1_000_003 + number);
  const isPipelined = random.chance(20);
  const version = random.chance(8) ? '1.0' : '1.1';
  const count = version === '1.0' ? 1 : random.int(1, 4);
  const requests = Array.from({ length: count }, (_, i) =>
    createRequest(random, `${seed}-${number}-${i}`, { version, mayFail: i === count - 1, isPipelined, bearer, isTls }),
  );
  return {
    requests,
    isPipelined,
    readsSlowly: random.chance(15),
    leavesAfter: random.chance(10) ? random.int(0, 5_000) : undefined,
    leavesBy: random.pick(['end', 'reset']),
  };
}

/** What is played, and where. */
export interface Place {
  /** For routes that need a token. */
  readonly bearer: string;
  readonly isTls: boolean;
}

interface Surroundings extends Place {
  readonly version: '1.0' | '1.1';
  /** What follows a request that breaks off is lost. */
  readonly mayFail: boolean;
  readonly isPipelined: boolean;
}

function createRequest(
  random: Random,
  id: string,
  { version, mayFail, isPipelined, bearer, isTls }: Surroundings,
): RequestPlan {
  const method = random.pick(methods);
  const route = random.weighted<Route>([
    [6, 'roomy'],
    [3, 'tight'],
    [2, 'roving'],
    [1, 'limited'],
    [1, 'signed'],
    [1, 'delayed'],
  ]);
  const hasBody = !['GET', 'HEAD'].includes(method) ? random.chance(85) : random.chance(5);
  const bodyBytes = hasBody
    ? random.weighted([
        [10, random.int(1, 300)],
        [4, random.int(5_000, 90_000)],
        [0.5, 200_000],
      ])
    : 0;
  const isChunked = version === '1.1' && hasBody && random.chance(40);
  const hasKey = random.chance(40);
  const expectsContinue = version === '1.1' && !isPipelined && hasBody && random.chance(10);
  const isServiceCalm = random.chance(40);
  const fault = mayFail && random.chance(20) ? random.pick(faults) : undefined;
  const bytes = requestBytes(random, {
    id,
    method,
    route,
    version,
    bodyBytes,
    isChunked,
    hasKey,
    expectsContinue,
    bearer,
  });
  const sent = fault ? broken(random, bytes, fault, isChunked) : bytes;
  const seed = random.int(0, 2 ** 31);
  // The end of HTTP/1.0's answers is the connection's, which a client of TLS in Node cannot tell from a cut.
  const showsEnd = version !== '1.0' || !isTls;
  const isUnhindered = route !== 'tight' && route !== 'limited' && bodyBytes <= bodyBytesMax;
  const isWell = fault === undefined && isUnhindered && showsEnd;
  return {
    id,
    method,
    methodSent: sent.includes('\r\n\r\n') ? method : 'GET',
    route,
    bodyBytes,
    hasKey,
    expectsContinue,
    fault,
    isCalm: isServiceCalm && isWell,
    pieces: random.chance(50) ? [sent] : random.pieces(sent, 8),
    // The longer ones let a service answer in between.
    pauseMs: random.chance(70) ? random.int(0, 3) : random.int(10, 40),
    planOf: (number) => createServicePlan(new Random(seed + number), `${id}.${number}`, method, isServiceCalm),
    arrivals: [],
  };
}

/** What of a request leaves before its fault. */
function broken(random: Random, bytes: Buffer, fault: Fault, isChunked: boolean): Buffer {
  if (fault !== 'garbles') return bytes.subarray(0, random.int(0, bytes.length));
  if (!isChunked) return Buffer.concat([bytes, Buffer.from(garbage)]);
  return Buffer.concat([bytes.subarray(0, bytes.indexOf('\r\n\r\n') + 4), Buffer.from(`zz\r\n${garbage}`)]);
}

interface RequestShape extends Surroundings {
  readonly id: string;
  readonly method: string;
  readonly route: Route;
  readonly bodyBytes: number;
  readonly isChunked: boolean;
  readonly hasKey: boolean;
  readonly expectsContinue: boolean;
}

function requestBytes(random: Random, shape: Omit<RequestShape, 'mayFail' | 'isPipelined' | 'isTls'>): Buffer {
  const { id, method, route, version, bodyBytes, isChunked, hasKey, expectsContinue, bearer } = shape;
  const body = markedBody(id, bodyBytes);
  const lines = [
    `${method} /${route}/${id} HTTP/${version}`,
    'Host: outlay.example',
    `X-Request-Id: ${id}`,
    ...(route === 'signed' ? [`Authorization: ${bearer}`] : []),
    ...(hasKey ? [`Idempotency-Key: ${id}`] : []),
    ...(expectsContinue ? ['Expect: 100-continue'] : []),
    ...(isChunked ? ['Transfer-Encoding: chunked'] : bodyBytes > 0 ? [`Content-Length: ${bodyBytes}`] : []),
  ];
  const chunks = random
    .pieces(body, 6)
    .flatMap((piece) => [Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')]);
  return Buffer.concat([
    Buffer.from(`${lines.join('\r\n')}\r\n\r\n`),
    ...(isChunked ? [...chunks, Buffer.from('0\r\n\r\n')] : [body]),
  ]);
}
