import { relative, resolve } from 'node:path';
import { repositoryRoot } from '../start/settings.ts';

/** What mocha is given for each run; nothing where the run is left out. */
export interface SuitePlan {
  readonly units: readonly string[];
  readonly endToEnd: readonly string[];
}

/**
 * Files go where they belong, all else is mocha's and goes to every run.
 * @param args what ends in `.test.ts` is a file or a pattern of files
 * @param from where npm was called: what relative names are relative to
 */
export function planSuites(args: readonly string[], from: string): SuitePlan {
  const isFile = (arg: string) => arg.endsWith('.test.ts');
  const isEndToEnd = (file: string) => file.startsWith('test/e2e');
  const files = args.filter(isFile).map((file) => relative(repositoryRoot, resolve(from, file)));
  const flags = args.filter((arg) => !isFile(arg));
  const run = (chosen: readonly string[]) => (chosen.length ? [...chosen, ...flags] : []);
  if (files.length === 0) return { units: run(allUnits), endToEnd: run(['test/e2e/**/*.test.ts']) };
  return { units: run(files.filter((file) => !isEndToEnd(file))), endToEnd: run(files.filter(isEndToEnd)) };
}

const allUnits = [
  '{packages,services,scripts,test}/**/*.test.ts',
  '--ignore',
  'test/{e2e,cluster}/**',
  '--ignore',
  '**/{node_modules,dist}/**',
];
