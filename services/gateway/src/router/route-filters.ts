import type { Bootstrap, RouteConfig, VirtualHostConfig } from '../bootstrap/bootstrap-schema.ts';
import { originsOf } from '../bootstrap/filter-schemas.ts';
import { Cors } from '../filters/cors.ts';
import { csrf } from '../filters/csrf.ts';
import { Fault } from '../filters/fault.ts';
import type { Filter } from '../filters/filter.ts';
import type { JwtProviders } from '../filters/jwt-authn/providers.ts';
import { LocalRateLimit } from '../filters/local-rate-limit.ts';
import type { RateLimit } from '../filters/rate-limit.ts';
import { Rbac } from '../filters/rbac.ts';

/** What filters of several routes share. */
export interface FilterParts {
  readonly providers: JwtProviders;
  readonly rateLimits: ReadonlyMap<keyof Bootstrap['local_rate_limits'], RateLimit>;
}

/** The filters of a route in the order in which they decide: cheap ones first, those that wait last. @param pattern its name */
export function filtersOf(
  route: RouteConfig,
  host: VirtualHostConfig,
  pattern: string,
  { providers, rateLimits }: FilterParts,
): Filter[] {
  const filters: Filter[] = [];
  const cors = route.cors ?? host.cors;
  const fault = route.fault ?? host.fault;
  // A route that says nothing needs a token: what is public is so because someone wrote it down.
  const isPublic = route.requires === 'none';
  const limits = (route.rate_limits ?? host.rate_limits).map((name) => rateLimits.get(name) as RateLimit);
  const limit = (of: RateLimit) => filters.push(new LocalRateLimit(of, pattern));

  if (cors && originsOf(cors.allow_origin_string_match).length > 0) filters.push(new Cors(cors));
  if (fault && (fault.delay?.percentage || fault.abort?.percentage)) filters.push(new Fault(fault));
  // Before the token is verified, which costs more than to count; whose it is is only known afterwards.
  limits.filter(({ per }) => per !== 'user').forEach(limit);
  if (route.csrf) filters.push(csrf(route.csrf.additional_origins));
  if (isPublic) return filters;
  filters.push(providers.filterOf(route.requires));
  limits.filter(({ per }) => per === 'user').forEach(limit);
  if (route.rbac) filters.push(new Rbac(route.rbac));
  return filters;
}
