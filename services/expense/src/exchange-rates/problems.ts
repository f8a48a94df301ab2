import { Problem } from '@outlay/service-kit/problem.ts';

export class RateNotFound extends Problem {
  static override readonly code = 'exchange-rate-not-found';
  static override readonly status = 404;
  static override readonly title = 'Exchange rate not found';
  constructor() {
    super('The ledger has no such exchange rate.', {
      errors: [{ parameter: 'id', detail: 'is no exchange rate of this ledger' }],
    });
  }
}

export class RateTaken extends Problem {
  static override readonly code = 'exchange-rate-taken';
  static override readonly status = 409;
  static override readonly title = 'There is an exchange rate from this day';
  constructor(options?: ErrorOptions) {
    super('The pair of currencies has another rate from this day. Delete it first.', {
      ...options,
      errors: [{ pointer: '#/from', detail: 'is the first day of another rate of this pair' }],
    });
  }
}

export class TooManyRates extends Problem {
  static override readonly code = 'too-many-exchange-rates';
  static override readonly status = 409;
  static override readonly title = 'Too many exchange rates';
  constructor(max: number) {
    super(`A ledger has ${max} exchange rates of its own at most.`);
  }
}
