import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { generateExpenses } from './generate-expenses.ts';
import type { Row } from './report.ts';

/** What Actual takes for the same, as {@link Row}s; its floor is our own figure. */
interface PeerAnswer {
  readonly imported: number;
  readonly importMs: number;
  readonly figures: readonly { figure: string; size: number; p50Ms: number; p99Ms: number }[];
}

const folder = join(import.meta.dirname, 'peer');
/** The machine's own Node, for which Actual's SQLite is compiled: the one that npm runs by, not ours that npm installed. */
const node = process.env.npm_node_execpath ?? process.execPath;
const categories = Array.from({ length: 60 }, (_, index) => `Category ${index}`);
/** It takes about two milliseconds for each. */
const importRows = 10_000;

/**
 * The same work by Actual (`@actual-app/api`, SQLite in its own process): import, month totals and category totals of a year.
 * @param ours the rows of this run: what the peer's are put beside
 */
export async function measurePeer(sizes: readonly number[], turns: number, ours: readonly Row[]): Promise<Row[]> {
  if (!existsSync(join(folder, 'node_modules/@actual-app'))) install();
  const child = spawn(node, ['run.js', turns, ...sizes].map(String), {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const lines = generateExpenses(1, importRows, categories);
  const [answer] = await Promise.all([
    text(child.stdout),
    pipeline(
      Readable.from(lines).map((expense) => `${JSON.stringify(expense)}\n`),
      child.stdin,
    ),
  ]);
  const { imported, importMs, figures } = JSON.parse(answer.trim().split('\n').at(-1)!) as PeerAnswer;
  const oursOf = (figure: string, size: number) => ours.find((row) => row.figure === figure && row.size === size)!;
  const importer = ours.find(({ figure }) => figure === 'import')!;
  return [
    ...figures.map(({ figure, size, ...timing }) => ({
      figure: `Actual: ${figure}; floor: our ${figure === 'month totals' ? 'trend' : 'categories'}`,
      size,
      ...timing,
      floorP50Ms: oursOf(figure === 'month totals' ? 'trend' : 'categories', size).p50Ms,
    })),
    {
      figure: 'Actual: import; floor: ours',
      size: imported,
      p50Ms: importMs,
      p99Ms: importMs,
      floorP50Ms: (importer.p50Ms * imported) / importer.size,
      perSecond: (imported * 1_000) / importMs,
      floorPerSecond: importer.perSecond!,
    },
  ];
}

function install(): void {
  const { status, stderr } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 300_000,
    env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` },
  });
  if (status !== 0) throw new Error(`the peer could not be installed: ${stderr.slice(-1_000)}`);
}
