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

/** Each figure of analytics beside one indexed findOne, of all ledgers in turn. */
export async function measureAnalytics(bench: Bench, ledgers: readonly BenchLedger[], turns: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [figure, path] of Object.entries(analytics))
    rows.push(
      ...(await besideFloor(bench, figure, turns, ledgers, (ledger) => ({
        path: `${ledger.path}/analytics/${path}`,
        floor: findOne(bench.database, ledger),
      }))),
    );
  return rows;
}

export async function measureLists(bench: Bench, ledgers: readonly BenchLedger[], turns: number): Promise<Row[]> {
  const { doors, database } = bench;
  await doors.refresh();
  const of = (ledger: BenchLedger) => ledger.categories[3]!;
  const firstPath = (ledger: BenchLedger) => `${ledger.path}/expenses?category=${of(ledger)}&limit=50`;
  const find = (ledger: BenchLedger, after: object) => () =>
    database.expenses
      .find(
        { ledger: new Types.ObjectId(ledger.id), category: new Types.ObjectId(of(ledger)), ...after },
        { hint: 'category', sort: { date: -1, _id: -1 }, limit: 50 },
      )
      .toArray();

  const far = new Map<string, Work>();
  for (const ledger of ledgers) {
    const { cursor, last } = await turnPages(doors, firstPath(ledger), 999);
    // The same position without `$or`: the least work that finds the page.
    const behind = {
      date: { $lte: last.date },
      $nor: [{ date: last.date, _id: { $gte: new Types.ObjectId(last.id) } }],
    };
    far.set(ledger.id, { path: `${firstPath(ledger)}&cursor=${cursor}`, floor: find(ledger, behind) });
  }
  const search = (q: string) => (ledger: BenchLedger) => ({
    path: `${ledger.path}/expenses?q=${encodeURIComponent(q)}&limit=50`,
    floor: findOne(database, ledger),
  });
  const lists: [figure: string, of: (ledger: BenchLedger) => Work][] = [
    ['list, first page', (ledger) => ({ path: firstPath(ledger), floor: find(ledger, {}) })],
    ['list, 1,000th page', (ledger) => far.get(ledger.id)!],
    ['search, a word', search('bakery')],
    ['search, two beginnings', search('gold phar')],
  ];
  const rows: Row[] = [];
  for (const [figure, workOf] of lists) rows.push(...(await besideFloor(bench, figure, turns, ledgers, workOf)));
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
  return { cursor, last: page.items.at(-1)! };
}

/** One expense by the index that most requests use. */
const findOne =
  ({ expenses }: Database, { id }: BenchLedger) =>
  () =>
    expenses.findOne({ ledger: new Types.ObjectId(id), date: { $lte: '2024-06-30' } }, { hint: 'date' });

/** A request, and what the bare driver does for the same. */
interface Work {
  readonly path: string;
  readonly floor: () => Promise<unknown>;
}

/** The same of every ledger in turn, at both doors, so that sizes are compared under the same conditions. */
async function besideFloor(
  { doors }: Bench,
  figure: string,
  turns: number,
  ledgers: readonly BenchLedger[],
  workOf: (ledger: BenchLedger) => Work,
): Promise<Row[]> {
  await doors.refresh();
  const contenders = ledgers.flatMap((ledger) => {
    const { path, floor } = workOf(ledger);
    return [
      [`service ${ledger.size}`, () => doors.service.call(path)],
      [`gateway ${ledger.size}`, () => doors.gateway.call(path)],
      [`floor ${ledger.size}`, floor],
    ] as const;
  });
  const times = await takeTurns(Object.fromEntries(contenders), { turns });
  return ledgers.flatMap(({ size }) => {
    const floorP50Ms = times[`floor ${size}`]!.p50Ms;
    return [
      { figure, size, ...times[`service ${size}`]!, floorP50Ms },
      { figure: `${figure}, through the gateway`, size, ...times[`gateway ${size}`]!, floorP50Ms },
    ];
  });
}
