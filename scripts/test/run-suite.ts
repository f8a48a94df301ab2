import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { startGuarded } from '@outlay/database-setup/guarded-process.ts';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface SuiteResult extends Counts {
  /** Each failed test's title, where it stands and the first line of what was wrong; also why the suite was ended. */
  readonly failures: readonly string[];
}

export interface SuiteOptions {
  /** For mocha: files, globs, options. */
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** A suite is ended, and has failed, that takes longer as a whole or does not end soon after its last test. */
  readonly timeoutMs: { readonly whole: number; readonly afterwards: number };
  readonly signal?: AbortSignal;
  readonly print: (chunk: string) => void;
}

/**
 * Runs mocha in a process of its own and counts by its closing lines. A suite that ends without them, or with an exit
 * code that contradicts them, crashed: that counts as one failed.
 */
export async function runSuite({ args, cwd, env, timeoutMs, signal, print }: SuiteOptions): Promise<SuiteResult> {
  const mocha = join(import.meta.dirname, '../../node_modules/mocha/bin/mocha.js');
  const reporter = join(import.meta.dirname, 'failure-reporter.ts');
  const folder = mkdtempSync(join(tmpdir(), 'outlay-suite-'));
  const failuresFile = join(folder, 'failures');
  const suite = startGuarded({
    command: process.execPath,
    args: [mocha, '--reporter', reporter, ...args],
    cwd,
    env: { ...env, FAILURES_FILE: failuresFile },
    output: 'pipe',
  });
  const reasons: string[] = [];
  const say = (reason: string) => {
    reasons.push(reason);
    print(`\n${reason}\n`);
  };
  const endBecause = (reason: string) => {
    say(reason);
    void suite.stop(5_000);
  };
  const timer = setTimeout(endBecause, timeoutMs.whole, 'This suite did not end in time.');
  let afterwards: NodeJS.Timeout | undefined;
  let text = '';
  suite.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    print(chunk);
    if (afterwards) afterwards.refresh();
    else if (readCounts(text))
      afterwards = setTimeout(endBecause, timeoutMs.afterwards, 'This suite left something open after its last test.');
  });
  suite.stderr?.setEncoding('utf8').on('data', print);
  const end = () => void suite.stop(5_000);
  signal?.addEventListener('abort', end, { once: true });
  const code = await suite.exited;
  clearTimeout(timer);
  clearTimeout(afterwards);
  signal?.removeEventListener('abort', end);
  await suite.closed;

  const counts = readCounts(text);
  const isWhole = counts && counts.failed > 0 === code > 0;
  if (!isWhole) say(`This suite crashed (exit code ${code}); it counts as one failed test.`);
  const failures = [...readFailures(failuresFile), ...reasons];
  rmSync(folder, { recursive: true });
  return {
    passed: counts?.passed ?? 0,
    failed: (counts?.failed ?? 0) + (isWhole ? 0 : 1),
    skipped: counts?.skipped ?? 0,
    failures,
  };
}

/** A list of what failed, short enough to be seen where only the end of a long output is. Empty where nothing did. */
export const listFailures = (failures: readonly string[]): string =>
  failures.length ? ['\nFailed:', ...failures.map((failure) => failure.replaceAll(/^/gm, '  '))].join('\n') : '';

/** What our reporter wrote: nothing at all where nothing failed. */
const readFailures = (file: string): string[] =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    : [];

/** mocha's closing lines are followed by the report on each failure. */
const closingLength = 1_000_000;

/** The last "  12 passing (3s)", "  1 failing" and "  2 pending" of mocha's spec reporter; undefined where it never came that far. */
function readCounts(output: string): Counts | undefined {
  const lines = stripVTControlCharacters(output.slice(-closingLength));
  const last = (word: string) => [...lines.matchAll(new RegExp(`^ +(\\d+) ${word}\\b`, 'gm'))].at(-1);
  const passing = last('passing');
  if (!passing) return undefined;
  const after = (word: string) => {
    const found = last(word);
    return found && found.index > passing.index ? Number(found[1]) : 0;
  };
  return { passed: Number(passing[1]), failed: after('failing'), skipped: after('pending') };
}
