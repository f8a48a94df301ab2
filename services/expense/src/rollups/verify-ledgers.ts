import type { LedgerStore } from '../ledgers/ledger-store.ts';
import type { Difference, RollupCheck } from './compare-rollups.ts';
import type { StoredCell } from './rollup-store.ts';

export interface Verified {
  readonly ledgers: number;
  /** Ledgers whose figures differed from their expenses. */
  readonly drifted: number;
  /** Those that still do. */
  readonly left: number;
}

/** Of each ledger so many differences are printed. */
const printedMax = 20;

/**
 * Recomputes the rollups of ledgers from their expenses, says what differs, and repairs it where asked to, month by month in
 * transactions: others may go on writing meanwhile.
 * @param ledger an id, or `all`
 */
export async function verifyLedgers(
  { ledgerStore, rollupCheck }: { ledgerStore: LedgerStore; rollupCheck: RollupCheck },
  { ledger, repair, print }: { ledger: string; repair: boolean; print: (line: string) => void },
): Promise<Verified> {
  let [ledgers, drifted, left] = [0, 0, 0];
  for await (const id of ledger === 'all' ? eachLedger(ledgerStore) : [ledger]) {
    ledgers++;
    const found = await rollupCheck.compare(id);
    if (found.length === 0) {
      if (repair) await ledgerStore.noteYears(id);
      continue;
    }
    drifted++;
    print(`Ledger ${id}: ${found.length === 1 ? '1 sum differs' : `${found.length} sums differ`} from its expenses`);
    for (const difference of found.slice(0, printedMax)) print(`  ${describe(difference)}`);
    if (found.length > printedMax) print(`  and ${found.length - printedMax} more`);
    if (!repair) {
      left++;
      continue;
    }
    const written = await rollupCheck.rebuild(id);
    const still = await rollupCheck.compare(id);
    if (still.length) left++;
    else await ledgerStore.noteYears(id);
    print(`  ${written} rollups written anew${still.length ? `; ${still.length} sums still differ` : ''}`);
  }
  return { ledgers, drifted, left };
}

/** In the order of ids, once each. */
async function* eachLedger(ledgerStore: LedgerStore): AsyncGenerator<string> {
  let last = '';
  for (;;) {
    const id = await ledgerStore.next(last || undefined);
    if (id === undefined || id <= last) return; // it begins again
    yield id;
    last = id;
  }
}

/** "month:2026-11:EUR total.expense is 3 entries with 1200, should be 2 with 1000" */
function describe({ rollup, cell, stored, expected }: Difference): string {
  const say = (is: StoredCell | undefined) => (is ? `${is.count} entries with ${is.sum}` : 'nothing');
  return `${rollup.slice(rollup.indexOf(':') + 1)} ${cell} is ${say(stored)}, should be ${say(expected)}`;
}
