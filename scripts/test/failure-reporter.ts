import { appendFileSync } from 'node:fs';
import { relative } from 'node:path';
import Mocha from 'mocha';

const messageMax = 300;

/** mocha's own account on the screen, and each failure, as it happens, as a line of JSON in the file that FAILURES_FILE names. */
export class FailureReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const file = process.env.FAILURES_FILE;
    if (!file) return;
    runner.on(Mocha.Runner.constants.EVENT_TEST_FAIL, (test: Mocha.Runnable, error: Error) => {
      const where = test.file ? `${relative(process.cwd(), test.file)}: ` : '';
      const first = String(error.message).trim().split('\n')[0]!.slice(0, messageMax);
      appendFileSync(file, `${JSON.stringify(`${test.fullTitle()}\n  ${where}${first}`)}\n`);
    });
  }
}

// mocha asks for it by `require`.
export { FailureReporter as 'module.exports' };
