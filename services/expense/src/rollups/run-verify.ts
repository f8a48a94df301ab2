import { parseArgs } from 'node:util';
import { Id } from '@outlay/contracts/common.ts';
import { connectMongo } from '@outlay/service-kit/mongo.ts';
import { Registry } from 'prom-client';
import { createExpenseParts } from '../expense-parts.ts';
import { verifyLedgers } from './verify-ledgers.ts';

export const usage = `npm run verify -- --ledger ID | --all [--repair]

Recomputes a ledger's sums from its expenses and says where they differ.

  --ledger ID   one ledger
  --all         every ledger
  --repair      writes anew what differs; others may go on writing meanwhile`;

/**
 * The command line of the check.
 * @param uri asked for once the arguments are right
 * @returns the exit code: 0 where all is (now) true, 1 where something differs
 * @throws {Error} with a line for people where the arguments are wrong or there is no such ledger
 */
export async function runVerify(
  args: readonly string[],
  { uri, print }: { uri: () => Promise<string>; print: (line: string) => void },
): Promise<number> {
  const asked = readArguments(args);
  if (asked === 'help') {
    print(usage);
    return 0;
  }
  const connection = await connectMongo({ uri: await uri(), appName: 'verify', registry: new Registry() });
  try {
    const parts = createExpenseParts({ connection, registry: new Registry() });
    if (asked.ledger !== 'all' && (await parts.ledgerStore.find(asked.ledger)) === null)
      throw new Error(`There is no ledger ${asked.ledger}.`);
    const { ledgers, drifted, left } = await verifyLedgers(parts, { ...asked, print });
    const all = ledgers === 1 ? '1 ledger' : `${ledgers} ledgers`;
    if (drifted === 0) print(`${all} compared: every figure is what the expenses say`);
    else if (left === 0) print(`${all} compared, ${drifted} repaired: every figure is what the expenses say`);
    else print(`${all} compared, ${left} with wrong figures${asked.repair ? '' : '; `--repair` puts them right'}`);
    return left === 0 ? 0 : 1;
  } finally {
    await connection.close();
  }
}

function readArguments(args: readonly string[]): { ledger: string; repair: boolean } | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ledger: { type: 'string' },
      all: { type: 'boolean', default: false },
      repair: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  if ((values.ledger === undefined) === !values.all) throw new Error(`Name a ledger, or all.\n\n${usage}`);
  if (values.ledger !== undefined && !Id.safeParse(values.ledger).success)
    throw new Error(`${JSON.stringify(values.ledger)} is no id of a ledger.`);
  return { ledger: values.ledger ?? 'all', repair: values.repair };
}
