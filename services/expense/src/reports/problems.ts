import { Problem } from '@outlay/service-kit/problem.ts';

export class ReportNotFound extends Problem {
  static override readonly code = 'report-not-found';
  static override readonly status = 404;
  static override readonly title = 'Saved report not found';
  constructor(parameter: 'id' | 'report') {
    super('The ledger has no such saved report.', {
      errors: [{ parameter, detail: 'is no saved report of this ledger' }],
    });
  }
}

export class ReportNameTaken extends Problem {
  static override readonly code = 'report-name-taken';
  static override readonly status = 409;
  static override readonly title = 'The name is taken';
  constructor(options?: ErrorOptions) {
    super('Another saved report has this name.', {
      ...options,
      errors: [{ pointer: '#/name', detail: 'is the name of another saved report' }],
    });
  }
}

export class TooManyReports extends Problem {
  static override readonly code = 'too-many-reports';
  static override readonly status = 409;
  static override readonly title = 'Too many saved reports';
  constructor(max: number) {
    super(`A ledger has ${max} saved reports at most.`);
  }
}
