import { once } from 'node:events';
import { pino } from 'pino';

const flushMs = 10;
/** Lines are copied out of the way of the garbage collector, which else would move them about until they are written. */
const gatherBytes = 64 * 1_024;
/** What may wait for a reader that does not read; beyond it lines are dropped, the service goes on. */
const waitingBytesMax = 16 * 1_048_576;
const flushTimeoutMs = 5_000;

/** Where log lines go: gathered for 10 ms, so that a thousand requests a second are not a thousand writes. */
export interface LogWriter {
  /** @param line with its line feed @param encoding latin1 where all of it is ASCII, which takes half the time */
  write(line: string, encoding?: 'utf8' | 'latin1'): void;
  /** Resolves once all that was written has left, in its order; not by force, which would overtake what is under way. */
  flush(): Promise<void>;
}

/** @param fd a file descriptor: 1 is standard output @param timeoutMs how long who flushes waits for a reader that does not read */
export function createLogWriter(fd: number, timeoutMs = flushTimeoutMs): LogWriter {
  const destination = pino.destination({ fd, sync: false, contentMode: 'buffer', maxLength: waitingBytesMax });
  const gathered = Buffer.allocUnsafe(gatherBytes);
  let bytes = 0;
  let timer: NodeJS.Timeout | undefined;

  let isUnderWay = false;
  destination.on('drain', () => {
    isUnderWay = false;
  });

  const send = (lines: Buffer) => {
    isUnderWay = true;
    destination.write(lines as unknown as string); // its types know of text only
  };
  const sendGathered = () => {
    clearTimeout(timer);
    timer = undefined;
    if (bytes > 0) send(Buffer.from(gathered.subarray(0, bytes)));
    bytes = 0;
  };
  return {
    write(line, encoding = 'utf8') {
      // UTF-8 has three bytes at most for a unit of a string.
      if (bytes + line.length * 3 > gatherBytes) sendGathered();
      if (line.length * 3 > gatherBytes) send(Buffer.from(line));
      else {
        bytes += gathered.write(line, bytes, encoding);
        timer ??= setTimeout(sendGathered, flushMs);
      }
    },
    async flush() {
      sendGathered();
      if (!isUnderWay) return;
      const signal = AbortSignal.timeout(timeoutMs);
      await once(destination, 'drain', { signal }).catch(() => undefined);
    },
  };
}
