import { z } from 'zod';

/** Identifier of a stored thing: 24 lower-case hex digits (a MongoDB ObjectId). */
export const Id = z
  .string()
  .regex(/^[0-9a-f]{24}$/, 'must be 24 lower-case hex digits')
  .meta({ description: 'Identifier: 24 lower-case hex digits', examples: ['6742c0ffee00c0ffee00beef'] });

/** An instant, UTC. */
export const Instant = z.iso.datetime().meta({ description: 'Instant in UTC', examples: ['2026-11-23T17:24:00.000Z'] });

/**
 * A local calendar day. Never converted to UTC: breakfast in Auckland on 1 January belongs to January.
 * Years 1900–2200: outside of that a bank's file is broken rather than old.
 */
export const CalendarDate = z.iso
  .date({ abort: true })
  .refine((date) => date >= '1900-01-01' && date <= '2200-12-31', 'must lie between 1900-01-01 and 2200-12-31')
  .meta({ description: 'Calendar day, YYYY-MM-DD', examples: ['2026-11-23'] });

/** The query of every paged list. */
export const Paging = {
  limit: z.coerce.number().int().min(1).max(200).default(50).meta({ description: 'Items a page, at most 200' }),
  cursor: z.string().max(2_000).optional().meta({ description: '`next` of the page before; opaque' }),
};

/** One page of a list: follow `next` until it is null. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    next: z.string().nullable().meta({ description: 'Cursor of the next page; null on the last one' }),
  });

/**
 * Plain text that people type: spaces around it are cut, and it holds no control characters (they break exports and logs) and no
 * halves of surrogate pairs (the database would keep another letter than the answer tells).
 */
export const text = (max: number) =>
  z
    .string()
    .trim()
    .max(max)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
    .regex(/^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]*$/, 'must not hold control characters')
    .refine((typed) => typed.isWellFormed(), 'must not hold half of a surrogate pair');
