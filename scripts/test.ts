/**
 * `npm test [-- FILE… FLAG…]`: sets up what is missing, runs every suite, lists what failed and closes with `N passed, N failed`.
 * With files, only those; mocha's flags (`-g "part of a title"`) hold for all. SUMMARY_FILE names a file that gets these last lines too.
 */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { findMongod } from '@outlay/database-setup/find-mongod.ts';
import { repositoryRoot } from './start/settings.ts';
import { findChromium, installChromium } from './test/find-chromium.ts';
import { planSuites } from './test/plan-suites.ts';
import { listFailures, runSuite, type SuiteResult } from './test/run-suite.ts';

const plan = planSuites(process.argv.slice(2), process.env.INIT_CWD ?? '');
const told = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => told.abort());
if (process.connected) process.on('disconnect', () => told.abort());
const log = (line: string) => console.log(line);

const suites = [
  {
    name: 'Units and integration',
    args: plan.units,
    setUp: () => {},
  },
  {
    name: 'End to end',
    args: plan.endToEnd,
    setUp: () => {
      if (!findChromium()) installChromium(log);
      const chromium = findChromium();
      if (chromium) process.env.CHROMIUM_PATH = chromium;
      else log('No Chromium found: set CHROMIUM_PATH or install `chromium`. The tests of the page will fail.');
    },
  },
];

let total: SuiteResult = { passed: 0, failed: 0, skipped: 0, failures: [] };
try {
  if (!process.env.OUTLAY_TEST_MONGODB_URI)
    process.env.OUTLAY_MONGOD = await findMongod({ keepIn: resolve(repositoryRoot, '.outlay/mongodb'), log });
  for (const { name, args, setUp } of suites) {
    if (args.length === 0 || told.signal.aborted) continue;
    setUp();
    log(`\n${name}`);
    const result = await runSuite({
      args: [...args, ...(process.stdout.isTTY ? ['--color'] : [])],
      cwd: repositoryRoot,
      env: process.env,
      timeoutMs: { whole: 30 * 60_000, afterwards: 15_000 },
      signal: told.signal,
      print: (chunk) => process.stdout.write(chunk),
    });
    total = {
      passed: total.passed + result.passed,
      failed: total.failed + result.failed,
      skipped: total.skipped + result.skipped,
      failures: [...total.failures, ...result.failures],
    };
  }
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  total = { ...total, failed: total.failed + 1, failures: [...total.failures, message] };
}
const ok = total.failed === 0 && total.passed > 0 && !told.signal.aborted;
process.exitCode = ok ? 0 : 1;
const counted = `${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}`;
const summary = [listFailures(total.failures), counted].filter(Boolean).join('\n\n');
log(summary);
if (process.env.SUMMARY_FILE) writeFileSync(process.env.SUMMARY_FILE, `${summary}\n`);
if (process.connected) process.disconnect(); // or the channel to bootstrap would keep us
