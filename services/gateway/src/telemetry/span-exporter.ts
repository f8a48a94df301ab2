import http from 'node:http';
import https from 'node:https';
import type { Log } from '@outlay/service-kit/log.ts';
import type { CompletedRequest } from './completed-request.ts';

const queueMax = 2_048;
const batchMax = 512;
/** So many are sent at once: rendering as many as a busy second brings would hold requests up for 5 ms and more. */
const batchDue = 32;
const flushMs = 1_000;
const exportTimeoutMs = 5_000;

/** Sends spans in batches as OTLP/HTTP JSON. What does not fit into the queue is dropped and counted: traces are a sample. */
export class SpanExporter {
  readonly #url: URL;
  readonly #resource: object;
  readonly #log: Log;
  #queue: CompletedRequest[] = [];
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> = Promise.resolve();
  #isSending = false;
  /** Counted for the metrics, in requests. */
  readonly counts = { exported: 0, dropped: 0 };

  /** @param endpoint base URL, as OTEL_EXPORTER_OTLP_ENDPOINT has it */
  constructor(endpoint: string, serviceName: string, log: Log) {
    this.#url = new URL(`${endpoint.replace(/\/+$/, '')}/v1/traces`);
    this.#resource = { attributes: [text('service.name', serviceName)] };
    this.#log = log;
  }

  record(request: CompletedRequest): void {
    if (this.#queue.length >= queueMax) {
      this.counts.dropped++;
      return;
    }
    this.#queue.push(request);
    if (this.#queue.length >= batchDue) this.#sendSoon();
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
      if (this.#queue.length >= batchDue) this.#sendSoon();
      else if (this.#queue.length > 0) this.#timer ??= setTimeout(() => this.#sendSoon(), flushMs).unref();
    });
  }

  async #send(batch: CompletedRequest[]): Promise<void> {
    const body = JSON.stringify({
      resourceSpans: [
        { resource: this.#resource, scopeSpans: [{ scope: { name: 'outlay.gateway' }, spans: batch.flatMap(toOtlp) }] },
      ],
    });
    try {
      const status = await post(this.#url, body);
      if (status < 200 || status > 299) throw new Error(`the collector answered ${status}`);
      this.counts.exported += batch.length;
    } catch (error) {
      this.counts.dropped += batch.length;
      this.#log.debug({ reason: (error as Error).message }, 'spans not exported');
    }
  }
}

/** Not by fetch, which takes as long again as making the spans. @returns the status of the answer, once it is whole */
function post(url: URL, body: string): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  const signal = AbortSignal.timeout(exportTimeoutMs);
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? https.request : http.request;
    const request = send(url, { method: 'POST', headers, signal }, (answer) => {
      answer.on('error', reject);
      answer.on('end', () => resolve(answer.statusCode ?? 0)).resume();
    });
    request.on('error', reject).end(body);
  });
}

// The enumerations of OTLP: SPAN_KIND_SERVER, SPAN_KIND_CLIENT, STATUS_CODE_ERROR.
const server = 2;
const client = 3;
const failed = { code: 2 };

const text = (key: string, value: string) => ({ key, value: { stringValue: value } });
const number = (key: string, value: number) => ({ key, value: { intValue: value } });
/** From performance.now(): Unix nanoseconds as the decimal string that OTLP's JSON wants; microseconds is what we know. */
const nanoseconds = (ms: number): string => `${Math.round((performance.timeOrigin + ms) * 1_000)}000`;

/**
 * A span of our own work, and one of the call to the service if there was one. By OpenTelemetry's conventions for HTTP,
 * without what tells of a person: path, query, address.
 */
function toOtlp({
  trace,
  method,
  route,
  scheme,
  status,
  flags,
  startedAt,
  endedAt,
  cluster,
  call,
}: CompletedRequest): object[] {
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
        text('outlay.cluster', cluster),
        text('server.address', call.host),
        number('server.port', call.port),
        ...(call.status ? [number('http.response.status_code', call.status)] : []),
      ],
      ...((call.status >= 400 || call.status === 0) && { status: failed }),
    });
  return spans;
}
