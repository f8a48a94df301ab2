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

export class TooManyImports extends Problem {
  static override readonly code = 'too-many-imports';
  static override readonly status = 429;
  static override readonly title = 'Too many files at once';
  constructor(max: number) {
    super(`${max} files of this ledger wait to be read.`, { headers: { 'retry-after': '10' } });
  }
}

export class ImportNotReady extends Problem {
  static override readonly code = 'import-not-ready';
  static override readonly status = 409;
  static override readonly title = 'The import does not allow that now';
  constructor({ id, status }: { id: string; status: string }, needed: string) {
    super(`Import ${id} is ${status}: it must be ${needed}.`);
  }
}

export class ChoiceDiffers extends Problem {
  static override readonly code = 'import-choice-differs';
  static override readonly status = 409;
  static override readonly title = 'The import was committed with another choice';
  constructor(id: string) {
    super(`Import ${id} was committed with other rows or categories. Undo it to choose again.`);
  }
}

export class ImportEntriesChanged extends Problem {
  static override readonly code = 'import-entries-changed';
  static override readonly status = 409;
  static override readonly title = 'Expenses of the import were changed since';
  constructor(changed: number) {
    super(`${changed} of its expenses were changed since. Say what becomes of them.`, {
      errors: [{ pointer: '#/changed', detail: `must be keep or remove, for ${changed} changed expenses` }],
    });
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
