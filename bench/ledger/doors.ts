import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Pool } from 'undici';
import type { Outlay } from '../../scripts/start/outlay.ts';

export interface Call {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** An object goes as JSON; text as it is. */
  readonly body?: unknown;
  readonly type?: string;
  readonly headers?: Record<string, string>;
}

/** A way to the API: what answers with any other status than 2xx ends the bench. */
export interface Door {
  readonly name: 'service' | 'gateway';
  call<T = unknown>(path: string, call?: Call): Promise<T>;
}

export interface Doors {
  readonly gateway: Door;
  /** Straight to expense or analytics, as the gateway calls them. */
  readonly service: Door;
  /** Signs in again; access tokens last ten minutes. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

/** The same user at the gateway and at the services behind it, each by connections that are kept. */
export async function openDoors(outlay: Outlay, person: { email: string; password: string }): Promise<Doors> {
  const pools = new Map<string, Pool>();
  const poolOf = (url: string): Pool => {
    let pool = pools.get(url);
    if (!pool) {
      pool = new Pool(url, { connections: 8, headersTimeout: 300_000, bodyTimeout: 300_000 });
      pools.set(url, pool);
    }
    return pool;
  };
  let token = '';

  async function send<T>(url: string, path: string, call: Call = {}, own: Record<string, string> = {}): Promise<T> {
    const { body: content, type = 'application/json', method = content === undefined ? 'GET' : 'POST' } = call;
    const { statusCode, body } = await poolOf(url).request({
      path,
      method,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(content !== undefined && { 'content-type': type }),
        ...own,
        ...call.headers,
      },
      body: content === undefined ? null : typeof content === 'string' ? content : JSON.stringify(content),
    });
    const text = await body.text();
    if (statusCode >= 300) throw new Error(`${method} ${path} answered ${statusCode}: ${text.slice(0, 500)}`);
    return (text ? JSON.parse(text) : undefined) as T;
  }

  /** The runner renews them in place every few minutes. */
  const read = (callee: string) => readFileSync(join(outlay.issuer.tokenDir('gateway'), callee), 'utf8');
  const workloadTokens = { expense: '', analytics: '', readAt: 0 };
  const workloadToken = (callee: 'expense' | 'analytics') => {
    if (Date.now() - workloadTokens.readAt > 60_000)
      Object.assign(workloadTokens, {
        expense: read('expense'),
        analytics: read('analytics'),
        readAt: Date.now(),
      });
    return workloadTokens[callee];
  };
  const gatewayUrl = outlay.url.replace('localhost', '127.0.0.1');
  const refresh = async () => {
    const login = { ...person, delivery: 'body' };
    token = '';
    token = (await send<{ accessToken: string }>(gatewayUrl, '/api/v1/auth/login', { body: login })).accessToken;
  };
  await send(gatewayUrl, '/api/v1/auth/register', { body: { ...person, name: 'Bench', delivery: 'body' } }).catch(
    () => undefined, // known from a run before; `refresh` says where that is not so
  );
  await refresh();
  return {
    gateway: { name: 'gateway', call: (path, call) => send(gatewayUrl, path, call) },
    service: {
      name: 'service',
      call(path, call) {
        const callee = path.includes('/analytics/') ? 'analytics' : 'expense';
        const headers = { 'x-outlay-workload-token': workloadToken(callee) };
        return send(outlay.serviceUrls[callee], path, call, headers);
      },
    },
    refresh,
    close: async () => void (await Promise.all([...pools.values()].map((pool) => pool.close()))),
  };
}
