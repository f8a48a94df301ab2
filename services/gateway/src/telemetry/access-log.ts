import type { Log } from '@outlay/service-kit/log.ts';
import type { LogWriter } from './log-writer.ts';

/** One request as the log tells it. No query, no address, no names: a log is read by many. */
export interface AccessRecord {
  readonly method: string;
  /** Pattern of the route; "none" where there is none. */
  readonly route: string;
  readonly path: string;
  /** 0 where the client left before there was one. */
  readonly status: number;
  readonly durationMs: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  /** '' where no service was asked. */
  readonly cluster: string;
  /** Envoy's response flags: why it went wrong; "-" where it did not. */
  readonly flags: string;
  readonly traceId: string;
  readonly requestId: string;
}

const pathLengthMax = 1_000;

/** Writes a line for each request: as JSON by hand, which is three times as fast as by pino; on a terminal by pino. */
export class AccessLog {
  readonly #log: Log;
  readonly #writer: LogWriter | undefined;
  readonly #isOn: boolean;

  /** @param writer for lines of JSON; without one the log's own format is kept */
  constructor(log: Log, writer: LogWriter | undefined) {
    this.#log = log;
    this.#writer = writer;
    this.#isOn = log.isLevelEnabled('info');
  }

  write(record: AccessRecord): void {
    if (!this.#isOn) return;
    if (this.#writer) this.#writer.write(lineOf(record));
    else this.#log.info({ ...record, durationMs: roundedMs(record.durationMs) }, 'request');
  }
}

const roundedMs = (ms: number): number => Math.round(ms * 100) / 100;

/** The line that pino would write. Only the method and the path are a client's words, and may need escapes. */
const lineOf = (record: AccessRecord): string =>
  `{"level":"info","time":"${new Date().toISOString()}","service":"gateway","method":${JSON.stringify(record.method)}` +
  `,"route":"${record.route}","path":${JSON.stringify(record.path.slice(0, pathLengthMax))},"status":${record.status}` +
  `,"durationMs":${roundedMs(record.durationMs)},"requestBytes":${record.requestBytes}` +
  `,"responseBytes":${record.responseBytes},"cluster":"${record.cluster}","flags":"${record.flags}"` +
  `,"traceId":"${record.traceId}","requestId":"${record.requestId}","msg":"request"}\n`;
