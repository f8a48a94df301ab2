import type { RbacConfig } from '../bootstrap/filter-schemas.ts';
import { ScopeMissing } from '../problems.ts';
import type { Filter, FilteredRequest } from './filter.ts';

/** Lets a request on only where its user's token has every scope, and one of the roles, that the route asks for. */
export class Rbac implements Filter {
  readonly name = 'rbac';
  readonly #scopes: readonly string[];
  readonly #roles: readonly string[];
  readonly #problem: ScopeMissing;

  constructor({ scopes = [], roles = [] }: RbacConfig) {
    this.#scopes = scopes;
    this.#roles = roles;
    this.#problem = new ScopeMissing(scopes);
  }

  onRequest({ token }: FilteredRequest): ScopeMissing | undefined {
    const hasScopes = this.#scopes.every((scope) => token?.scopes.includes(scope));
    const hasRole = this.#roles.length === 0 || this.#roles.some((role) => token?.roles.includes(role));
    return hasScopes && hasRole ? undefined : this.#problem;
  }
}
