import { context, ProxyTracerProvider, propagation, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';

const traceparent = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Trace id of the running request: by its span, or where tracing is off by the gateway's W3C traceparent header. */
export const traceIdOf = (header: string | undefined): string | undefined =>
  trace.getActiveSpan()?.spanContext().traceId ?? traceparent.exec(header ?? '')?.[1];

/** Names the span of the running request after its route. */
export function traceRoute(method: string, route: string): void {
  trace.getActiveSpan()?.updateName(`${method} ${route}`).setAttribute('http.route', route);
}

/**
 * Adds attributes to the span of the running request; does nothing where tracing is off.
 * Identifiers only: names, addresses, amounts and notes are personal and stay out of traces.
 */
export function annotate(attributes: Readonly<Record<`outlay.${string}`, string | number>>): void {
  trace.getActiveSpan()?.setAttributes(attributes);
}

/** The running request as a W3C traceparent, for work that goes on behind it; null where tracing is off. */
export function currentTraceparent(): string | null {
  const carrier: { traceparent?: string } = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent ?? null;
}

/**
 * Runs background work as one span of the trace that asked for it. Its database commands have no spans of their own: a large
 * import has thousands.
 */
export async function inSpan<T>(
  name: string,
  { parent, attributes }: { parent: string | null; attributes: Readonly<Record<`outlay.${string}`, string | number>> },
  work: () => Promise<T>,
): Promise<T> {
  if (!isTracingOn()) return work();
  const { suppressTracing } = await import('@opentelemetry/core');
  const asked = propagation.extract(ROOT_CONTEXT, { traceparent: parent ?? undefined });
  const span = trace.getTracer('outlay').startSpan(name, { attributes }, asked);
  return context.with(suppressTracing(trace.setSpan(asked, span)), async () => {
    try {
      return await work();
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** The API knows no end of a provider; the SDK's has one, and where tracing is off there is none. */
const provider = () => {
  const known = trace.getTracerProvider();
  return (known instanceof ProxyTracerProvider ? known.getDelegate() : known) as { shutdown?: () => Promise<void> };
};
const isTracingOn = () => provider().shutdown !== undefined;

/** The active span's traceparent, if tracing is on: then the client instrumentation sends it by itself. */
export const isTraced = (): boolean => trace.getActiveSpan() !== undefined;

/** An orchestrator waits for us, the collector may be away. */
const flushMs = 2_000;

/** Sends the spans that still wait to leave, at the end of the process. In bounded time, and without a word where it fails. */
export async function endTracing(): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, flushMs);
  });
  await Promise.race([
    provider()
      .shutdown?.()
      .catch(() => undefined),
    patience,
  ]);
  clearTimeout(timer);
}
