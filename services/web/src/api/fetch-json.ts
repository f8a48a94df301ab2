import type { ProblemBody } from '@outlay/contracts/problem.ts';
import { ApiProblem, unreachable } from './problem.ts';

export interface CallOptions {
  query?: Record<string, string | number | undefined>;
  /** Sent as JSON, a Blob as it is. */
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  timeoutMs?: number;
}
export interface Answer<T> {
  data: T;
  etag: string | null;
}

/**
 * One call of the API without any identity.
 * @throws {ApiProblem} for every answer that is not 2xx, and with status 0 where none came in time
 * @throws {DOMException} AbortError where the caller's own signal ended it
 */
export async function fetchJson<T>(method: string, path: string, options: CallOptions = {}): Promise<Answer<T>> {
  const { query = {}, body, headers = {}, signal, timeoutMs = 30_000 } = options;
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  const url = search.size > 0 ? `/api/v1${path}?${search}` : `/api/v1${path}`;
  const timeout = AbortSignal.timeout(timeoutMs);
  const init: RequestInit = {
    method,
    headers: { accept: 'application/json', ...headers },
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  };
  if (body instanceof Blob) init.body = body;
  else if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { ...init.headers, 'content-type': 'application/json' };
  }
  try {
    const response = await fetch(url, init);
    const data: unknown = response.status === 204 ? undefined : await readJson(response);
    if (!response.ok) throw new ApiProblem(problemOf(response, data));
    return { data: data as T, etag: response.headers.get('etag') };
  } catch (error) {
    if (error instanceof ApiProblem || signal?.aborted) throw error;
    throw unreachable(error);
  }
}

/** Undefined where the body is no JSON: a proxy's own error page, or an empty body. */
async function readJson(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    if (response.ok) throw new TypeError('answer is not JSON');
    return undefined;
  }
}

function problemOf(response: Response, data: unknown): ProblemBody {
  if (typeof data === 'object' && data !== null && 'title' in data) {
    return { ...(data as ProblemBody), status: response.status };
  }
  return { type: 'about:blank', title: 'Outlay cannot answer right now. Please try again.', status: response.status };
}
