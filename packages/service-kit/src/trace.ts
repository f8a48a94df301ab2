import { trace } from '@opentelemetry/api';

const traceparent = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Trace id of a W3C traceparent header; the gateway sends one with every request, traced or not. */
export const traceIdOf = (header: string | undefined): string | undefined => traceparent.exec(header ?? '')?.[1];

/**
 * Adds attributes to the span of the running request; does nothing where tracing is off.
 * Identifiers only: names, addresses, amounts and notes are personal and stay out of traces.
 */
export function annotate(attributes: Readonly<Record<`outlay.${string}`, string | number>>): void {
  trace.getActiveSpan()?.setAttributes(attributes);
}

/** The active span's traceparent, if tracing is on: then the client instrumentation sends it by itself. */
export const isTraced = (): boolean => trace.getActiveSpan() !== undefined;
