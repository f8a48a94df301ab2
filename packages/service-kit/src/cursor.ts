import type { z } from 'zod';
import { ValidationFailed } from './problem.ts';

/** An opaque cursor: what the next page needs to know, as base64url of JSON. Clients must not read it; we do not trust it. */
export const encodeCursor = (position: unknown): string => Buffer.from(JSON.stringify(position)).toString('base64url');

/** @throws {ValidationFailed} naming `cursor` where it is not one of ours */
export function decodeCursor<T extends z.ZodType>(schema: T, cursor: string): z.output<T> {
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch (cause) {
    throw new ValidationFailed('Wrong: cursor.', {
      cause,
      errors: [{ parameter: 'cursor', detail: 'must be the `next` of the page before, with the same sort' }],
    });
  }
}
