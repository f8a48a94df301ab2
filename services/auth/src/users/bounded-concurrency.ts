/** Runs work a few pieces at a time, the rest waits in line. */
export type Limiter = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * @param atOnce pieces of work that run at the same time
 * @param waitingMax length of the line; who comes to a full one is turned away
 * @param turnAway makes the error for those
 */
export function boundedConcurrency(atOnce: number, waitingMax: number, turnAway: () => Error): Limiter {
  let running = 0;
  const line: (() => void)[] = [];
  return async (work) => {
    if (running < atOnce) running++;
    else if (line.length >= waitingMax) throw turnAway();
    else await new Promise<void>((resolve) => line.push(resolve)); // whoever ends hands its place over
    try {
      return await work();
    } finally {
      const next = line.shift();
      if (next) next();
      else running--;
    }
  };
}
