import { z } from 'zod';

/** One thing wrong with a request: where (RFC 6901 JSON pointer, or the parameter's name) and what would be right. */
export const FieldError = z.object({
  pointer: z
    .string()
    .optional()
    .meta({ description: 'JSON pointer into the body', examples: ['#/amount'] }),
  parameter: z
    .string()
    .optional()
    .meta({ description: 'Name of the path, query or header parameter', examples: ['limit'] }),
  detail: z.string().meta({ examples: ['must be an integer ≥ 1'] }),
});
export type FieldError = z.infer<typeof FieldError>;

/** RFC 9457 problem details, the body of every error. */
export const ProblemBody = z
  .object({
    type: z
      .string()
      .meta({ description: 'Stable identifier of the kind of problem', examples: ['/problems/validation'] }),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    errors: z.array(FieldError).optional(),
    traceId: z.string().optional().meta({ description: 'W3C trace id: look it up in the logs or in Jaeger' }),
  })
  .meta({ id: 'Problem' });
export type ProblemBody = z.infer<typeof ProblemBody>;
