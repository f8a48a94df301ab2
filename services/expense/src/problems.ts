import { Problem } from '@outlay/service-kit/problem.ts';

export class LedgerNotFound extends Problem {
  static override readonly code = 'ledger-not-found';
  static override readonly status = 404;
  static override readonly title = 'Ledger not found';
  /** Also the answer for another user's ledger: a 403 would confirm that it exists. */
  constructor() {
    super('You have no such ledger.', { errors: [{ parameter: 'ledger', detail: 'is no ledger of yours' }] });
  }
}

export class TooManyLedgers extends Problem {
  static override readonly code = 'too-many-ledgers';
  static override readonly status = 409;
  static override readonly title = 'Too many ledgers';
  constructor(max: number) {
    super(`A user has ${max} ledgers at most.`);
  }
}

export class CategoryNotFound extends Problem {
  static override readonly code = 'category-not-found';
  static override readonly status = 404;
  static override readonly title = 'Category not found';
  constructor() {
    super('The ledger has no such category.', {
      errors: [{ parameter: 'id', detail: 'is no category of this ledger' }],
    });
  }
}

export class CategoryNameTaken extends Problem {
  static override readonly code = 'category-name-taken';
  static override readonly status = 409;
  static override readonly title = 'The name is taken';
  constructor(options?: ErrorOptions) {
    super('A category beside it has this name.', {
      ...options,
      errors: [{ pointer: '#/name', detail: 'is the name of another category under the same parent' }],
    });
  }
}

export class CategoryTooDeep extends Problem {
  static override readonly code = 'category-too-deep';
  static override readonly status = 409;
  static override readonly title = 'Categories have two levels';
  constructor(detail: string) {
    super('Categories have two levels.', { errors: [{ pointer: '#/parent', detail }] });
  }
}

export class CategoryHasChildren extends Problem {
  static override readonly code = 'category-has-children';
  static override readonly status = 409;
  static override readonly title = 'The category holds others';
  constructor() {
    super('Delete the categories in it first, or give them another parent.');
  }
}

export class CategoryInUse extends Problem {
  static override readonly code = 'category-in-use';
  static override readonly status = 409;
  static override readonly title = 'The category is in use';
  constructor() {
    super('Expenses stand under it. Say where they go: ?moveTo=CATEGORY, or ?moveTo=none to leave them without one.', {
      errors: [{ parameter: 'moveTo', detail: 'must be the id of another category, or none' }],
    });
  }
}

export class TooManyCategories extends Problem {
  static override readonly code = 'too-many-categories';
  static override readonly status = 409;
  static override readonly title = 'Too many categories';
  constructor(max: number) {
    super(`A ledger has ${max} categories at most.`);
  }
}

export class ExpenseNotFound extends Problem {
  static override readonly code = 'expense-not-found';
  static override readonly status = 404;
  static override readonly title = 'Expense not found';
  constructor() {
    super('The ledger has no such expense.', { errors: [{ parameter: 'id', detail: 'is no expense of this ledger' }] });
  }
}

export class ChangedMeanwhile extends Problem {
  static override readonly code = 'changed-meanwhile';
  static override readonly status = 412;
  static override readonly title = 'Somebody else changed it meanwhile';
  constructor(version: number) {
    super('Read it again, then decide.', {
      errors: [{ parameter: 'If-Match', detail: `does not name the current version, "v${version}"` }],
      headers: { etag: `"v${version}"` },
    });
  }
}

export class IdempotencyKeyReused extends Problem {
  static override readonly code = 'idempotency-key-reused';
  static override readonly status = 422;
  static override readonly title = 'The idempotency key stands for another request';
  constructor() {
    super('This key came with another body before.', {
      errors: [{ parameter: 'Idempotency-Key', detail: 'was used for another body within the last 24 hours' }],
    });
  }
}

export class FigureTooLarge extends Problem {
  static override readonly code = 'figure-too-large';
  static override readonly status = 422;
  static override readonly title = 'The figure is too large';
  constructor(max: number) {
    super(`The figure is made of more than ${max} sums. Ask for a shorter period, or tell less apart.`);
  }
}
