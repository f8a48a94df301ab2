import { randomHex } from './random-hex.ts';

/** Where a request stands in its trace (W3C Trace Context). */
export interface TraceContext {
  readonly traceId: string;
  /** The client's span, where it sent one. */
  readonly parentId: string | undefined;
  /** Of the gateway's own work. */
  readonly spanId: string;
  /** Of the call to the service: its parent in the service's eyes. */
  readonly upstreamSpanId: string;
  readonly isSampled: boolean;
}

const traceparent = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
const noTrace = '0'.repeat(32);
const noSpan = '0'.repeat(16);

/** How traces begin. */
export interface TracePolicy {
  /** Without an exporter nothing is sampled. */
  readonly isRecording: boolean;
  /** 0–100, of the traces that begin here. */
  readonly samplingPercent: number;
  readonly joinsClients: boolean;
}

/** Joins the client's trace where there is a valid one, or starts one. A joined trace is sampled if its starter said so. */
export function traceContextOf(header: string | undefined, policy: TracePolicy): TraceContext {
  const client = header !== undefined && policy.joinsClients ? traceparent.exec(header) : null;
  const spanId = randomHex(16);
  if (client && client[1] !== noTrace && client[2] !== noSpan) {
    const isSampled = policy.isRecording && (Number.parseInt(client[3] as string, 16) & 1) === 1;
    return contextOf(client[1] as string, client[2], spanId, isSampled);
  }
  const isSampled = policy.isRecording && Math.random() * 100 < policy.samplingPercent;
  return contextOf(randomHex(32), undefined, spanId, isSampled);
}

const contextOf = (
  traceId: string,
  parentId: string | undefined,
  spanId: string,
  isSampled: boolean,
): TraceContext => ({
  traceId,
  parentId,
  spanId,
  // A span that is not recorded would be a hole in the trace: the service then hangs on to ours.
  upstreamSpanId: isSampled ? randomHex(16) : spanId,
  isSampled,
});

/** The header for the service. */
export const traceparentOf = ({ traceId, upstreamSpanId, isSampled }: TraceContext): string =>
  `00-${traceId}-${upstreamSpanId}-${isSampled ? '01' : '00'}`;
