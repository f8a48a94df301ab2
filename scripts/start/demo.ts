import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { today } from '@outlay/contracts/calendar.ts';
import type { CsvMapping } from '@outlay/contracts/import.ts';
import { formatDecimal } from '@outlay/contracts/minor-units.ts';
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
 * Makes the demo user, through the public API as anybody would: what a bank knows comes as its file, the rest one by one.
 * A second call adds what has happened since, so nothing on the same day, and goes on with one that was cut off.
 * @param url of the gateway
 * @param home keeps the demo user's password and how far its entries reach
 * @throws {StartProblem} where the API refuses
 */
export async function ensureDemoUser(url: string, home: string): Promise<DemoUser> {
  const password = keepSecret(join(home, 'secrets'), 'demo-password', newPassword).value;
  const untilFile = join(home, 'demo-until');
  const call = caller(url);
  const isNew = await signIn(call, password);
  const until = isNew ? '' : await readFile(untilFile, 'utf8').catch(() => '');

  const { timeZone } = await call<{ timeZone: string }>('GET', ledger);
  const now = today(timeZone);
  const entries = demoEntries(now).filter(({ date }) => date > until);
  const [booked, typed] = [entries.filter(isBooked), entries.filter((entry) => !isBooked(entry))];
  if (booked.length) await importFile(call, booked);
  if (typed.length) await typeIn(call, typed);
  await writeFile(untilFile, now);
  return { email, password, added: entries.length };
}

const newPassword = () => `demo-${randomBytes(6).toString('hex')}`;

/** What a bank's file can say of an entry. */
const isBooked = ({ kind, tags }: DemoEntry) => (kind === 'expense' || kind === 'income') && tags.length === 0;

async function importFile(call: Caller, entries: readonly DemoEntry[]): Promise<void> {
  const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const rows = entries.map(({ key, date, amount, currency, kind, payee, note, category }) =>
    [
      date,
      formatDecimal(kind === 'income' ? amount : -amount, currency),
      currency,
      ...[payee, note, category ?? '', key].map(quote),
    ].join(','),
  );
  const file = ['Date,Amount,Currency,Payee,Note,Category,Reference', ...rows].join('\n');
  // Two coffees of one morning are two coffees: the reference tells them apart, and a file that was read before.
  const { id } = await call<{ id: string }>('POST', `${ledger}/imports?${fileQuery}`, file);
  await call('POST', `${ledger}/imports/${id}/commit`, { rows: 'new' });
}

const mapping: CsvMapping = {
  delimiter: ',',
  headerRows: 1,
  date: 0,
  dateOrder: 'ymd',
  amount: 1,
  debit: null,
  credit: null,
  decimal: '.',
  negate: false,
  currency: 2,
  payee: 3,
  note: 4,
  category: 5,
  bankId: 6,
};
const fileQuery = new URLSearchParams({ fileName: 'demo-bank.csv', mapping: JSON.stringify(mapping) });

async function typeIn(call: Caller, entries: readonly DemoEntry[]): Promise<void> {
  const { items } = await call<{ items: { id: string; name: string }[] }>('GET', `${ledger}/categories`);
  const categories = new Map(items.map(({ name, id }) => [name, id]));
  const queue = entries.values(); // shared by the writers, so that each entry is taken once
  await Promise.all(
    Array.from({ length: writers }, async () => {
      for (const { key, category, ...expense } of queue) {
        const body = { ...expense, category: category && (categories.get(category) ?? null) };
        await call('POST', `${ledger}/expenses`, body, { 'idempotency-key': key });
      }
    }),
  );
}

const ledger = '/api/v1/ledgers/default';

type Call = <T>(method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<T>;
type Caller = Call & { token?: string };

function caller(url: string): Caller {
  const call: Caller = async (method, path, body, headers) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': typeof body === 'string' ? 'text/csv' : 'application/json' }),
        ...(call.token && { authorization: `Bearer ${call.token}` }),
        ...headers,
      },
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
      signal: AbortSignal.timeout(60_000),
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

/** @returns whether the user had to be made */
async function signIn(call: Caller, password: string): Promise<boolean> {
  const login = { email, password, delivery: 'body' };
  const known = await call<{ accessToken: string }>('POST', '/api/v1/auth/login', login).catch((error: unknown) => {
    if (!(error instanceof Refused && error.status === 401)) throw error;
  });
  const session =
    known ?? (await call<{ accessToken: string }>('POST', '/api/v1/auth/register', { ...login, name: 'Demo' }));
  call.token = session.accessToken;
  return !known;
}
