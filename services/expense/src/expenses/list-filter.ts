import { hash } from 'node:crypto';
import { CalendarDate, Id } from '@outlay/contracts/common.ts';
import type { Expense, ExpenseQuery } from '@outlay/contracts/expense.ts';
import type { FieldError } from '@outlay/contracts/problem.ts';
import { decodeCursor, encodeCursor } from '@outlay/service-kit/cursor.ts';
import { ValidationFailed } from '@outlay/service-kit/problem.ts';
import { Types } from 'mongoose';
import { z } from 'zod';
import type { IndexName } from './expense-document.ts';
import { foldCase } from './search-words.ts';

/** A filter of MongoDB's query language. */
export type Filter = Record<string, unknown>;

/** The filters of a query with what they need from elsewhere. */
export interface ListFilter {
  readonly ledger: Types.ObjectId;
  readonly query: ExpenseQuery;
  /** The category asked for and its children, or [null] for those without one; undefined: all. */
  readonly categories: readonly (string | null)[] | undefined;
  /** For each word of `q`, the words of the ledger that begin so; undefined where they are too many to look up each. */
  readonly words: readonly { beginning: string; completions: readonly string[] | undefined }[];
}

/** @throws {ValidationFailed} where a bound lies behind the other */
export function checkBounds({ from, to, min, max }: ExpenseQuery): void {
  const errors: FieldError[] = [];
  if (from && to && from > to) errors.push({ parameter: 'from', detail: 'must not lie behind `to`' });
  if (min !== undefined && max !== undefined && min > max)
    errors.push({ parameter: 'min', detail: 'must not be larger than `max`' });
  if (errors.length) throw new ValidationFailed(`Wrong: ${errors.map((e) => e.parameter).join(', ')}.`, { errors });
}

/** One filter at a time, by the index that serves it; `date` bounds belong to every index but that of amounts. */
export function filtersByIndex({ query, categories, words }: ListFilter): Partial<Record<IndexName, Filter>> {
  const { from, to, min, max, tag, payee, kind, currency } = query;
  const found: Partial<Record<IndexName, Filter>> = {};
  if (tag) found.tag = { tags: tag };
  if (payee) found.payee = { payeeKey: foldCase(payee) };
  const completed = words.flatMap(({ completions }) => (completions ? [{ words: { $in: completions } }] : []));
  if (completed.length) found.words = { $and: completed };
  if (categories)
    found.category = {
      category: { $in: categories.map((id) => (id === null ? null : new Types.ObjectId(id))) },
    };
  if (kind && kind !== 'expense') found.kind = { kind };
  if (currency) found.currency = { currency };
  if (min !== undefined || max !== undefined)
    found.amount = { amount: { ...(min !== undefined && { $gte: min }), ...(max !== undefined && { $lte: max }) } };
  if (from || to) found.date = { date: { ...(from && { $gte: from }), ...(to && { $lte: to }) } };
  return found;
}

/** Everything that is asked of an expense. */
export function wholeFilter(filter: ListFilter): Filter {
  const { ledger, query, words } = filter;
  const { $and = [], ...rest } = Object.assign({}, ...Object.values(filtersByIndex(filter))) as Filter & {
    $and?: Filter[];
  };
  const beginnings = words.flatMap(({ beginning, completions }) =>
    // Searched words hold letters and digits only, so that nothing in them means anything to a regular expression.
    completions ? [] : [{ words: { $regex: `^${beginning}` } }],
  );
  const all = [...$and, ...beginnings];
  return {
    ledger,
    ...rest,
    ...(query.kind === 'expense' && { kind: 'expense' }),
    ...(all.length > 0 && { $and: all }),
  };
}

type Sort = ExpenseQuery['sort'];
export const sortFields = (sort: Sort): Record<string, 1 | -1> => {
  const direction = sort.startsWith('-') ? -1 : 1;
  return sort.endsWith('amount')
    ? { amount: direction, date: direction, _id: direction }
    : { date: direction, _id: direction };
};

/** Where a page ended, and for which list: under another sort or filter the position would mean nothing. */
const Position = z.strictObject({ list: z.string(), date: CalendarDate, amount: z.int(), id: Id });

/** What a cursor is bound to: the list that was asked for, the size of its pages aside. */
function listHash({ cursor: _cursor, limit: _limit, ...list }: ExpenseQuery): string {
  const named = Object.entries(list).sort(([a], [b]) => (a < b ? -1 : 1));
  return hash('sha256', JSON.stringify(named), 'base64url').slice(0, 16);
}

export const cursorAfter = (query: ExpenseQuery, { id, date, amount }: Expense): string =>
  encodeCursor({ list: listHash(query), date, amount, id });

/**
 * Adds to the filter that a page starts behind the cursor. The first field bounds the index; those that equal it there and have
 * been on a page are read again and left out by $nor, which (other than $or) never tempts the planner into a union of scans.
 * @throws {ValidationFailed} naming `cursor` where it is none of this list's
 */
export function startingAt(filter: Filter, query: ExpenseQuery): Filter {
  if (query.cursor === undefined) return filter;
  const { list, date, amount, id } = decodeCursor(Position, query.cursor);
  if (list !== listHash(query))
    throw new ValidationFailed('Wrong: cursor.', {
      errors: [{ parameter: 'cursor', detail: 'belongs to a list with another sort or filter' }],
    });
  const isDescending = query.sort.startsWith('-');
  const bound = isDescending ? '$lte' : '$gte';
  const passed = isDescending ? '$gt' : '$lt';
  const reached = { [`${passed}e`]: new Types.ObjectId(id) };
  const before = query.sort.endsWith('amount')
    ? [
        { amount, date: { [passed]: date } },
        { amount, date, _id: reached },
      ]
    : [{ date, _id: reached }];
  const $and = [...((filter.$and as Filter[] | undefined) ?? [])];
  $and.push(query.sort.endsWith('amount') ? { amount: { [bound]: amount } } : { date: { [bound]: date } });
  return { ...filter, $and, $nor: before };
}
