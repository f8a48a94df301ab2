import { randomBytes } from 'node:crypto';
import { addDays, today } from '@outlay/contracts/calendar.ts';
import { type DemoEntry, demoEntries } from './demo-entries.ts';
import { keepSecret } from './secrets.ts';
import { StartProblem } from './start-problem.ts';

export interface DemoUser {
  readonly email: string;
  readonly password: string;
  /** Entries written by this call. */
  readonly added: number;
}

const email = 'demo@outlay.local';
/** The rollups of a month are one document: more writers at once would only wait for each other. */
const writers = 4;

/**
 * Makes the demo user, through the public API as anybody would, and writes the entries since its last one up to today.
 * So a second call on the same day adds nothing.
 * @param url of the gateway
 * @param secrets folder that keeps the demo user's password
 * @throws {StartProblem} where the API refuses
 */
export async function ensureDemoUser(url: string, secrets: string): Promise<DemoUser> {
  const password = keepSecret(secrets, 'demo-password', () => `demo-${randomBytes(6).toString('hex')}`).value;
  const call = caller(url);
  await signIn(call, password);

  const newest = await call<{ items: { date: string }[] }>('GET', `${ledger}/expenses?limit=1&sort=-date`);
  const { timeZone } = await call<{ timeZone: string }>('GET', ledger);
  const from = newest.items[0] ? addDays(newest.items[0].date, 1) : '';
  const entries = demoEntries(today(timeZone)).filter(({ date }) => date >= from);
  const categories = await categoriesByName(call, entries);
  const queue = entries.values(); // shared by the writers, so that each entry is taken once
  await Promise.all(
    Array.from({ length: writers }, async () => {
      for (const { key, category, ...expense } of queue) {
        const body = { ...expense, category: category && categories.get(category) };
        await call('POST', `${ledger}/expenses`, body, { 'idempotency-key': key });
      }
    }),
  );
  return { email, password, added: entries.length };
}

const ledger = '/api/v1/ledgers/default';

type Call = <T>(method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<T>;
type Caller = Call & { token?: string };

function caller(url: string): Caller {
  const call: Caller = async (method, path, body, headers) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(call.token && { authorization: `Bearer ${call.token}` }),
        ...headers,
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(15_000),
    });
    const text = await response.text();
    if (!response.ok)
      throw new Refused(
        `The demo could not be made: ${method} ${path} answered ${response.status}: ${text}`,
        response.status,
      );
    return JSON.parse(text);
  };
  return call;
}

class Refused extends StartProblem {
  readonly status: number;
  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

async function signIn(call: Caller, password: string): Promise<void> {
  const login = { email, password, delivery: 'body' };
  const session = await call<{ accessToken: string }>('POST', '/api/v1/auth/login', login).catch((error: unknown) => {
    if (!(error instanceof Refused && error.status === 401)) throw error;
    return call<{ accessToken: string }>('POST', '/api/v1/auth/register', { ...login, name: 'Demo' });
  });
  call.token = session.accessToken;
}

/** Ids by name; what a new ledger lacks is made. */
async function categoriesByName(call: Call, entries: readonly DemoEntry[]): Promise<Map<string, string>> {
  const { items } = await call<{ items: { id: string; name: string }[] }>('GET', `${ledger}/categories`);
  const ids = new Map(items.map(({ name, id }) => [name, id]));
  for (const name of new Set(entries.map(({ category }) => category))) {
    if (name === null || ids.has(name)) continue;
    const { id } = await call<{ id: string }>('POST', `${ledger}/categories`, { name });
    ids.set(name, id);
  }
  return ids;
}
