import type { RouteConfig } from '../bootstrap/bootstrap-schema.ts';
import { csrf } from '../filters/csrf.ts';
import type { Filter } from '../filters/filter.ts';
import type { JwtProviders } from '../filters/jwt-authn/providers.ts';

/** The filters of a route in the order in which they decide: cheap ones first, those that wait last. */
export function filtersOf(config: RouteConfig, providers: JwtProviders): Filter[] {
  const filters: Filter[] = [];
  if (config.csrf) filters.push(csrf(config.csrf.additional_origins));
  // A route that says nothing needs a token: what is public is so because someone wrote it down.
  if (config.requires !== 'none') filters.push(providers.filterOf(config.requires));
  return filters;
}
