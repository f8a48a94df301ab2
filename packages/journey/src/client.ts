import { randomUUID } from 'node:crypto';
import type { Session } from '@outlay/contracts/auth.ts';

/** An answer that is not what the journey needs: says what was asked and what came. */
class UnexpectedAnswer extends Error {}

export interface Call {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  body?: unknown;
  /** Sent as it is, with its content type. */
  raw?: { type: string; bytes: Uint8Array | string };
  headers?: Record<string, string>;
  /** Default: any 2xx. */
  expect?: number;
}

const timeoutMs = 15_000;

/** A user of the public API, as curl would be: one base address, one token. */
export class Client {
  readonly #url: string;
  #token: string | undefined;

  constructor(url: string) {
    this.#url = url.replace(/\/$/, '');
  }

  /** Registers a user of its own, so that journeys never meet. */
  async register(): Promise<Session> {
    const session = await this.call<Session>('/api/v1/auth/register', {
      body: { email: `journey-${randomUUID()}@example.org`, password: randomUUID(), name: 'Journey', delivery: 'body' },
    });
    this.#token = session.accessToken;
    return session;
  }

  /** The answer, whatever its status. */
  async send(path: string, { method, body, raw, headers = {} }: Call = {}): Promise<Response> {
    return fetch(this.#url + path, {
      method: method ?? (body === undefined && raw === undefined ? 'GET' : 'POST'),
      headers: {
        ...(this.#token && { authorization: `Bearer ${this.#token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(raw && { 'content-type': raw.type }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(raw && { body: raw.bytes as string }),
      signal: AbortSignal.timeout(timeoutMs),
    });
  }

  /** @throws {UnexpectedAnswer} where the status is another than expected */
  async call<T>(path: string, call: Call = {}): Promise<T> {
    const answer = await this.send(path, call);
    const text = await answer.text();
    const right = call.expect === undefined ? answer.ok : answer.status === call.expect;
    if (!right)
      throw new UnexpectedAnswer(`${call.method ?? ''} ${path} answered ${answer.status}: ${text.slice(0, 500)}`);
    return (text ? JSON.parse(text) : undefined) as T;
  }
}
