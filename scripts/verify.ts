/** `npm run verify -- --ledger ID | --all [--repair]`: whether the figures on this machine are what the expenses say. */
import { MongodFailure } from '@outlay/database-setup/mongod-failure.ts';
import { runVerify } from '../services/expense/src/rollups/run-verify.ts';
import { openHomeDatabase } from './start/home-database.ts';
import { readSettings } from './start/settings.ts';

let close = () => Promise.resolve();
try {
  process.exitCode = await runVerify(process.argv.slice(2), {
    print: console.log,
    async uri() {
      const settings = readSettings([], process.env);
      if (settings === 'help') throw new Error('no argument was given'); // it cannot be
      const database = await openHomeDatabase(settings);
      close = database.close;
      return database.uri;
    },
  });
} catch (error) {
  console.error(error instanceof Error && !(error instanceof MongodFailure) ? error.message : error);
  process.exitCode = 2;
} finally {
  await close();
}
// The channel to bootstrap would keep us.
process.exit();
