import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { dirname } from 'node:path';

/** One figure at one size, beside what the bare driver takes for the least work with the same result. */
export interface Row {
  readonly figure: string;
  /** Expenses in the ledger; rows of the file where one is imported. */
  readonly size: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly floorP50Ms: number;
  readonly perSecond?: number;
  readonly floorPerSecond?: number;
}

/** Something that we aim for, and whether it holds. */
export interface Aim {
  readonly what: string;
  readonly is: number;
  readonly atMost?: number;
  readonly atLeast?: number;
}

const rounded = (value: number) => (value >= 100 ? Math.round(value) : Number(value.toPrecision(3)));
const count = new Intl.NumberFormat('en');

export async function writeRows(file: string, rows: readonly Row[]): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const round = (_name: string, value: unknown) => (typeof value === 'number' ? rounded(value) : value);
  const lines = rows.map((row) => `  ${JSON.stringify({ ...row, size: String(row.size) }, round)}`);
  await writeFile(file, `[\n${lines.join(',\n').replaceAll(/"size":"(\d+)"/g, '"size":$1')}\n]\n`);
}

/** The rows as a table in Markdown. */
export function tableOf(rows: readonly Row[]): string {
  const cell = (value: number | undefined) => (value === undefined ? '' : count.format(rounded(value)));
  return [
    '| figure | size | p50 ms | p99 ms | floor p50 ms | × | per second | floor per second |',
    '|---|--:|--:|--:|--:|--:|--:|--:|',
    ...rows.map(({ figure, size, p50Ms, p99Ms, floorP50Ms, perSecond, floorPerSecond }) =>
      [
        '',
        figure,
        count.format(size),
        cell(p50Ms),
        cell(p99Ms),
        cell(floorP50Ms),
        cell(p50Ms / floorP50Ms),
        cell(perSecond),
        cell(floorPerSecond),
        '',
      ].join(' | '),
    ),
  ]
    .map((line) => line.trim())
    .join('\n');
}

export function aimsTable(aims: readonly Aim[]): string {
  return [
    '| aim | is | at most | at least | holds |',
    '|---|--:|--:|--:|---|',
    ...aims.map(
      ({ what, is, atMost, atLeast }) =>
        `| ${what} | ${rounded(is)} | ${atMost ?? ''} | ${atLeast ?? ''} | ${holds({ what, is, ...(atMost !== undefined && { atMost }), ...(atLeast !== undefined && { atLeast }) }) ? 'yes' : '**no**'} |`,
    ),
  ].join('\n');
}

export const holds = ({ is, atMost = Infinity, atLeast = -Infinity }: Aim): boolean => is <= atMost && is >= atLeast;

export const machine = (): string =>
  `${cpus()[0]!.model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
