import { type Outcome, playClient } from './chaos-client.ts';
import { playHttp2Client } from './http2-client.ts';
import { judge, judgeCalm, type Unanswered } from './judge.ts';
import { judgeCalmTunnel, judgeTunnel } from './judge-tunnel.ts';
import { createSchedule } from './schedule.ts';
import { markField } from './service-plan.ts';
import type { Chaos } from './start-chaos.ts';
import { playTunnel } from './tunnel-client.ts';
import { createTunnel } from './tunnel-plan.ts';

const schedulesAtOnce = 100;
/** Each of these has a tunnel beside it. */
const tunnelEvery = 4;
const watchMs = 20;
/** Where the whole process stood still for longer than this, all together, a time-out is nobody's fault. */
const lostMsMax = 150;
/** Flags of a time-out. */
const timeOut = /\b(UT|SI)\b/;

export interface Played {
  /** What the gateway did wrong, each with the way to see it again. */
  readonly wrongs: readonly string[];
  readonly counts: Readonly<Record<Outcome['kind'] | 'refused' | 'tunnel', number>>;
}

/** What came of a schedule, or of the tunnel beside it. */
interface Found {
  readonly outcomes: readonly Outcome[];
  readonly wrongs: readonly string[];
  readonly unanswered: readonly Unanswered[];
}

/** Plays so many schedules, some dozens at a time. */
export async function playSchedules(
  chaos: Chaos,
  { seed, from = 0, runs, mayBeGone = false }: { seed: number; from?: number; runs: number; mayBeGone?: boolean },
): Promise<Played> {
  const { gateway, requests, statuses } = chaos;
  const wrongs: string[] = [];
  /** Of schedules that were played late: whether it was a time-out is told by the log, at the end. */
  const excusable: Unanswered[] = [];
  const counts = { whole: 0, refused: 0, cut: 0, left: 0, unsent: 0, hung: 0, tunnel: 0 };
  let lostMs = 0;
  let dueAt = performance.now() + watchMs;
  const watch = setInterval(() => {
    lostMs += Math.max(0, performance.now() - dueAt);
    dueAt = performance.now() + watchMs;
  }, watchMs);
  const note = async (number: number, playing: Promise<Found>) => {
    const lostBefore = lostMs;
    const found = await playing;
    for (const { kind, answer } of found.outcomes) {
      const isRefused = kind === 'whole' && !answer?.headers.has(markField);
      counts[isRefused ? 'refused' : answer?.status === 101 ? 'tunnel' : kind]++;
      const id = answer?.headers.get('x-request-id');
      if (kind === 'whole' && id !== undefined) statuses.set(id, answer?.status ?? 0);
    }
    const told = (wrong: string) => `CHAOS_SEED=${seed} CHAOS_SCHEDULE=${number}: ${wrong}`;
    wrongs.push(...found.wrongs.map(told));
    const isLate = lostMs - lostBefore > lostMsMax;
    for (const unanswered of mayBeGone ? [] : found.unanswered)
      if (isLate) excusable.push({ ...unanswered, wrong: told(unanswered.wrong) });
      else wrongs.push(told(unanswered.wrong));
  };
  let next = from;
  const playOn = async () => {
    while (next < from + runs) {
      const number = next++;
      await Promise.all([
        note(number, playRequests(chaos, seed, number)),
        ...(number % tunnelEvery === 0 ? [note(number, playOneTunnel(chaos, seed, number))] : []),
      ]);
    }
  };
  await Promise.all(Array.from({ length: schedulesAtOnce }, playOn));
  clearInterval(watch);
  const flags = new Map(gateway.log().map((line) => [line.requestId, line.flags]));
  for (const { id, status, wrong } of excusable)
    if (status !== 408 && !timeOut.test(String(flags.get(id)))) wrongs.push(`${wrong}, ${flags.get(id)}`);
  // Only now: what is wrong with how a request arrived may show when the next one does.
  for (const [id, { arrivals }] of requests)
    for (const { fault } of arrivals) if (fault !== undefined) wrongs.push(`CHAOS_SEED=${seed} ${id}: ${fault}`);
  return { wrongs, counts };
}

async function playRequests({ protocol, gateway, requests }: Chaos, seed: number, number: number): Promise<Found> {
  const isTls = protocol !== 'HTTP/1.1';
  const schedule = createSchedule(seed, number, { bearer: gateway.bearer, isTls });
  for (const request of schedule.requests) requests.set(request.id, request);
  const report =
    protocol === 'HTTP/2'
      ? await playHttp2Client(gateway.port, schedule, gateway.bearer)
      : await playClient(gateway.port, schedule, isTls);
  const { outcomes } = report;
  return { outcomes, wrongs: judge(schedule.requests, report), unanswered: judgeCalm(schedule, report) };
}

/** By HTTP/1.1; over TLS where the others are. */
async function playOneTunnel(
  { protocol, gateway, requests, carried }: Chaos,
  seed: number,
  number: number,
): Promise<Found> {
  const plan = createTunnel(seed, number);
  requests.set(plan.id, plan);
  const report = await playTunnel(gateway.port, plan, protocol !== 'HTTP/1.1');
  const { outcomes, heard, said } = report;
  const wrongs = await judgeTunnel(plan, report);
  const unanswered = judgeCalmTunnel(plan, report);
  if (heard && plan.isCalm && unanswered.length === 0) carried.set(plan.id, [said, heard.length]);
  return { outcomes, wrongs, unanswered };
}
