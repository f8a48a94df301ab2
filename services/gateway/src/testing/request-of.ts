import type { FilteredRequest } from '../filters/filter.ts';
import { RequestHead } from '../filters/request-head.ts';

/** A request as filters see it. @param fields of its head */
export const requestOf = (
  fields: Readonly<Record<string, string>> = {},
  changes: Partial<FilteredRequest> = {},
): FilteredRequest => ({
  method: 'GET',
  path: '/',
  head: new RequestHead(Object.entries({ host: 'outlay.example', ...fields }).flat(), 100),
  scheme: 'https',
  clientAddress: '192.0.2.1',
  token: undefined,
  bucket: undefined,
  filterFlag: undefined,
  ...changes,
});
