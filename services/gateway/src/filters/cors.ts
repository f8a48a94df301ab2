import { type CorsConfig, originsOf } from '../bootstrap/filter-schemas.ts';
import type { DirectAnswer, Filter, FilteredRequest, Verdict } from './filter.ts';
import type { ResponseHead } from './response-head.ts';

/**
 * Lets pages of other origins read our answers, where the configuration names them (Fetch standard § 3.2): answers their
 * preflights, and adds the fields that the browser looks for. It keeps nobody out; that is for tokens, and for csrf.
 */
export class Cors implements Filter {
  readonly name = 'cors';
  readonly #exact: ReadonlySet<string>;
  readonly #suffixes: readonly string[];
  /** Beside the origin itself: in answers to preflights, and in others. */
  readonly #ofPreflights: readonly string[];
  readonly #ofAnswers: readonly string[];

  constructor(config: CorsConfig) {
    const origins = originsOf(config.allow_origin_string_match);
    this.#exact = new Set(origins.flatMap(({ exact }) => (exact === undefined ? [] : [exact])));
    this.#suffixes = origins.flatMap(({ suffix }) => (suffix === undefined ? [] : [suffix]));
    const credentials = config.allow_credentials ? ['access-control-allow-credentials', 'true'] : [];
    this.#ofPreflights = [
      ...credentials,
      ...['access-control-allow-methods', config.allow_methods],
      ...(config.allow_headers ? ['access-control-allow-headers', config.allow_headers] : []),
      ...(config.max_age ? ['access-control-max-age', config.max_age] : []),
    ];
    this.#ofAnswers = [
      ...credentials,
      ...(config.expose_headers ? ['access-control-expose-headers', config.expose_headers] : []),
    ];
  }

  onRequest(request: FilteredRequest): Verdict {
    return isPreflight(request) ? this.#answerPreflight(request) : undefined;
  }

  /** An origin that is not named gets an answer all the same, and its browser no permission (Envoy does likewise). */
  #answerPreflight({ head: { origin } }: FilteredRequest): DirectAnswer {
    return { status: 200, headers: this.#isAllowed(origin) ? this.#ofPreflights : [] };
  }

  onResponse(request: FilteredRequest, head: ResponseHead): void {
    const { origin } = request.head;
    // Also where this origin may not: a cache must not take this answer for another's.
    head.add('vary', 'origin');
    if (!this.#isAllowed(origin)) return;
    head.add('access-control-allow-origin', origin as string);
    if (!isPreflight(request)) head.addAll(this.#ofAnswers);
  }

  #isAllowed(origin: string | undefined): boolean {
    if (origin === undefined || origin === 'null') return false;
    return this.#exact.has(origin) || this.#exact.has('*') || this.#suffixes.some((suffix) => origin.endsWith(suffix));
  }
}

/** A browser asks whether it may send what its page wants to send. */
export const isPreflight = ({ method, head }: Pick<FilteredRequest, 'method' | 'head'>): boolean =>
  method === 'OPTIONS' && head.origin !== undefined && head.requestedMethod !== undefined;
