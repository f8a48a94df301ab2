import type { FieldError, ProblemBody } from '@outlay/contracts/problem.ts';

export interface ProblemOptions extends ErrorOptions {
  /** Everything wrong with the request, field by field. */
  errors?: FieldError[];
  /** Response headers that belong to the refusal: Retry-After, Allow, WWW-Authenticate. */
  headers?: Record<string, string>;
}

/**
 * A refusal with a public text (RFC 9457). Subclasses name `code`, `status` and `title`; the message is the `detail` and
 * goes on the wire, so it must hold nothing private: what led to it goes into `cause`, which is only logged.
 */
export abstract class Problem extends Error {
  static readonly code: string;
  static readonly status: number;
  static readonly title: string;
  readonly errors: FieldError[] | undefined;
  readonly headers: Record<string, string>;

  constructor(detail: string, options: ProblemOptions = {}) {
    super(detail, options);
    this.errors = options.errors;
    this.headers = options.headers ?? {};
  }

  private get kind(): ProblemClass {
    return this.constructor as unknown as ProblemClass;
  }

  get status(): number {
    return this.kind.status;
  }

  /** The body on the wire. */
  toBody(traceId: string | undefined): ProblemBody {
    const { code, title, status } = this.kind;
    return {
      type: `/problems/${code}`,
      title,
      status,
      detail: this.message,
      ...(this.errors && { errors: this.errors }),
      ...(traceId && { traceId }),
    };
  }
}

/** What the OpenAPI document and the catalogue of problems need of a class. */
export interface ProblemClass {
  readonly code: string;
  readonly status: number;
  readonly title: string;
}

export class ValidationFailed extends Problem {
  static override readonly code = 'validation';
  static override readonly status = 422;
  static override readonly title = 'The request is not valid';
}

export class MalformedBody extends Problem {
  static override readonly code = 'malformed-body';
  static override readonly status = 400;
  static override readonly title = 'The body cannot be read';
}

export class UnsupportedMediaType extends Problem {
  static override readonly code = 'unsupported-media-type';
  static override readonly status = 415;
  static override readonly title = 'Unsupported media type';
}

export class BodyTooLarge extends Problem {
  static override readonly code = 'body-too-large';
  static override readonly status = 413;
  static override readonly title = 'The body is too large';
  constructor(bytesMax: number) {
    super(`At most ${bytesMax} bytes are taken here.`);
  }
}

export class RouteNotFound extends Problem {
  static override readonly code = 'route-not-found';
  static override readonly status = 404;
  static override readonly title = 'No such route';
  constructor() {
    super('Nothing is served at this path.');
  }
}

export class MethodNotAllowed extends Problem {
  static override readonly code = 'method-not-allowed';
  static override readonly status = 405;
  static override readonly title = 'Method not allowed';
}

export class Unauthenticated extends Problem {
  static override readonly code = 'unauthenticated';
  static override readonly status = 401;
  static override readonly title = 'Authentication is needed';
  constructor(detail: string, options: ErrorOptions = {}) {
    super(detail, { ...options, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } });
  }
}

export class CallerRefused extends Problem {
  static override readonly code = 'caller-refused';
  static override readonly status = 403;
  static override readonly title = 'This caller may not use this route';
}

/** Something we stand on is away; the request may be tried again. */
export class Unavailable extends Problem {
  static override readonly code = 'unavailable';
  static override readonly status = 503;
  static override readonly title = 'Temporarily unavailable';
  /** @param options.didNothing then the gateway may ask another instance at once, whatever the method (docs/gateway.md) */
  constructor(detail: string, options: ErrorOptions & { retryAfterSeconds?: number; didNothing?: boolean } = {}) {
    const { retryAfterSeconds = 1, didNothing, ...rest } = options;
    const headers = { 'retry-after': String(retryAfterSeconds), ...(didNothing && { 'x-outlay-retryable': '1' }) };
    super(detail, { ...rest, headers });
  }
}

export class InternalError extends Problem {
  static override readonly code = 'internal';
  static override readonly status = 500;
  static override readonly title = 'Something went wrong on our side';
  constructor(options: ErrorOptions) {
    super('The error is logged under this trace id.', options);
  }
}

/** What any route of any service may answer, beside its own problems. */
export const commonProblems: readonly ProblemClass[] = [
  ValidationFailed,
  MalformedBody,
  UnsupportedMediaType,
  BodyTooLarge,
  RouteNotFound,
  MethodNotAllowed,
  Unauthenticated,
  CallerRefused,
  Unavailable,
  InternalError,
];
