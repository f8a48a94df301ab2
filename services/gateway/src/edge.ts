import type { Log } from '@outlay/service-kit/log.ts';
import type { Counter } from 'prom-client';
import type { TracePolicy } from './filters/trace-context.ts';
import type { OverloadManager } from './overload/overload-manager.ts';
import type { Deadlines } from './proxy/deadlines.ts';
import type { AccessLog } from './telemetry/access-log.ts';
import type { RetryCounter } from './telemetry/gateway-metrics.ts';
import type { RequestTimes } from './telemetry/request-times.ts';
import type { SpanExporter } from './telemetry/span-exporter.ts';

/** What all requests of the gateway share, whichever listener they come by. */
export interface Edge {
  readonly log: Log;
  readonly accessLog: AccessLog;
  /** Undefined where traces are not exported. */
  readonly spans: SpanExporter | undefined;
  tracePolicy: TracePolicy;
  readonly certificateReloads: Counter<'listener' | 'result'>;
  /** How often files are looked at for changes. */
  readonly filePollMs: number;
  readonly overload: OverloadManager;
  readonly requestTimes: RequestTimes;
  readonly upstreamFailures: Counter<'cluster' | 'flag'>;
  readonly retries: RetryCounter;
  /** The requests under way. */
  readonly deadlines: Deadlines;
  /** From the first word of the end on: answers ask clients to come back by another connection. */
  isDraining: boolean;
}
