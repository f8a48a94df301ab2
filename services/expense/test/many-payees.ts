import type { Connection } from 'mongoose';
import type { StoredCells, StoredRollup } from '../src/rollups/rollup-store.ts';

const shelves = [...'0123456789abcdef'];
const payeesOfShelf = 190;
/** In every month. */
export const manyPayees = shelves.length * payeesOfShelf;

/** What a household of a million expenses has of the ten years from 2016 on: €12.50 each month to each of {@link manyPayees}. */
export async function insertManyPayees(connection: Connection, ledger: string): Promise<void> {
  await connection.collection<StoredRollup>('rollups').insertMany([...rollupsOf(ledger)]);
}

function* rollupsOf(ledger: string): Generator<StoredRollup> {
  const cell = { sum: 1_250, count: 1 };
  for (let index = 0; index < 120; index++) {
    const month = new Date(Date.UTC(2016, index)).toISOString().slice(0, 7);
    for (const shelf of shelves) {
      const payees: StoredCells = {};
      for (let payee = 0; payee < payeesOfShelf; payee++) payees[`Shop ${shelf} number ${payee} Berlin:expense`] = cell;
      yield { _id: `${ledger}:payee:${month}:EUR:${shelf}`, payees };
    }
    yield {
      _id: `${ledger}:month:${month}:EUR`,
      total: { expense: { sum: 1_250 * manyPayees, count: manyPayees } },
    };
  }
}
