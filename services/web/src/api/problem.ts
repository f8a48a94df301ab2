import type { ProblemBody } from '@outlay/contracts/problem.ts';

/** A refusal by the API (RFC 9457), or status 0 where no answer came at all. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  readonly type: string;
  readonly errors: NonNullable<ProblemBody['errors']>;
  readonly traceId: string | undefined;

  constructor(body: ProblemBody, options?: ErrorOptions) {
    super(body.detail ?? body.title, options);
    this.status = body.status;
    this.type = body.type;
    this.errors = body.errors ?? [];
    this.traceId = body.traceId;
  }
}

/** What one says to a person where the network or the server gave no usable answer. */
export const unreachable = (cause: unknown): ApiProblem =>
  new ApiProblem(
    {
      type: '/problems/unreachable',
      title: 'Outlay cannot be reached. Check your connection and try again.',
      status: 0,
    },
    { cause },
  );

/** The sentence to show for any error. */
export const messageOf = (error: unknown): string =>
  error instanceof ApiProblem ? error.message : 'Something went wrong on this page. Please try again.';

/** "#/tags/3" → "tags/3" */
const pathOf = (pointer: string): string => pointer.replace(/^#?\//, '');

/**
 * Sorts a problem's errors by the form's fields.
 * @param fields what the form shows, as paths in the body: `amount`, `password/current`
 * @returns one sentence per field, and the rest as `form`: what no field can show
 */
export function fieldErrors<Field extends string>(
  error: unknown,
  fields: readonly Field[],
): { byField: Partial<Record<Field, string>>; form: string | null } {
  const byField: Partial<Record<Field, string>> = {};
  if (!(error instanceof ApiProblem)) return { byField, form: messageOf(error) };
  const rest: string[] = [];
  for (const { pointer, parameter, detail } of error.errors) {
    const name = pointer === undefined ? (parameter ?? '') : pathOf(pointer);
    const field = fields.find((known) => name === known || name.startsWith(`${known}/`));
    if (field === undefined) rest.push(name ? `${name}: ${detail}` : detail);
    else byField[field] ??= sentence(detail);
  }
  const isPlaced = Object.keys(byField).length > 0 && rest.length === 0;
  return { byField, form: isPlaced ? null : [error.message, ...rest].join(' ') };
}

/** "must be at least 1" → "Must be at least 1." */
const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
