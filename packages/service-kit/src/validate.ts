import type { FieldError } from '@outlay/contracts/problem.ts';
import type { z } from 'zod';
import { ValidationFailed } from './problem.ts';

type Place = 'body' | 'query' | 'path' | 'header';

/** RFC 6901: a JSON pointer as URI fragment. */
const pointer = (path: readonly PropertyKey[]): string =>
  `#${path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')}`;

function toFieldErrors(error: z.ZodError, place: Place): FieldError[] {
  const at = (path: readonly PropertyKey[]) =>
    place === 'body' ? { pointer: pointer(path) } : { parameter: path.map(String).join('.') };
  return error.issues.flatMap((issue): FieldError[] =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ ...at([...issue.path, key]), detail: 'is not known here' }))
      : [{ ...at(issue.path), detail: issue.message }],
  );
}

/**
 * Parses what came from outside, once, at the edge of the service.
 * @throws {ValidationFailed} naming every field that is wrong, never the values
 */
export function validate<T extends z.ZodType>(schema: T, value: unknown, place: Place): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = toFieldErrors(result.error, place);
  const names = errors.map((error) => error.pointer ?? error.parameter).filter((name) => name && name !== '#');
  throw new ValidationFailed(names.length ? `Wrong: ${[...new Set(names)].join(', ')}.` : 'The request is not valid.', {
    errors,
  });
}
