import {
  type Bucket,
  bucketsMax,
  Figures,
  FiguresEnd,
  FiguresHead,
  FiguresPart,
  figureLineBytesMax,
  figureLinesType,
} from '@outlay/contracts/internal.ts';
import type { ServiceAnswer } from '@outlay/identity/service-client.ts';
import { z } from 'zod';

type Range = Figures['ranges'][number];

/**
 * Figures as expense tells them: line by line, or in one piece by the release before the lines.
 * @throws {Error} where they are not as agreed, or not all of them came
 */
export async function readFigures(answer: ServiceAnswer): Promise<Figures> {
  if (answer.type === figureLinesType) return readLines(answer.lines(figureLineBytesMax));
  const figures = Figures.parse(await answer.json());
  for (const range of figures.ranges) checkDates(range, range.buckets);
  return figures;
}

const FiguresLine = z.union([FiguresPart, FiguresEnd]);

async function readLines(lines: AsyncIterable<unknown>): Promise<Figures> {
  let figures: Figures | undefined;
  let end: FiguresEnd | undefined;
  let bucketCount = 0;
  for await (const value of lines) {
    if (!figures) {
      const head = FiguresHead.parse(value);
      figures = { ...head, ranges: head.ranges.map((range): Range => ({ ...range, buckets: [] })) };
      continue;
    }
    if (end) throw new Error('a line after the last');
    const line = FiguresLine.parse(value);
    if ('bucketCount' in line) {
      end = line;
      continue;
    }
    const range = figures.ranges[line.range];
    if (!range) throw new Error(`buckets of range ${line.range}, which is none`);
    checkDates(range, line.buckets);
    range.buckets.push(...line.buckets);
    bucketCount += line.buckets.length;
    if (bucketCount > bucketsMax) throw new Error(`more than ${bucketsMax} buckets`);
  }
  if (!figures || end?.bucketCount !== bucketCount)
    throw new Error(`the figure broke off: ${bucketCount} buckets of ${end?.bucketCount ?? 'unknown'}`);
  return figures;
}

/** @throws {Error} where a bucket lies outside of its range */
function checkDates({ from, to }: Range, buckets: readonly Bucket[]): void {
  if (buckets.some(({ start }) => start < from || start > to)) throw new Error('a bucket outside of its range');
}
