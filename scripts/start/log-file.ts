import { closeSync, mkdirSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** A log file is started anew beyond this; one older file is kept beside it. */
const bytesMax = 20 * 1024 * 1024;

export interface LogFile {
  readonly path: string;
  /** The last lines written since {@link prepareLogFile}, readable. */
  lastLines(count: number): string[];
}

/** Makes the folder, sets a file that grew too long aside, and remembers where the new lines begin. */
export function prepareLogFile(path: string): LogFile {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const sizeOf = () => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (sizeOf() > bytesMax) renameSync(path, `${path}.1`);
  const start = sizeOf();
  return { path, lastLines: (count) => readEnd(path, start).slice(-count).map(readable) };
}

/** Enough for the lines that explain an end, whatever was logged before. */
const endBytes = 64 * 1024;

function readEnd(path: string, start: number): string[] {
  const file = openSync(path, 'r');
  try {
    const from = Math.max(start, statSync(path).size - endBytes);
    const buffer = Buffer.alloc(endBytes);
    const length = readSync(file, buffer, 0, endBytes, from);
    return buffer
      .toString('utf8', 0, length)
      .split('\n')
      .filter((line) => line.trim());
  } finally {
    closeSync(file);
  }
}

/** A line of JSON as pino or mongod writes it becomes what it says; others stay as they are. */
function readable(line: string): string {
  try {
    const entry = JSON.parse(line) as Record<string, unknown>;
    const { level, s, msg, err, attr } = entry;
    const error = (err as { stack?: string; message?: string } | undefined)?.stack;
    return [level ?? s, msg, error, attr && JSON.stringify(attr)].filter(Boolean).join(' ');
  } catch {
    return line;
  }
}
