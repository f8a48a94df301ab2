/**
 * Compares the figures of ledgers with their expenses: in a pod of expense
 * `/nodejs/bin/node services/expense/src/verify.ts --ledger ID | --all [--repair]`, by `npm run verify` on this machine.
 * Ends with 0 where all is (now) true, with 1 where something differs, with 2 where it could not be found out.
 */
import { mongoSettings, readConfig } from '@outlay/service-kit/config.ts';
import { runVerify } from './rollups/run-verify.ts';

try {
  process.exitCode = await runVerify(process.argv.slice(2), {
    uri: () => Promise.resolve(readConfig(mongoSettings, process.env).MONGODB_URI),
    print: console.log,
  });
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 2;
}
