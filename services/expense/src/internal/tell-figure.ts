import { finished, Readable } from 'node:stream';
import { figureLinesType } from '@outlay/contracts/internal.ts';
import { type AppContext, type Reply, reply } from '@outlay/service-kit/route.ts';
import type { FigureAnswer } from './figure-answer.ts';

/** Far longer than the largest takes to be read, and shorter than a pod that is to end waits for its last answers. */
export const tellMsDefault = 10_000;

/** So few are told sooner than a stream for them would be made: most figures have less. */
const atOnceMax = 512;

/**
 * Tells a figure line by line as fast as it is read, or in one document to who does not know the lines. However it ends, its room
 * is free then.
 * @param tellMs who has not read it by then is cut off
 */
export function tellFigure(figure: FigureAnswer, ctx: AppContext, tellMs: number): Reply {
  const asLines = ctx.accepts('application/json', figureLinesType) === figureLinesType;
  if (asLines && figure.bucketCount > atOnceMax) {
    const late = setTimeout(() => {
      ctx.state.log.warn('figure not read in time');
      ctx.res.destroy();
    }, tellMs);
    // Also where the client has left before, while the sums were worked out.
    finished(ctx.res, () => clearTimeout(late));
    const stream = Readable.from(figure.lines()).once('close', () => figure.close());
    // A client that leaves ends the stream by an error: without a listener it would end the process.
    stream.on('error', () => undefined);
    return reply(200, stream, { 'content-type': figureLinesType });
  }
  try {
    if (!asLines) return reply(200, figure.whole());
    return reply(200, [...figure.lines()].join(''), { 'content-type': figureLinesType });
  } finally {
    figure.close();
  }
}
