import { RequestTooLarge } from '../problems.ts';
import type { Filter } from './filter.ts';

/** Refuses a body that says it is too large before a byte of it is read; the others are counted while they stream. */
export class BodyLimit implements Filter {
  readonly name = 'body-limit';
  readonly bytesMax: number;
  readonly problem: RequestTooLarge;

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
    this.problem = new RequestTooLarge(bytesMax);
  }

  onRequest({ head }: Parameters<Filter['onRequest']>[0]): RequestTooLarge | undefined {
    return head.contentLength > this.bytesMax ? this.problem : undefined;
  }
}
