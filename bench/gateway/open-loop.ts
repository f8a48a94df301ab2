import type { Measured } from './closed-loop.ts';
import { Connection, requestsOf } from './connection.ts';
import type { Load } from './loads.ts';

const tickMs = 1;

/**
 * Requests begin at a fixed rate, whatever becomes of those before: a proxy that stalls has all that would have come
 * meanwhile to answer for, where a closed loop would politely wait. Each answer is looked at. Times run from the moment when
 * a request is due by our own clock, so they hold what it waits for a free connection, and not how late our timer is.
 */
export function openLoop(load: Load & { perSecond: number }, port: number, seconds: number): Promise<Measured> {
  const requests = requestsOf(load);
  const total = Math.round(load.perSecond * seconds);
  const times: number[] = [];
  const waiting: number[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let begun = 0;

  const send = (connection: Connection, dueAt: number) => {
    connection.askedAt = dueAt;
    connection.ask(requests[begun++ % requests.length] as Buffer);
  };
  const onAnswer = (_: unknown, connection: Connection) => {
    times.push(performance.now() - connection.askedAt);
    const next = waiting.shift();
    if (next === undefined) idle.push(connection);
    else send(connection, next);
    if (times.length === total) resolve();
  };
  const all = Array.from({ length: load.connections }, () => new Connection(load, port, onAnswer, reject));
  const idle = [...all];

  const startedAt = performance.now();
  let due = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    for (const until = Math.min(total, ((now - startedAt) / 1_000) * load.perSecond); due < until; due++) {
      const connection = idle.pop();
      if (connection) send(connection, now);
      else waiting.push(now);
    }
    if (now - startedAt > (seconds + 10) * 1_000)
      reject(new Error(`${load.name}: ${times.length} of ${total} answers`));
  }, tickMs);

  return promise
    .then(() => {
      times.sort((a, b) => a - b);
      const at = (share: number) => times[Math.ceil(times.length * share) - 1] as number;
      const taken = (performance.now() - startedAt) / 1_000;
      return { requests: total, seconds: taken, p50Ms: at(0.5), p99Ms: at(0.99), p999Ms: at(0.999) };
    })
    .finally(() => {
      clearInterval(timer);
      for (const connection of all) connection.close();
    });
}
