import { pino } from 'pino';

const flushMs = 10;
const flushChars = 64 * 1_024;
/** What may wait for a reader that does not read; beyond it lines are dropped, the service goes on. */
const waitingBytesMax = 16 * 1_048_576;

/** Where log lines go: gathered for 10 ms, so that a thousand requests a second are not a thousand writes. */
export interface LogWriter {
  /** @param line with its line feed */
  write(line: string): void;
  /** Writes what is gathered before it returns. */
  flushSync(): void;
}

/** @param fd a file descriptor: 1 is standard output */
export function createLogWriter(fd: number): LogWriter {
  const destination = pino.destination({ fd, sync: false, maxLength: waitingBytesMax });
  let gathered = '';
  let timer: NodeJS.Timeout | undefined;

  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (gathered) destination.write(gathered);
    gathered = '';
  };
  return {
    write(line) {
      gathered += line;
      if (gathered.length > flushChars) flush();
      else timer ??= setTimeout(flush, flushMs);
    },
    flushSync() {
      flush();
      // sonic-boom refuses while it is not yet ready to write; then it has nothing either.
      try {
        destination.flushSync();
      } catch {}
    },
  };
}
