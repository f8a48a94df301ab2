import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { FigureAnswer } from './figure-answer.ts';

/** Far longer than analytics needs to read the largest, and shorter than a pod that is to end waits for its last answers. */
export const tellMsDefault = 10_000;

/** Of most figures all lines are ready sooner than a stream for them would be. */
const atOnceMax = 512;

/**
 * Tells a figure line by line, as fast as it is read. Who has not read it in time is cut off. However it ends, its room is free then.
 * @returns the body of the answer
 */
export function tellFigure(figure: FigureAnswer, response: ServerResponse, tellMs: number): Readable | string {
  if (figure.bucketCount <= atOnceMax) {
    const text = [...figure.lines()].join('');
    figure.close();
    return text;
  }
  const late = setTimeout(() => response.destroy(), tellMs);
  response.once('close', () => clearTimeout(late));
  const stream = Readable.from(figure.lines());
  stream.once('close', () => figure.close());
  // A client that leaves ends the stream by an error: without a listener it would end the process.
  stream.on('error', () => undefined);
  return stream;
}
