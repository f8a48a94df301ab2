import type { Conversion } from '@outlay/contracts/exchange-rate.ts';
import { Problem } from '@outlay/service-kit/problem.ts';

/** Said by expense and passed on as it stands; named here for the API's documentation. */
export class LedgerNotFound extends Problem {
  static override readonly code = 'ledger-not-found';
  static override readonly status = 404;
  static override readonly title = 'Ledger not found';
}

/** Said by expense and passed on. */
export class ReportNotFound extends Problem {
  static override readonly code = 'report-not-found';
  static override readonly status = 404;
  static override readonly title = 'Saved report not found';
}

/** Likewise. */
export class FigureTooLarge extends Problem {
  static override readonly code = 'figure-too-large';
  static override readonly status = 422;
  static override readonly title = 'The figure is too large';
}

/** Better no sum than one that lost a cent to the rounding of a double. */
export class SumTooLarge extends Problem {
  static override readonly code = 'sum-too-large';
  static override readonly status = 422;
  static override readonly title = 'The sum is too large';
  constructor() {
    super('The sum passes 9,007,199,254,740,991 minor units, the largest that is exact. Ask for a shorter period.');
  }
}

export class NotAcceptable extends Problem {
  static override readonly code = 'not-acceptable';
  static override readonly status = 406;
  static override readonly title = 'No acceptable form of the answer';
  constructor() {
    super('Figures are given as application/json and text/csv; `Accept` allows neither.');
  }
}

/** Where the answer cannot say what it leaves out. */
export class RatesMissing extends Problem {
  static override readonly code = 'exchange-rates-missing';
  static override readonly status = 422;
  static override readonly title = 'Exchange rates are missing';
  constructor(missing: Conversion['missing']) {
    const named = missing.map(({ currency, count, from, to }) => `${currency} (${count} entries, ${from} to ${to})`);
    super(`No rate is known for ${named.join(', ')}. Set one by hand, or ask for JSON to get the rest.`, {
      errors: [
        { parameter: 'convert', detail: `lacks rates of ${missing.map(({ currency }) => currency).join(', ')}` },
      ],
    });
  }
}
