import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { StartProblem } from './start-problem.ts';

export const repositoryRoot = join(import.meta.dirname, '../..');

export interface Settings {
  /** Of the page and the API, on this machine's own addresses. 0: any free port. */
  readonly port: number;
  /** Where data, secrets and logs lie. */
  readonly home: string;
  /** A replica set of the user's own, used instead of a mongod started here. */
  readonly mongodbUri: string | undefined;
  readonly logLevel: string;
  /** Where traces go; undefined: nowhere, at no cost. */
  readonly otlpEndpoint: string | undefined;
  readonly demo: boolean;
}

export const usage = `npm start [-- --demo]

Starts MongoDB and Outlay's services on this machine, until Ctrl-C.

  --demo   also makes a demo user with two years of expenses
  --help   shows this

Environment
  PORT            of the page and the API (8080)
  OUTLAY_HOME     folder of data, secrets and logs (.outlay)
  OUTLAY_MONGOD   the mongod to run (found or downloaded)
  MONGODB_URI     a replica set of your own, instead of a mongod started here
  LOG_LEVEL       of the log files: debug, info, warn or error (info)
  OTEL_EXPORTER_OTLP_ENDPOINT   where traces go, such as http://localhost:4318 (off)`;

/**
 * Reads arguments and environment, once and as a whole. An empty variable counts as unset.
 * @returns 'help' where that is all that was asked for
 * @throws {StartProblem} naming every wrong value at once, a line each
 */
export function readSettings(args: readonly string[], env: NodeJS.ProcessEnv): Settings | 'help' {
  const { demo, help } = readFlags(args);
  if (help) return 'help';
  const wrong: string[] = [];
  const read = <T>(name: string, fallback: T, parse: (text: string) => T | undefined, expected: string): T => {
    const text = env[name]?.trim();
    if (!text) return fallback;
    const value = parse(text);
    if (value === undefined) wrong.push(`${name} is ${JSON.stringify(text)}, but must be ${expected}.`);
    return value ?? fallback;
  };
  const asFolder = asFolderFrom(env.INIT_CWD ?? process.cwd());
  const settings: Settings = {
    port: read('PORT', 8080, asPort, 'a port number from 1 to 65535'),
    home: read('OUTLAY_HOME', join(repositoryRoot, '.outlay'), asFolder, 'a folder, or one that can be made'),
    // Not echoed where wrong: it may hold a password.
    mongodbUri: env.MONGODB_URI?.trim() || undefined,
    logLevel: read('LOG_LEVEL', 'info', oneOf('trace', 'debug', 'info', 'warn', 'error'), 'debug, info, warn or error'),
    otlpEndpoint: read('OTEL_EXPORTER_OTLP_ENDPOINT', undefined, asHttpUrl, 'a URL such as http://localhost:4318'),
    demo,
  };
  if (settings.mongodbUri && !/^mongodb(\+srv)?:\/\/./.test(settings.mongodbUri))
    wrong.push('MONGODB_URI must start with mongodb:// or mongodb+srv://.');
  if (wrong.length) throw new StartProblem(wrong.join('\n'));
  return settings;
}

function readFlags(args: readonly string[]): { demo: boolean; help: boolean } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { demo: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } },
    });
    return values;
  } catch (error) {
    // "Unknown option '--dmeo'. To specify a positional argument starting with …": the first sentence is ours to say.
    const reason = (error as Error).message.split('. ')[0]!.replace(/\.?$/, '.');
    throw new StartProblem(`${reason} \`npm start -- --help\` shows what there is.`);
  }
}

const asPort = (text: string) => (/^\d{1,5}$/.test(text) && +text >= 1 && +text <= 65_535 ? Number(text) : undefined);
/** Relative paths are the caller's: npm runs us from the repository's root, and says where it was called from. */
const asFolderFrom = (folder: string) => (text: string) => {
  const path = resolve(folder, text);
  return (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? true) ? path : undefined;
};
const oneOf =
  (...choices: readonly string[]) =>
  (text: string) =>
    choices.find((choice) => choice === text);
const asHttpUrl = (text: string) => (/^https?:$/.test(URL.parse(text)?.protocol ?? '') ? text : undefined);
