import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { isBeingWorkedOn } from '@outlay/contracts/import-status.ts';
import { Unavailable } from '@outlay/service-kit/problem.ts';
import type { ImportRecord } from './import-documents.ts';
import { presentSummary } from './present-import.ts';
import type { ImportWatch } from './watch-imports.ts';

/** Below the gateway's idle time of 60 s, and short enough to keep what stands between awake. */
const heartbeatMs = 15_000;
/** A client comes again by itself: so no stream outlives a token by much, or holds a pod for long. */
const streamMs = 5 * 60_000;
/** A look into the database twice a second for each. */
const streamsMax = 500;
/** Of one person: more windows than anybody looks at, and few enough to leave room for others. */
const streamsOfOneMax = 20;

export interface EventStreams {
  /**
   * An import as server-sent events: `progress` after each change, `settled` when no work is under way any more, with which
   * the stream ends. Each holds the whole state under its revision, so that a client that comes again missed nothing.
   * @param user who follows
   * @param lastEventId what the client has seen, by its header Last-Event-ID
   * @returns undefined where it has seen the end
   * @throws {Unavailable} where too many follow imports already, or this user does with too many clients
   */
  open(record: ImportRecord, user: string, lastEventId: string): Readable | undefined;
}

export function createEventStreams(watch: ImportWatch): EventStreams {
  let streams = 0;
  const streamsOf = new Map<string, number>();
  const count = (user: string, change: 1 | -1) => {
    streams += change;
    const own = (streamsOf.get(user) ?? 0) + change;
    if (own > 0) streamsOf.set(user, own);
    else streamsOf.delete(user);
  };
  return {
    open(record, user, lastEventId) {
      if (!isBeingWorkedOn(record.status) && lastEventId === String(record.revision)) return undefined;
      if (streams >= streamsMax || (streamsOf.get(user) ?? 0) >= streamsOfOneMax)
        throw new Unavailable('Too many follow imports.', { retryAfterSeconds: 5 });
      count(user, 1);
      const gone = new AbortController();
      const end = AbortSignal.any([gone.signal, AbortSignal.timeout(streamMs)]);
      const source = events(watch.follow(record.ledger, record.id, end), lastEventId, gone.signal);
      // Not Readable.from: that waits for the next event before it lets go of a client that has left.
      const stream = new Readable({
        read() {
          source.next().then(
            ({ done, value }) => stream.push(done ? null : value),
            (error: Error) => stream.destroy(error),
          );
        },
        destroy(error, done) {
          count(user, -1);
          gone.abort();
          done(error);
        },
      });
      // A client that leaves ends the stream by an error: without a listener it would end the process.
      stream.on('error', () => undefined);
      return stream;
    },
  };
}

async function* events(records: AsyncGenerator<ImportRecord>, lastEventId: string, gone: AbortSignal) {
  // At once, so that the head is not kept back for the first event.
  yield 'retry: 1000\n\n';
  try {
    for (let next = records.next(); ; ) {
      const turn = new AbortController();
      const beat = pause(heartbeatMs, undefined, { signal: AbortSignal.any([gone, turn.signal]) }).catch(
        () => undefined,
      );
      const came = await Promise.race([next, beat]);
      turn.abort();
      if (gone.aborted || came?.done) return;
      if (came) next = records.next();
      if (!came) yield ': still here\n\n';
      else if (String(came.value.revision) !== lastEventId) yield toEvent(came.value);
    }
  } finally {
    await records.return(undefined);
  }
}

const toEvent = (record: ImportRecord): string =>
  `id: ${record.revision}\nevent: ${isBeingWorkedOn(record.status) ? 'progress' : 'settled'}\ndata: ${JSON.stringify(presentSummary(record))}\n\n`;
