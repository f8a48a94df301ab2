import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { type ReceivedSpan, readJsonSpans, readProtobufSpans } from './otlp-trace.ts';

/** What a collector is to the services: OTLP over HTTP, protobuf or JSON, at `/v1/traces`; it keeps what it is sent. */
export interface OtlpReceiver {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string;
  /** Every span so far, in order of arrival. */
  readonly spans: readonly ReceivedSpan[];
  /**
   * The spans of a trace as soon as they are enough for the test. Services export in batches, each on its own.
   * Rejects after the time with what did arrive.
   */
  waitForTrace(
    traceId: string,
    isEnough: (spans: readonly ReceivedSpan[]) => boolean,
    timeoutMs?: number,
  ): Promise<ReceivedSpan[]>;
  stop(): Promise<void>;
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const waiting = new Set<() => void>();

  const server = createServer(async (request, response) => {
    const type = request.headers['content-type']?.split(';')[0] ?? '';
    const read = { 'application/x-protobuf': readProtobufSpans, 'application/json': readJsonSpans }[type];
    if (request.method !== 'POST' || request.url !== '/v1/traces') return response.writeHead(404).end();
    if (!read) return response.writeHead(415).end();
    try {
      const body = await buffer(request);
      spans.push(...read(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body));
    } catch {
      return response.writeHead(400).end();
    }
    // An empty ExportTraceServiceResponse: everything was taken.
    response.writeHead(200, { 'content-type': type }).end(type === 'application/json' ? '{}' : undefined);
    for (const look of waiting) look();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    waitForTrace: (traceId, isEnough, timeoutMs = 8_000) =>
      new Promise((resolve, reject) => {
        const ofTrace = () => spans.filter((span) => span.traceId === traceId);
        const look = () => {
          if (isEnough(ofTrace())) done(() => resolve(ofTrace()));
        };
        const timer = setTimeout(
          () =>
            done(() => reject(new Error(`Not enough of trace ${traceId}:\n${drawTrace(ofTrace()) || '(nothing)'}`))),
          timeoutMs,
        );
        const done = (settle: () => void) => {
          clearTimeout(timer);
          waiting.delete(look);
          settle();
        };
        waiting.add(look);
        look();
      }),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A trace as an indented tree of `service: kind name`, for messages and for tests that compare whole trees. */
export function drawTrace(spans: readonly ReceivedSpan[]): string {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const draw = (parent: string | undefined, depth: number): string[] =>
    spans
      .filter(({ parentSpanId }) =>
        parent === undefined ? !parentSpanId || !ids.has(parentSpanId) : parentSpanId === parent,
      )
      .flatMap(({ spanId, service, kind, name }) => [
        `${'  '.repeat(depth)}${service}: ${kind} ${name}`,
        ...draw(spanId, depth + 1),
      ]);
  return draw(undefined, 0).join('\n');
}
