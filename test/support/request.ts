import type { TestIdentity } from './test-identity.ts';

/** Whatever JSON holds: a test says by its assertions what it expects. */
type Json = ReturnType<JSON['parse']>;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed where the answer is JSON; undefined otherwise. */
  readonly body: Json;
  readonly text: string;
}

/** A plain object goes as JSON; text, bytes, streams and forms as they are (name their content-type in the headers). */
type RequestBody = object | string | undefined;

export interface Api {
  readonly baseUrl: string;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  post(path: string, body?: RequestBody, headers?: Record<string, string>): Promise<Answer>;
  put(path: string, body?: RequestBody, headers?: Record<string, string>): Promise<Answer>;
  patch(path: string, body?: RequestBody, headers?: Record<string, string>): Promise<Answer>;
  delete(path: string, headers?: Record<string, string>): Promise<Answer>;
  send(method: string, path: string, body?: RequestBody, headers?: Record<string, string>): Promise<Answer>;
  /** The same with these headers on every request; an empty value takes one away. */
  with(headers: Record<string, string>): Api;
}

/** Sends requests to a service and reads the whole answer. */
export function request(baseUrl: string, common: Record<string, string> = {}): Api {
  const send: Api['send'] = async (method, path, body, own = {}) => {
    const headers = new Headers();
    const isJson = isPlain(body);
    if (isJson) headers.set('content-type', 'application/json');
    for (const [name, value] of Object.entries({ ...common, ...own }))
      value === '' ? headers.delete(name) : headers.set(name, value);
    const answer = await fetch(`${baseUrl}${path}`, {
      method,
      headers,
      redirect: 'manual',
      ...(body !== undefined && {
        body: isJson ? JSON.stringify(body) : (body as NonNullable<RequestInit['body']>),
        duplex: 'half',
      }),
    });
    const text = await answer.text();
    const isJsonAnswer = /^application\/([\w.-]+\+)?json\b/.test(answer.headers.get('content-type') ?? '');
    return { status: answer.status, headers: answer.headers, text, body: isJsonAnswer ? JSON.parse(text) : undefined };
  };
  return {
    baseUrl,
    send,
    get: (path, headers) => send('GET', path, undefined, headers),
    post: (path, body, headers) => send('POST', path, body, headers),
    put: (path, body, headers) => send('PUT', path, body, headers),
    patch: (path, body, headers) => send('PATCH', path, body, headers),
    delete: (path, headers) => send('DELETE', path, undefined, headers),
    with: (headers) => request(baseUrl, { ...common, ...headers }),
  };
}

export interface ServiceApi extends Api {
  /** The same in the name of a user. */
  as(userId: string): Api;
}

/** Requests to one service as another service sends them: with the caller's workload token. */
export function serviceApi(baseUrl: string, identity: TestIdentity, callee: string, caller = 'gateway'): ServiceApi {
  const api = request(baseUrl, { 'x-outlay-workload-token': identity.workloadToken(caller, callee) });
  return { ...api, as: (userId) => api.with({ authorization: `Bearer ${identity.userToken(userId)}` }) };
}

const isPlain = (body: RequestBody): body is object =>
  Array.isArray(body) || (typeof body === 'object' && Object.getPrototypeOf(body) === Object.prototype);
