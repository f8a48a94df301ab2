import type { TraceContext } from '../filters/trace-context.ts';

/** One request as it is told to those who run the gateway. No query, no address, no names: logs and traces are read by many. */
export interface CompletedRequest {
  readonly method: string;
  /** Pattern of the route; "none" where there is none. */
  readonly route: string;
  /** Goes to the log only: a path may hold anything. */
  readonly path: string;
  readonly scheme: string;
  /** 0 where the client left before there was one. */
  readonly status: number;
  /** As performance.now() has it. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  /** '' where no service was meant. */
  readonly cluster: string;
  /** Envoy's response flags: why it went wrong; "-" where it did not. */
  readonly flags: string;
  readonly requestId: string;
  readonly trace: TraceContext;
  /** The call to the service, where there was one. */
  readonly call: UpstreamCall | undefined;
}

export interface UpstreamCall {
  readonly host: string;
  readonly port: number;
  /** 0 where there was no answer. */
  readonly status: number;
  readonly startedAt: number;
  readonly endedAt: number;
}
