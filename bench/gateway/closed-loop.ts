import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { askOnce } from './connection.ts';
import type { Load } from './loads.ts';

export interface Measured {
  readonly requests: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
}

/** wrk keeps a request in memory for each token. */
const largeUploadBytes = 65_536;
const largeUploadTokens = 8;
/** Heads of the same proxy differ by digits only: what a limit has left, how long the service took. */
const headSlackBytes = 32;

/**
 * wrk: each connection sends its next request as soon as the last is answered, so the proxy's core is busy. It reads each
 * answer to the length that its head says and counts what is no success; that the lengths are right shows in their sum.
 */
export async function closedLoop(load: Load, port: number, seconds: number, directory: string): Promise<Measured> {
  const tokens = load.requestBytes < largeUploadBytes ? load.tokens : load.tokens.slice(0, largeUploadTokens);
  const file = join(directory, 'tokens.txt');
  writeFileSync(file, `${tokens.join('\n')}\n`);
  const { wireBytes } = await askOnce(load, port);

  const options = ['-t1', `-c${load.connections}`, `-d${seconds}s`, '--timeout', '10s'];
  const script = ['-s', join(import.meta.dirname, 'wrk.lua'), `http://127.0.0.1:${port}`, '--', file];
  const request = [load.method, load.path, String(load.requestBytes)];
  const { stdout } = await promisify(execFile)('wrk', [...options, ...script, ...request]);
  const told = JSON.parse(/^\{.*\}$/m.exec(stdout)?.[0] ?? '{}') as Measured & { bytes: number; wrong: number };
  if (!(told.requests > 0) || told.wrong > 0) throw new Error(`${load.name}: wrong answers\n${stdout}`);

  // Answers that were under way at the end have brought bytes, but do not count.
  const least = told.requests * (wireBytes - headSlackBytes);
  const most = (told.requests + load.connections) * (wireBytes + headSlackBytes);
  if (told.bytes < least || told.bytes > most)
    throw new Error(`${load.name}: ${told.requests} answers of ${wireBytes} bytes are not ${told.bytes} bytes`);
  return told;
}
