import { ProblemBody } from '@outlay/contracts/problem.ts';
import { Problem, type ProblemClass, Unavailable } from '@outlay/service-kit/problem.ts';
import type { AppContext, AuthenticatedUser } from '@outlay/service-kit/route.ts';
import { isTraced } from '@outlay/service-kit/trace.ts';
import { request } from 'undici';
import type { z } from 'zod';
import { jsonLines } from './json-lines.ts';
import type { WorkloadCredentials } from './workload-credentials.ts';
import { workloadTokenHeader } from './workload-token.ts';

export interface ServiceClientOptions {
  /** Name of the service that is called: the audience of our token. */
  callee: string;
  baseUrl: string;
  credentials: WorkloadCredentials;
  /** For one try, the body included. */
  timeoutMs?: number;
}

export interface ServiceCall {
  path: string;
  query?: Readonly<Record<string, string>>;
  /** For whom; absent for calls in nobody's name, as for the public keys. */
  user?: AuthenticatedUser;
  /** The request that this call belongs to, so that the trace goes on. */
  ctx?: AppContext;
  /** Media types that can be read; without it, JSON is taken for granted. */
  accept?: string;
  signal?: AbortSignal;
}

/** An answer whose body is still to come, and is to be read. */
export interface ServiceAnswer {
  /** Media type, without parameters. */
  readonly type: string;
  json(): Promise<unknown>;
  /** Its lines of JSON, as they come. */
  lines(lineBytesMax: number): AsyncIterable<unknown>;
}

export interface ServiceClient {
  /** GETs a JSON answer. Rejects with the callee's own 4xx problem, or with {@link Unavailable} in every other case. */
  get<T extends z.ZodType>(schema: T, call: ServiceCall): Promise<z.output<T>>;
  /** GETs an answer and reads it as it comes. Rejects likewise, and with {@link Unavailable} where `read` rejects. */
  read<T>(read: (answer: ServiceAnswer) => Promise<T>, call: ServiceCall): Promise<T>;
}

/** A refusal of the callee, passed on as it stands: its `detail` was written for the client. */
class PassedOn extends Problem {
  readonly #body: ProblemBody;
  constructor(body: ProblemBody) {
    super(body.detail ?? body.title);
    this.#body = body;
  }
  override get status(): number {
    return this.#body.status;
  }
  override toBody(traceId: string | undefined): ProblemBody {
    return { ...this.#body, ...(traceId && { traceId }) };
  }
}

/** Calls another service with our workload token, the user's token and the trace. */
export function createServiceClient({
  callee,
  baseUrl,
  credentials,
  timeoutMs = 5_000,
}: ServiceClientOptions): ServiceClient {
  async function read<T>(
    readAnswer: (answer: ServiceAnswer) => Promise<T>,
    { path, query, user, ctx, accept, signal }: ServiceCall,
  ): Promise<T> {
    const headers: Record<string, string> = { [workloadTokenHeader]: await credentials.tokenFor(callee) };
    if (user) headers.authorization = `Bearer ${user.token}`;
    if (accept) headers.accept = accept;
    // With tracing on, the instrumentation writes its own traceparent; without, ours keeps the logs together.
    const traceparent = ctx?.get('traceparent');
    if (traceparent && !isTraced()) headers.traceparent = traceparent;
    const url = `${baseUrl}${path}${query ? `?${new URLSearchParams(query)}` : ''}`;
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      // Cheaper than fetch, which makes web streams of each answer; a redirect is not followed.
      const {
        statusCode,
        headers: fields,
        body,
      } = await request(url, {
        headers,
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      if (statusCode >= 200 && statusCode < 300)
        return await readAnswer({
          type: String(fields['content-type'] ?? '').split(';')[0]!,
          json: () => body.json(),
          lines: (lineBytesMax) => jsonLines(body, lineBytesMax),
        });
      const problem = ProblemBody.parse(await body.json());
      if (isPassedOn(problem)) throw new PassedOn(problem);
      throw new Error(`${callee} answered ${problem.status} ${problem.type}`);
    } catch (cause) {
      if (cause instanceof PassedOn) throw cause;
      throw new Unavailable(`${callee} gives no answer at the moment.`, { cause });
    }
  }
  return { read, get: (schema, call) => read(async (answer) => schema.parse(await answer.json()), call) };
}

/** A 401 or 403 between services is our own misconfiguration, not the client's doing. */
const isPassedOn = ({ status }: Pick<ProblemClass, 'status'>): boolean =>
  status >= 400 && status < 500 && status !== 401 && status !== 403;
