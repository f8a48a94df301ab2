import { type Answer, type CallOptions, fetchJson } from './fetch-json.ts';
import { ApiProblem } from './problem.ts';
import { accessToken, renew } from './session.ts';

/** One call of the API as the signed-in user; a 401 renews the token and tries once more. */
export async function call<T>(method: string, path: string, options: CallOptions = {}): Promise<Answer<T>> {
  const send = (token: string) =>
    fetchJson<T>(method, path, { ...options, headers: { ...options.headers, authorization: `Bearer ${token}` } });
  try {
    return await send(await accessToken());
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.status !== 401) throw error;
    return send(await renew());
  }
}

export const get = async <T>(path: string, options?: CallOptions): Promise<T> =>
  (await call<T>('GET', path, options)).data;
