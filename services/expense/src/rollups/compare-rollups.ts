import { inTransaction } from '@outlay/service-kit/mongo.ts';
import type { ClientSession, Connection } from 'mongoose';
import type { ExpenseStore } from '../expenses/expense-store.ts';
import { foldSums } from './fold-sums.ts';
import { type RollupPart, type RollupStore, rollupParts, type StoredCell, type StoredRollup } from './rollup-store.ts';

/** A cell that is not what the expenses say. */
export interface Difference {
  /** `ledger:month:2026-11:EUR` */
  rollup: string;
  /** `categories.none:expense` */
  cell: string;
  stored: StoredCell | undefined;
  expected: StoredCell | undefined;
}

/** Of a broken ledger so many are named; one is enough to know. */
const differencesMax = 1_000;

export type RollupCheck = ReturnType<typeof createRollupCheck>;

export function createRollupCheck({
  connection,
  expenses,
  rollups,
}: {
  connection: Connection;
  expenses: ExpenseStore;
  rollups: RollupStore;
}) {
  /** The months that have expenses or rollups, in their order. */
  async function* months(ledger: string): AsyncGenerator<string> {
    for (let last = beforeAll; ; ) {
      const next = [await expenses.monthAfter(ledger, last), await rollups.monthAfter(ledger, last)];
      const month = next.filter((each) => each !== undefined).sort()[0];
      if (month === undefined) return;
      yield month;
      last = month;
    }
  }

  /** What is stored of a month, and what its expenses say. */
  async function readMonth(session: ClientSession, ledger: string, month: string): Promise<Period> {
    const expected = new Map<string, StoredRollup>();
    for await (const sums of expenses.sumsOfMonth(session, ledger, month))
      for (const [key, cells] of foldSums(sums, false)) {
        const _id = `${ledger}:${key}`;
        expected.set(_id, toRollup(_id, cells));
      }
    return { stored: byId(await rollups.ofMonth(session, ledger, month)), expected };
  }

  async function* years(ledger: string): AsyncGenerator<string> {
    for (let year = await rollups.yearAfter(ledger, beforeAll); year; year = await rollups.yearAfter(ledger, year))
      yield year;
  }

  /** What is stored of a year, and what its months come to. */
  async function readYear(session: ClientSession, ledger: string, year: string): Promise<Period> {
    const { years, months } = await rollups.ofYear(session, ledger, year);
    return { stored: byId(years), expected: sumsOfYear(`${ledger}:year:${year}`, months) };
  }

  /** Months follow from their expenses, and years from their months. */
  const steps = [
    { names: months, read: readMonth },
    { names: years, read: readYear },
  ];

  return {
    /**
     * Compares a ledger's rollups with its expenses, each month as both were at one moment, and then its years with its months.
     * @returns what differs, the first 1,000; nothing where all is true
     */
    async compare(ledger: string): Promise<Difference[]> {
      const all: Difference[] = [];
      for (const { names, read } of steps)
        for await (const name of names(ledger)) {
          // Beside months that are wrong themselves, a year's difference says nothing.
          const isAside = all.some(({ rollup }) => rollup.startsWith(`${ledger}:month:${name}-`));
          const period = await inTransaction(connection, (session) => read(session, ledger, name));
          if (!isAside) for (const id of wrongIn(period)) all.push(...differences(id, period));
          if (all.length >= differencesMax) break;
        }
      return all.slice(0, differencesMax);
    },

    /**
     * Makes a ledger's rollups what its expenses say; only what differs is written. A month a transaction, which is as right
     * as all in one, because a month's rollups follow from that month's expenses, and is short enough to win against who goes on
     * writing.
     * Then a year a transaction, as a year's follow from its months'.
     * @returns how many rollups were written or deleted
     */
    async rebuild(ledger: string): Promise<number> {
      let written = 0;
      for (const { names, read } of steps) {
        const found = names(ledger);
        // The one's sums are made by MongoDB while the other's are compared.
        const rebuildNext = async () => {
          for await (const name of found) {
            const count = await inTransaction(connection, async (session) => {
              const period = await read(session, ledger, name);
              const right = new Map(wrongIn(period).map((id) => [id, period.expected.get(id)]));
              await rollups.put(session, right, (id) => period.stored.has(id));
              return right.size;
            });
            written += count;
          }
        };
        await Promise.all([rebuildNext(), rebuildNext()]);
      }
      return written;
    },
  };
}

const beforeAll = '0000-00';

/** A month or a year. */
interface Period {
  stored: ReadonlyMap<string, StoredRollup>;
  expected: ReadonlyMap<string, StoredRollup>;
}

/** The rollups that are not what they should be. */
function wrongIn(period: Period): string[] {
  const { stored, expected } = period;
  return [...new Set([...stored.keys(), ...expected.keys()])].filter(
    (id) => !stored.has(id) || !expected.has(id) || differences(id, period).length > 0,
  );
}

const byId = (rollups: readonly StoredRollup[]) => new Map(rollups.map((rollup) => [rollup._id, rollup]));

/** What months come to in each currency. @param key of the year's rollups, without the currency */
function sumsOfYear(key: string, months: readonly StoredRollup[]): Map<string, StoredRollup> {
  const sums = new Map<string, StoredRollup>();
  for (const { _id: month, categories = {} } of months) {
    const _id = `${key}:${month.split(':')[3]}`;
    const yearly = sums.get(_id)?.yearly ?? {};
    sums.set(_id, { _id, yearly });
    for (const [cell, { sum, count }] of Object.entries(categories)) {
      const before = yearly[cell];
      yearly[cell] = { sum: (before?.sum ?? 0) + sum, count: (before?.count ?? 0) + count };
    }
  }
  return sums;
}

function toRollup(_id: string, cells: ReadonlyMap<string, StoredCell>): StoredRollup {
  const rollup: StoredRollup = { _id };
  for (const [path, cell] of cells) {
    const dot = path.indexOf('.');
    const part = path.slice(0, dot) as RollupPart;
    rollup[part] ??= {};
    rollup[part][path.slice(dot + 1)] = cell;
  }
  return rollup;
}

const parts = [...new Set(Object.values(rollupParts).flat())];

function differences(id: string, { stored, expected }: Period): Difference[] {
  const found: Difference[] = [];
  for (const part of parts) {
    const is = stored.get(id)?.[part] ?? {};
    const should = expected.get(id)?.[part] ?? {};
    for (const key of new Set([...Object.keys(is), ...Object.keys(should)]))
      if (is[key]?.sum !== should[key]?.sum || is[key]?.count !== should[key]?.count)
        found.push({ rollup: id, cell: `${part}.${key}`, stored: is[key], expected: should[key] });
  }
  return found;
}
