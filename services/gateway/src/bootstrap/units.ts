import { z } from 'zod';

const msPer = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const bytesPer = { B: 1, KiB: 1_024, MiB: 1_048_576 } as const;

/** Of a cluster, a provider, a listener. */
export const name = z.string().regex(/^[a-z][a-z0-9_-]*$/, 'must be a name of lower-case letters, digits, _ and -');

export const absolutePath = z.string().regex(/^\/[!#-[\]-~]*$/, 'must start with / and hold no blanks or quotes');

/** "250ms", "5s", "2m", "1h" as milliseconds. */
export const duration = z
  .string({ error: 'must be a duration such as 250ms, 5s or 2m' })
  .regex(/^\d{1,7}(ms|s|m|h)$/, 'must be a duration such as 250ms, 5s or 2m')
  .transform((text) => Number.parseInt(text, 10) * msPer[text.replace(/^\d+/, '') as keyof typeof msPer]);

/** "64KiB", "1MiB" as bytes. */
export const byteSize = z
  .string({ error: 'must be a size such as 64KiB or 1MiB' })
  .regex(/^\d{1,7}(B|KiB|MiB)$/, 'must be a size such as 64KiB or 1MiB')
  .transform((text) => Number.parseInt(text, 10) * bytesPer[text.replace(/^\d+/, '') as keyof typeof bytesPer]);
