/** Times of one kind of work, in milliseconds. */
export interface Timing {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const turnsMsMax = 30_000;

/**
 * Does each kind of work in turn, again and again, so that whatever else the machine does meets all of them alike.
 * @param contenders the work by name; each is told how often it was done before
 * @param options.turns fewer where they take longer than half a minute, but 100
 */
export async function takeTurns<Name extends string>(
  contenders: Record<Name, (turn: number) => Promise<unknown>>,
  { turns, warmUp = Math.ceil(turns / 5) }: { turns: number; warmUp?: number },
): Promise<Record<Name, Timing>> {
  const all = Object.entries(contenders) as [Name, (turn: number) => Promise<unknown>][];
  const times = new Map(all.map(([name]) => [name, [] as number[]]));
  const startedAt = performance.now();
  for (let turn = 0; turn < warmUp + turns; turn++) {
    if (turn > warmUp + 100 && performance.now() - startedAt > turnsMsMax) break;
    for (const [name, work] of all) {
      const began = performance.now();
      await work(turn);
      if (turn >= warmUp) times.get(name)!.push(performance.now() - began);
    }
  }
  return Object.fromEntries([...times].map(([name, taken]) => [name, timingOf(taken)])) as Record<Name, Timing>;
}

function timingOf(taken: readonly number[]): Timing {
  const sorted = taken.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!;
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}

/** Does the work `times` times, `workers` at once. @returns the times and how many were done in a second */
export async function allAtOnce(
  work: (turn: number) => Promise<unknown>,
  { times, workers }: { times: number; workers: number },
): Promise<Timing & { perSecond: number }> {
  const taken: number[] = [];
  const startedAt = performance.now();
  let turn = 0;
  await Promise.all(
    Array.from({ length: workers }, async () => {
      while (turn < times) {
        const began = performance.now();
        await work(turn++);
        taken.push(performance.now() - began);
      }
    }),
  );
  return { ...timingOf(taken), perSecond: (times * 1_000) / (performance.now() - startedAt) };
}

/** One piece of work that is done once. */
export async function once<T>(work: () => Promise<T>): Promise<Timing & { result: T }> {
  const startedAt = performance.now();
  const result = await work();
  const ms = performance.now() - startedAt;
  return { p50Ms: ms, p99Ms: ms, result };
}
