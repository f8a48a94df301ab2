import type { ExpensePage } from '@outlay/contracts/expense.ts';
import { Types } from 'mongoose';
import type { z } from 'zod';
import type { BenchLedger, Database } from './bench-ledger.ts';
import type { Doors } from './doors.ts';
import { takeTurns } from './measure.ts';
import type { Row } from './report.ts';

export interface Bench {
  readonly doors: Doors;
  readonly database: Database;
}

const year = 'from=2024-01-01&to=2024-12-31';
/** A year as people look at it; compare takes the one before by itself. */
const analytics: Record<string, string> = {
  summary: `summary?${year}`,
  trend: `trend?${year}&interval=month`,
  categories: `categories?${year}`,
  compare: `compare?${year}`,
  'cash-flow': `cash-flow?${year}&interval=month`,
};

/** Each figure of analytics beside one indexed findOne. */
export async function measureAnalytics({ doors, database }: Bench, ledger: BenchLedger, turns: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [figure, path] of Object.entries(analytics)) {
    await doors.refresh();
    const address = `${ledger.path}/analytics/${path}`;
    rows.push(...(await besideFloor(figure, ledger, turns, doors, address, findOne(database, ledger))));
  }
  return rows;
}

export async function measureLists({ doors, database }: Bench, ledger: BenchLedger, turns: number): Promise<Row[]> {
  await doors.refresh();
  const category = ledger.categories[3]!;
  const first = `${ledger.path}/expenses?category=${category}&limit=50`;
  const { cursor, page } = await turnPages(doors, first, 999);
  const last = { date: page.at(-1)!.date, id: page.at(-1)!.id };
  const found = { ledger: new Types.ObjectId(ledger.id), category: new Types.ObjectId(category) };
  const find = (after: object) => () =>
    database.expenses
      .find({ ...found, ...after }, { hint: 'category', sort: { date: -1, _id: -1 }, limit: 50 })
      .toArray();
  // The same position without `$or`: the least work that finds the page.
  const behind = { date: { $lte: last.date }, $nor: [{ date: last.date, _id: { $gte: new Types.ObjectId(last.id) } }] };
  const rows = await besideFloor('list, first page', ledger, turns, doors, first, find({}));
  const far = `${first}&cursor=${cursor}`;
  rows.push(...(await besideFloor('list, 1,000th page', ledger, turns, doors, far, find(behind))));
  for (const [figure, q] of [
    ['search, a word', 'bakery'],
    ['search, two beginnings', 'gold phar'],
  ] as const) {
    const path = `${ledger.path}/expenses?q=${encodeURIComponent(q)}&limit=50`;
    rows.push(...(await besideFloor(figure, ledger, turns, doors, path, findOne(database, ledger))));
  }
  return rows;
}

/** Turns so many pages of 50, or as many as there are. */
async function turnPages({ service }: Doors, first: string, pages: number) {
  let page: z.infer<typeof ExpensePage> = { items: [], next: null };
  let cursor = '';
  // A cursor is bound to the list, not to the size of its pages: larger ones are turned faster.
  for (let left = pages * 50; left > 0; left -= page.items.length) {
    const size = Math.min(left, 200);
    page = await service.call(`${first.replace('limit=50', `limit=${size}`)}${cursor && `&cursor=${cursor}`}`);
    if (page.next === null) break;
    cursor = page.next;
  }
  return { cursor, page: page.items };
}

/** One expense by the index that most requests use. */
const findOne =
  ({ expenses }: Database, { id }: BenchLedger) =>
  () =>
    expenses.findOne({ ledger: new Types.ObjectId(id), date: { $lte: '2024-06-30' } }, { hint: 'date' });

async function besideFloor(
  figure: string,
  { size }: BenchLedger,
  turns: number,
  { service, gateway }: Doors,
  path: string,
  floor: () => Promise<unknown>,
): Promise<Row[]> {
  const times = await takeTurns(
    { service: () => service.call(path), gateway: () => gateway.call(path), floor },
    { turns },
  );
  const floorP50Ms = times.floor.p50Ms;
  return [
    { figure, size, ...times.service, floorP50Ms },
    { figure: `${figure}, through the gateway`, size, ...times.gateway, floorP50Ms },
  ];
}
