import { inTransaction } from '@outlay/service-kit/mongo.ts';
import type { ClientSession, Connection } from 'mongoose';
import type { ExpenseStore } from '../expenses/expense-store.ts';
import type { InLedger } from '../ledger-transactions.ts';
import { foldSums } from './fold-sums.ts';
import type { RollupStore, StoredCell, StoredRollup } from './rollup-store.ts';

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
  /** Month after month, what is stored and what the expenses say; memory is that of one month. */
  async function* months(session: ClientSession, ledger: string) {
    let month: string | undefined = '0000-00';
    for (;;) {
      const next: (string | undefined)[] = [
        await expenses.monthAfter(session, ledger, month),
        await rollups.monthAfter(session, ledger, month),
      ];
      month = next.filter((each) => each !== undefined).sort()[0];
      if (month === undefined) return;
      const expected = new Map<string, StoredRollup>();
      for (const [key, cells] of foldSums(await expenses.sumsOfMonth(session, ledger, month))) {
        const _id = `${ledger}:${key}`;
        expected.set(_id, toRollup(_id, cells));
      }
      const stored = new Map((await rollups.ofMonth(session, ledger, month)).map((rollup) => [rollup._id, rollup]));
      yield { stored, expected };
    }
  }

  return {
    /**
     * Compares a ledger's rollups with its expenses, as both were at one moment.
     * @returns what differs, the first 1,000; nothing where all is true
     */
    compare: (ledger: string): Promise<Difference[]> =>
      inTransaction(connection, async (session) => {
        const found: Difference[] = [];
        for await (const { stored, expected } of months(session, ledger)) {
          for (const id of new Set([...stored.keys(), ...expected.keys()]))
            found.push(...differences(id, stored.get(id), expected.get(id)));
          if (found.length >= differencesMax) break;
        }
        return found.slice(0, differencesMax);
      }),

    /**
     * Makes a ledger's rollups what its expenses say, in one transaction; only what differs is written.
     * @returns how many rollups were written or deleted
     */
    rebuild: (ledger: string): Promise<number> =>
      inLedger(ledger, async (session) => {
        let written = 0;
        for await (const { stored, expected } of months(session, ledger)) {
          const wrong = [...new Set([...stored.keys(), ...expected.keys()])].filter(
            (id) => differences(id, stored.get(id), expected.get(id)).length > 0,
          );
          await rollups.put(session, new Map(wrong.map((id) => [id, expected.get(id)])));
          written += wrong.length;
        }
        return written;
      }),
  };
}

function toRollup(_id: string, cells: ReadonlyMap<string, StoredCell>): StoredRollup {
  const rollup: StoredRollup = { _id, total: {}, categories: {} };
  for (const [path, cell] of cells) {
    const dot = path.indexOf('.');
    const part = path.slice(0, dot) as 'total' | 'categories' | 'days';
    rollup[part] ??= {};
    rollup[part][path.slice(dot + 1)] = cell;
  }
  return rollup;
}

function differences(id: string, stored: StoredRollup | undefined, expected: StoredRollup | undefined): Difference[] {
  const found: Difference[] = [];
  for (const part of ['total', 'categories', 'days'] as const) {
    const is = stored?.[part] ?? {};
    const should = expected?.[part] ?? {};
    for (const key of new Set([...Object.keys(is), ...Object.keys(should)]))
      if (is[key]?.sum !== should[key]?.sum || is[key]?.count !== should[key]?.count)
        found.push({ rollup: id, cell: `${part}.${key}`, stored: is[key], expected: should[key] });
  }
  return found;
}
