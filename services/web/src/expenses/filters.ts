import type { Kind } from '@outlay/contracts/expense.ts';

export const kinds = ['expense', 'income', 'refund', 'transfer'] as const satisfies readonly Kind[];
export const sorts = ['-date', 'date', '-amount', 'amount'] as const;
export type Sort = (typeof sorts)[number];

/** What narrows the list of expenses; the same names as in the API's query and in the page's address. */
export interface Filters {
  q?: string;
  /** First and last day, included. */
  from?: string;
  to?: string;
  /** Id of a category (its children included), or `none`. */
  category?: string;
  kind?: Kind;
  payee?: string;
  tag?: string;
  /** Minor units of the ledger's currency. */
  min?: number;
  max?: number;
  sort?: Sort;
}

const isOneOf = <T extends string>(values: readonly T[], value: string | null): value is T =>
  values.includes(value as T);
const date = (value: string | null) => (value && /^\d{4}-\d\d-\d\d$/.test(value) ? value : undefined);
const minor = (value: string | null) => (value && /^\d{1,11}$/.test(value) ? Number(value) : undefined);
const words = (value: string | null, max: number) => value?.trim().slice(0, max) || undefined;

/** Reads the filters of an address; what is no filter, or no value for it, is left out. */
export function readFilters(params: URLSearchParams): Filters {
  const category = params.get('category');
  const kind = params.get('kind');
  const sort = params.get('sort');
  return withoutUndefined({
    q: words(params.get('q'), 200),
    from: date(params.get('from')),
    to: date(params.get('to')),
    category: category && /^([0-9a-f]{24}|none)$/.test(category) ? category : undefined,
    kind: isOneOf(kinds, kind) ? kind : undefined,
    payee: words(params.get('payee'), 200),
    tag: words(params.get('tag'), 40),
    min: minor(params.get('min')),
    max: minor(params.get('max')),
    sort: isOneOf(sorts, sort) && sort !== '-date' ? sort : undefined,
  });
}

/** The address of these filters: "" or "?from=…"; the order is fixed, so that equal filters have one address. */
export function filterSearch(filters: Filters): string {
  const params = new URLSearchParams();
  for (const name of filterNames) {
    const value = filters[name];
    if (value !== undefined && value !== '') params.set(name, String(value));
  }
  return params.size > 0 ? `?${params}` : '';
}

const filterNames = ['q', 'from', 'to', 'category', 'kind', 'payee', 'tag', 'min', 'max', 'sort'] as const;

/** How many filters the panel holds; search, period and order show on their own. */
export const panelCount = (filters: Filters): number =>
  (['category', 'kind', 'payee', 'tag', 'min', 'max'] as const).filter((name) => filters[name] !== undefined).length;

/** Whether the list leaves anything out. */
export const isNarrowed = ({ sort: _, ...narrowing }: Filters): boolean => Object.keys(narrowing).length > 0;

/** `change` over `filters`; undefined takes a filter away. */
export const changeFilters = (
  filters: Filters,
  change: { [Name in keyof Filters]: Filters[Name] | undefined },
): Filters => withoutUndefined({ ...filters, ...change });

function withoutUndefined(filters: { [Name in keyof Filters]: Filters[Name] | undefined }): Filters {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined));
}

export type ChangeFilters = (changes: Parameters<typeof changeFilters>[1], replace?: boolean) => void;
