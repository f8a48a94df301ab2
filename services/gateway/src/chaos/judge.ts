import type { ReadAnswer } from './answer-reader.ts';
import type { ClientReport, Outcome } from './chaos-client.ts';
import { isMarked } from './marked-body.ts';
import type { RequestPlan, Schedule } from './schedule.ts';
import { markField, poison } from './service-plan.ts';

/** Refusals that the gateway has for what is played here. */
const refusals = new Set([400, 401, 408, 413, 429, 502, 503, 504]);
/** The policy's two, and one over a fresh connection. */
const triesMax = 4;

/** What is to be known of a request. */
type Asked = Pick<RequestPlan, 'id' | 'method' | 'hasKey' | 'fault' | 'arrivals'>;

/** @returns what the gateway did wrong; nothing where every answer is whole and right, or an error that cannot be mistaken */
export function judge(requests: readonly Asked[], { outcomes, rest, fault }: ClientReport): string[] {
  if (fault !== undefined) return [`the client was sent no HTTP: ${fault}`];
  const wrongs = requests.flatMap((request, i) =>
    [...judgeAnswer(request, outcomes[i] as Outcome), ...judgeTries(request)].map(
      (wrong) => `${request.method} ${request.id}: ${wrong}`,
    ),
  );
  return [...wrongs, ...judgeRest(requests, outcomes, rest)];
}

function judgeAnswer(request: Asked, { kind, answer }: Outcome): string[] {
  if (kind === 'hung') return ['neither answer nor end'];
  if (!answer) return [];
  if (answer.body.includes(poison) || [...answer.headers.values()].some((value) => value.includes(poison)))
    return ['bytes that nobody asked for reached the client'];
  const mark = answer.headers.get(markField);
  if (mark === undefined) return judgeRefusal(request, answer);
  const [id, number] = mark.split('.');
  if (id !== request.id) return [`the answer of ${mark}`];
  const plan = request.arrivals[Number(number)]?.plan;
  if (!plan) return [`the answer of a try that never arrived: ${mark}`];
  const wrongs: string[] = [];
  if (!isMarked(answer.body, mark)) wrongs.push(`a body with foreign bytes (${plan.name})`);
  if (answer.headers.get('x-request-id') !== request.id) wrongs.push('another request’s id');
  if (answer.headers.has('server') || answer.headers.has('x-outlay-retryable')) wrongs.push('a field that is internal');
  if (kind === 'whole') {
    if (!plan.answer) wrongs.push(`a whole answer, though the service ${plan.name}`);
    else if (answer.status !== plan.answer.status || answer.body.length !== plan.answer.bytes)
      wrongs.push(`${answer.status} with ${answer.body.length} bytes, though the service ${plan.name}`);
  }
  return wrongs;
}

function judgeRefusal({ id, method }: Asked, { status, headers, body, isWhole }: ReadAnswer): string[] {
  if (!refusals.has(status))
    return [
      `${status} of nobody’s ${JSON.stringify([...headers])} ${isWhole} ${body.length} ${body.toString('latin1').slice(0, 200)}`,
    ];
  if (headers.get('content-type') !== 'application/problem+json') return [`${status} without a problem`];
  // What cannot be read as a request has no id of its own.
  if (headers.get('x-request-id') !== id && (headers.has('x-request-id') || headers.get('connection') !== 'close'))
    return ['a refusal of another request'];
  if (!isWhole || method === 'HEAD') return [];
  const problem = JSON.parse(body.toString()) as { status: number; traceId: string };
  return problem.status === status && /^[0-9a-f]{32}$/.test(problem.traceId)
    ? []
    : ['a problem that contradicts itself'];
}

function judgeTries({ method, hasKey, arrivals }: Asked): string[] {
  const wrongs: string[] = [];
  if (arrivals.length > triesMax) wrongs.push(`${arrivals.length} tries`);
  const mayRepeat = hasKey || !['POST', 'PATCH'].includes(method);
  const applied = arrivals.filter(({ plan }) => !plan.saysNothingDone);
  if (!mayRepeat && applied.length > 1)
    wrongs.push(`sent ${applied.length} times: the service ${applied.map(({ plan }) => plan.name).join(', ')}`);
  return wrongs;
}

/** A request that was due an answer. */
export interface Unanswered {
  readonly id: string;
  /** That it got instead, if it got one. */
  readonly status: number | undefined;
  readonly wrong: string;
}

/**
 * Where all are well an answer is due: not while the gateway stops, nor where the machine has no time for it.
 * @returns the requests without one
 */
export function judgeCalm(schedule: Schedule, { outcomes }: ClientReport): Unanswered[] {
  const { requests, isPipelined, leavesAfter } = schedule;
  return requests.flatMap(({ id, method, hasKey, isCalm, bodyBytes }, i) => {
    const { kind, answer } = outcomes[i] ?? { kind: 'unsent', answer: undefined };
    const isDue =
      isCalm &&
      kind !== 'left' &&
      leavesAfter === undefined &&
      (hasKey || !['POST', 'PATCH'].includes(method)) &&
      bodyBytes === 0 &&
      (isPipelined ? requests.every((request) => request.isCalm) : kind !== 'unsent');
    if (!isDue || (kind === 'whole' && answer?.headers.has(markField))) return [];
    return [
      { id, status: answer?.status, wrong: `${method} ${id}: all were well, yet it is ${kind} (${answer?.status})` },
    ];
  });
}

/** Behind the answers there is nothing, but a refusal where what the client sent behind its requests was no HTTP. */
function judgeRest(requests: readonly Asked[], outcomes: readonly Outcome[], rest: Buffer): string[] {
  const text = rest.toString('latin1');
  const isPart = outcomes.some(({ kind }) => kind !== 'whole');
  if (text === '' || isPart) return [];
  const isRefusal = /^HTTP\/1\.1 4\d\d [^\r]*\r\ncontent-type: application\/problem\+json\r\n/.test(text);
  return isRefusal && requests.at(-1)?.fault
    ? []
    : [`bytes behind the last answer: ${JSON.stringify(text.slice(0, 200))}`];
}
