import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Expense } from '@outlay/contracts/expense.ts';
import { Client } from './client.ts';

export interface LoadOptions {
  url: string;
  /** Requests started per second, whether or not those before are answered. */
  perSecond: number;
  seconds: number;
}

export interface LoadReport {
  sent: number;
  /** Requests that got no answer, or a 5xx or a 429, at their first try. */
  failed: { atMs: number; what: string }[];
  /** Expenses that the API said it has written; each was tried again with its Idempotency-Key until it said so. */
  acknowledged: number;
  /** Acknowledged expenses that are not there at the end. */
  lost: number;
  /** Expenses that are there more than once. */
  doubled: number;
  /** Longest time between two acknowledged writes. */
  longestPauseMs: number;
  p50Ms: number;
  p99Ms: number;
}

const retryForMs = 60_000;
const ledger = '/api/v1/ledgers/default';

/** A steady load of one user: a third writes, the rest lists and sums. At the end it counts what is there. */
export async function runLoad({ url, perSecond, seconds }: LoadOptions): Promise<LoadReport> {
  const client = new Client(url);
  await client.register();
  const startedAt = performance.now();
  const failed: LoadReport['failed'] = [];
  const durations: number[] = [];
  const acknowledged = new Set<string>();
  let acknowledgedAt = startedAt;
  let longestPauseMs = 0;

  const once = async (path: string, call?: Parameters<Client['send']>[1]) => {
    const sentAt = performance.now();
    const answer = await client.send(path, call);
    await answer.arrayBuffer();
    if (answer.status >= 500 || answer.status === 429) throw new Error(`${answer.status}`);
    if (!answer.ok) throw new Error(`unexpected ${answer.status}`);
    durations.push(performance.now() - sentAt);
  };
  const attempt = async (path: string, call?: Parameters<Client['send']>[1]) => {
    try {
      await once(path, call);
      return true;
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
      failed.push({
        atMs: Math.round(performance.now() - startedAt),
        what: `${call ? 'POST' : 'GET'} ${path.split('?')[0]} ${(error as Error).message}${cause}`,
      });
      return false;
    }
  };
  const write = async () => {
    const key = randomUUID();
    const body = { date: '2026-05-05', amount: 100, currency: 'EUR', payee: 'Load', note: key };
    const call = { body, headers: { 'idempotency-key': key } };
    if (!(await attempt(`${ledger}/expenses`, call))) {
      const giveUpAt = performance.now() + retryForMs;
      while (
        !(await once(`${ledger}/expenses`, call).then(
          () => true,
          () => false,
        ))
      ) {
        if (performance.now() > giveUpAt) return;
        await delay(200);
      }
    }
    acknowledged.add(key);
    longestPauseMs = Math.max(longestPauseMs, performance.now() - acknowledgedAt);
    acknowledgedAt = performance.now();
  };

  const kinds = [
    write,
    () => attempt(`${ledger}/expenses?limit=5`),
    () => attempt(`${ledger}/analytics/summary?from=2026-05-01&to=2026-05-31`),
  ];
  const underway = new Set<Promise<unknown>>();
  const total = Math.round(perSecond * seconds);
  for (let sent = 0; sent < total; sent++) {
    await delay(Math.max(0, startedAt + (sent * 1_000) / perSecond - performance.now()));
    const request = kinds[sent % kinds.length]!().finally(() => underway.delete(request));
    underway.add(request);
  }
  await Promise.all(underway);

  const found = await countByNote(client);
  durations.sort((a, b) => a - b);
  const quantile = (q: number) => Math.round((durations[Math.floor(q * durations.length)] ?? 0) * 10) / 10;
  return {
    sent: total,
    failed,
    acknowledged: acknowledged.size,
    lost: [...acknowledged].filter((key) => !found.has(key)).length,
    doubled: [...found.values()].filter((count) => count > 1).length,
    longestPauseMs: Math.round(longestPauseMs),
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
  };
}

async function countByNote(client: Client): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  let cursor = '';
  do {
    const page = await client.call<{ items: Expense[]; next: string | null }>(
      `${ledger}/expenses?limit=200${cursor && `&cursor=${cursor}`}`,
    );
    for (const { note } of page.items) found.set(note, (found.get(note) ?? 0) + 1);
    cursor = page.next ?? '';
  } while (cursor);
  return found;
}
