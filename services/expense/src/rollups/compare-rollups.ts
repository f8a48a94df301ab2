import { inTransaction } from '@outlay/service-kit/mongo.ts';
import type { ClientSession, Connection } from 'mongoose';
import type { ExpenseStore } from '../expenses/expense-store.ts';
import type { InLedger } from '../ledger-transactions.ts';
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
  inLedger,
}: {
  connection: Connection;
  expenses: ExpenseStore;
  rollups: RollupStore;
  inLedger: InLedger;
}) {
  /** The first month after this one that has expenses or rollups, with what is stored of it and what the expenses say. */
  async function monthAfter(session: ClientSession, ledger: string, last: string): Promise<Period | undefined> {
    const next = [
      await expenses.monthAfter(session, ledger, last),
      await rollups.monthAfter(session, ledger, last),
    ].filter((each) => each !== undefined);
    const month = next.sort()[0];
    if (month === undefined) return undefined;
    const expected = new Map<string, StoredRollup>();
    for await (const sums of expenses.sumsOfMonth(session, ledger, month))
      for (const [key, cells] of foldSums(sums)) {
        if (key.startsWith('year:')) continue; // a year has other months too
        const _id = `${ledger}:${key}`;
        expected.set(_id, toRollup(_id, cells));
      }
    return compared(month, await rollups.ofMonth(session, ledger, month), expected);
  }

  /** The first year after this one, with what is stored of it and what its months come to. */
  async function yearAfter(session: ClientSession, ledger: string, last: string): Promise<Period | undefined> {
    const year = await rollups.yearAfter(session, ledger, last);
    if (year === undefined) return undefined;
    const { years, months } = await rollups.ofYear(session, ledger, year);
    return compared(year, years, sumsOfYear(`${ledger}:year:${year}`, months));
  }

  /** Months follow from their expenses, and years from their months. */
  const steps = [monthAfter, yearAfter];

  return {
    /**
     * Compares a ledger's rollups with its expenses, each month as both were at one moment, and then its years with its months.
     * @returns what differs, the first 1,000; nothing where all is true
     */
    async compare(ledger: string): Promise<Difference[]> {
      const all: Difference[] = [];
      for (const periodAfter of steps)
        for (let last: string | undefined = beforeAll; last !== undefined && all.length < differencesMax; ) {
          const after: string = last;
          const next = await inTransaction(connection, (session) => periodAfter(session, ledger, after));
          // Beside months that are wrong themselves, a year's difference says nothing.
          if (!all.some(({ rollup }) => rollup.startsWith(`${ledger}:month:${next?.name}-`)))
            all.push(...(next?.found ?? []));
          last = next?.name;
        }
      return all.slice(0, differencesMax);
    },

    /**
     * Makes a ledger's rollups what its expenses say; only what differs is written. A month a transaction, which is as right
     * as all in one, because a month's rollups follow from that month's expenses, and never loses against who goes on writing.
     * Then a year a transaction, as a year's follow from its months'.
     * @returns how many rollups were written or deleted
     */
    async rebuild(ledger: string): Promise<number> {
      let written = 0;
      for (const periodAfter of steps)
        for (let last: string | undefined = beforeAll; last !== undefined; ) {
          const after: string = last;
          const done = await inLedger(ledger, async (session) => {
            const next = await periodAfter(session, ledger, after);
            if (!next) return undefined;
            const wrong = new Set(next.found.map(({ rollup }) => rollup));
            const right = new Map([...wrong].map((id) => [id, next.expected.get(id)]));
            await rollups.put(session, right, (id) => next.stored.has(id));
            return { name: next.name, written: wrong.size };
          });
          written += done?.written ?? 0;
          last = done?.name;
        }
      return written;
    },
  };
}

const beforeAll = '0000-00';

/** A month or a year. */
interface Period {
  name: string;
  stored: ReadonlyMap<string, StoredRollup>;
  expected: ReadonlyMap<string, StoredRollup>;
  found: Difference[];
}

function compared(name: string, rollups: readonly StoredRollup[], expected: Period['expected']): Period {
  const stored = new Map(rollups.map((rollup) => [rollup._id, rollup]));
  const ids = new Set([...stored.keys(), ...expected.keys()]);
  const found = [...ids].flatMap((id) => differences(id, stored.get(id), expected.get(id)));
  return { name, stored, expected, found };
}

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

function differences(id: string, stored: StoredRollup | undefined, expected: StoredRollup | undefined): Difference[] {
  const found: Difference[] = [];
  for (const part of parts) {
    const is = stored?.[part] ?? {};
    const should = expected?.[part] ?? {};
    for (const key of new Set([...Object.keys(is), ...Object.keys(should)]))
      if (is[key]?.sum !== should[key]?.sum || is[key]?.count !== should[key]?.count)
        found.push({ rollup: id, cell: `${part}.${key}`, stored: is[key], expected: should[key] });
  }
  return found;
}
