import {
  type Bucket,
  type Figures,
  type FiguresEnd,
  type FiguresHead,
  type FiguresPart,
  partBucketsMax,
} from '@outlay/contracts/internal.ts';
import type { BucketRoom, Buckets } from '../rollups/figure-buckets.ts';

/**
 * A figure whose sums are worked out: to be told once, for what is told is let go of, and to be closed. A class, because a closure
 * where the sums are made would keep all that they were made of until the last of them is read.
 */
export class FigureAnswer {
  readonly #head: FiguresHead;
  /** Of each of the head's ranges. */
  readonly #buckets: readonly Buckets[];
  readonly #room: BucketRoom;

  constructor(head: FiguresHead, buckets: readonly Buckets[], room: BucketRoom) {
    this.#head = head;
    this.#buckets = buckets;
    this.#room = room;
  }

  get bucketCount(): number {
    return this.#room.taken;
  }

  *lines(): Generator<string> {
    let bucketCount = 0;
    yield toLine(this.#head);
    for (const [range, all] of this.#buckets.entries())
      for (const buckets of inParts(all.drain())) {
        bucketCount += buckets.length;
        yield toLine({ range, buckets });
      }
    yield toLine({ bucketCount });
  }

  whole(): Figures {
    const ranges = this.#head.ranges.map((range, index) => ({ ...range, buckets: [...this.#buckets[index]!.drain()] }));
    return { ...this.#head, ranges };
  }

  /** Others may have the room that its buckets take. */
  close(): void {
    this.#room.release();
  }
}

const toLine = (line: FiguresHead | FiguresPart | FiguresEnd) => `${JSON.stringify(line)}\n`;

function* inParts(buckets: Iterable<Bucket>): Generator<Bucket[]> {
  let part: Bucket[] = [];
  for (const bucket of buckets) {
    part.push(bucket);
    if (part.length < partBucketsMax) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}
