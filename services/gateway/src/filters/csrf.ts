import { crossSite } from '../problems.ts';
import type { Filter, FilteredRequest } from './filter.ts';

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses requests that another site made a browser send, on routes where a cookie speaks for the user. Browsers say where
 * a request comes from by Sec-Fetch-Site, older ones by Origin; what says neither is no browser, and has no cookies that
 * it did not mean to send. Other subdomains count as other sites: we do not know who runs them.
 * @param additionalOrigins origins that may, beside our own
 */
export function csrf(additionalOrigins: readonly string[]): Filter {
  const allowed = new Set(additionalOrigins.map((url) => new URL(url).origin));

  const isOwn = ({ head, scheme }: FilteredRequest): boolean => {
    if (head.origin !== undefined && allowed.has(head.origin)) return true;
    if (head.fetchSite !== undefined) return head.fetchSite === 'same-origin' || head.fetchSite === 'none';
    return head.origin === undefined || head.origin === `${scheme}://${head.host.toLowerCase()}`;
  };

  return {
    name: 'csrf',
    onRequest: (request) => (safeMethods.has(request.method) || isOwn(request) ? undefined : crossSite),
  };
}
