/**
 * Lets equal questions share an answer, without ever giving one that is older than the question: who asks while an answer is
 * under way shares the next one, because the one under way may have been read before a write that the asker has just made.
 * So however many ask, few questions are on the way.
 * @param patienceMs the next one starts when the one under way ends, or after this time where that is slow
 * @returns a function that runs `work` for a key, or shares another asker's run of it
 */
export function createCoalescer<T>(patienceMs: number): (key: string, work: () => Promise<T>) => Promise<T> {
  /** The latest run by key, and the one that waits. As many as there are questions open, so it needs no bound of its own. */
  const runs = new Map<string, { current: Promise<unknown>; next?: Promise<T> }>();

  function start(key: string, work: () => Promise<T>): Promise<T> {
    const current = work();
    const run: { current: Promise<unknown>; next?: Promise<T> } = { current };
    runs.set(key, run);
    // Where one waits, its own start takes this place.
    const end = () => void (run.next ?? runs.delete(key));
    current.then(end, end);
    return current;
  }

  return (key, work) => {
    const run = runs.get(key);
    if (!run) return start(key, work);
    run.next ??= settled(run.current, patienceMs).then(() => start(key, work));
    return run.next;
  };
}

/** Resolves when the promise settles, at the latest after a time. */
const settled = (promise: Promise<unknown>, ms: number): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    promise.then(end, end);
  });
