import type { Log } from '@outlay/service-kit/log.ts';
import type { TraceContext } from '../filters/trace-context.ts';

/** One sampled request: becomes a span of our own work, and one of the call to the service if there was one. */
export interface RequestSpans {
  readonly trace: TraceContext;
  readonly method: string;
  /** Pattern of the route: never the path, which may hold anything. */
  readonly route: string;
  readonly scheme: string;
  readonly status: number;
  readonly flags: string;
  /** Unix milliseconds, with fractions. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly call: UpstreamSpan | undefined;
}

export interface UpstreamSpan {
  readonly cluster: string;
  readonly host: string;
  readonly port: number;
  /** 0 where there was no answer. */
  readonly status: number;
  readonly startedAt: number;
  readonly endedAt: number;
}

const queueMax = 2_048;
const batchMax = 512;
const flushMs = 1_000;
const exportTimeoutMs = 5_000;

/** Sends spans in batches as OTLP/HTTP JSON. What does not fit into the queue is dropped and counted: traces are a sample. */
export class SpanExporter {
  readonly #url: string;
  readonly #resource: object;
  readonly #log: Log;
  #queue: RequestSpans[] = [];
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> = Promise.resolve();
  #isSending = false;
  /** Counted for the metrics, in requests. */
  readonly counts = { exported: 0, dropped: 0 };

  /** @param endpoint base URL, as OTEL_EXPORTER_OTLP_ENDPOINT has it */
  constructor(endpoint: string, serviceName: string, log: Log) {
    this.#url = `${endpoint.replace(/\/+$/, '')}/v1/traces`;
    this.#resource = { attributes: [text('service.name', serviceName)] };
    this.#log = log;
  }

  record(spans: RequestSpans): void {
    if (this.#queue.length >= queueMax) {
      this.counts.dropped++;
      return;
    }
    this.#queue.push(spans);
    if (this.#queue.length >= batchMax) this.#sendSoon();
    else this.#timer ??= setTimeout(() => this.#sendSoon(), flushMs).unref();
  }

  /** Sends what is left; resolves when it is sent or lost. */
  async close(): Promise<void> {
    while (this.#isSending || this.#queue.length > 0) {
      this.#sendSoon();
      await this.#sending;
    }
  }

  #sendSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#isSending || this.#queue.length === 0) return;
    this.#isSending = true;
    this.#sending = this.#send(this.#queue.splice(0, batchMax)).finally(() => {
      this.#isSending = false;
      if (this.#queue.length >= batchMax) this.#sendSoon();
      else if (this.#queue.length > 0) this.#timer ??= setTimeout(() => this.#sendSoon(), flushMs).unref();
    });
  }

  async #send(batch: RequestSpans[]): Promise<void> {
    const body = JSON.stringify({
      resourceSpans: [
        { resource: this.#resource, scopeSpans: [{ scope: { name: 'outlay.gateway' }, spans: batch.flatMap(toOtlp) }] },
      ],
    });
    try {
      const answer = await fetch(this.#url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        signal: AbortSignal.timeout(exportTimeoutMs),
      });
      await answer.arrayBuffer();
      if (!answer.ok) throw new Error(`the collector answered ${answer.status}`);
      this.counts.exported += batch.length;
    } catch (error) {
      this.counts.dropped += batch.length;
      this.#log.debug({ reason: (error as Error).message }, 'spans not exported');
    }
  }
}

// The enumerations of OTLP: SPAN_KIND_SERVER, SPAN_KIND_CLIENT, STATUS_CODE_ERROR.
const server = 2;
const client = 3;
const failed = { code: 2 };

const text = (key: string, value: string) => ({ key, value: { stringValue: value } });
const number = (key: string, value: number) => ({ key, value: { intValue: value } });
/** Nanoseconds as the decimal string that OTLP's JSON wants; microseconds is what we know. */
const nanoseconds = (ms: number): string => `${Math.round(ms * 1_000)}000`;

/** By OpenTelemetry's conventions for HTTP spans, without what tells of a person: path, query, address. */
function toOtlp({ trace, method, route, scheme, status, flags, startedAt, endedAt, call }: RequestSpans): object[] {
  const spans: object[] = [
    {
      traceId: trace.traceId,
      spanId: trace.spanId,
      ...(trace.parentId !== undefined && { parentSpanId: trace.parentId }),
      name: `${method} ${route}`,
      kind: server,
      startTimeUnixNano: nanoseconds(startedAt),
      endTimeUnixNano: nanoseconds(endedAt),
      attributes: [
        text('http.request.method', method),
        text('http.route', route),
        text('url.scheme', scheme),
        ...(status ? [number('http.response.status_code', status)] : []),
        ...(flags === '-' ? [] : [text('outlay.response_flags', flags)]),
      ],
      ...((status >= 500 || status === 0) && { status: failed }),
    },
  ];
  if (call)
    spans.push({
      traceId: trace.traceId,
      spanId: trace.upstreamSpanId,
      parentSpanId: trace.spanId,
      name: method,
      kind: client,
      startTimeUnixNano: nanoseconds(call.startedAt),
      endTimeUnixNano: nanoseconds(call.endedAt),
      attributes: [
        text('http.request.method', method),
        text('outlay.cluster', call.cluster),
        text('server.address', call.host),
        number('server.port', call.port),
        ...(call.status ? [number('http.response.status_code', call.status)] : []),
      ],
      ...((call.status >= 400 || call.status === 0) && { status: failed }),
    });
  return spans;
}
