import { Problem } from '@outlay/service-kit/problem.ts';

export class StatementUnreadable extends Problem {
  static override readonly code = 'unreadable-statement';
  static override readonly status = 422;
  static override readonly title = 'The file is no statement that can be read';
}

export class ImportNotFound extends Problem {
  static override readonly code = 'import-not-found';
  static override readonly status = 404;
  static override readonly title = 'Import not found';
  /** Also the answer for a preview that has expired. */
  constructor(id: string) {
    super(`No import ${id} in this ledger; a preview is forgotten after a day.`);
  }
}

export class ImportCommitted extends Problem {
  static override readonly code = 'import-committed';
  static override readonly status = 409;
  static override readonly title = 'The import is committed already';
  constructor(id: string) {
    super(`Import ${id} is no preview any more: its expenses are in the ledger.`);
  }
}
