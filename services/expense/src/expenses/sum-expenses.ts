import type { FiguresQuery } from '@outlay/contracts/internal.ts';
import { Unavailable } from '@outlay/service-kit/problem.ts';
import { type ClientSession, mongo, Types } from 'mongoose';
import type { SumRow } from '../rollups/figure-buckets.ts';
import type { IndexName } from './expense-document.ts';
import type { ExpenseStore } from './expense-store.ts';
import { foldCase } from './search-words.ts';

/** Which expenses are looked at. */
export interface EntryFilter {
  readonly from: string;
  readonly to: string;
  /** Ids; null: those without one. */
  readonly family?: readonly (string | null)[] | undefined;
  readonly tag?: string | undefined;
  readonly payee?: string | undefined;
  readonly kind?: SumRow['kind'] | undefined;
  readonly only?: string | undefined;
  readonly except?: string | undefined;
}

/** And what is told apart. */
export interface SumQuestion extends EntryFilter {
  readonly by: FiguresQuery['by'];
  readonly categories: boolean;
  readonly payees: boolean;
  readonly tags: boolean;
}

const batchMax = 5_000;

/** Below the time that analytics waits for an answer. */
export const queryMs = 4_000;

/**
 * Adds up expenses one by one, for what no rollup tells apart: through the index of the rarest filter, or that of dates, so that
 * only what is asked for is read. Some sums at a time, as they may be as many as the expenses.
 */
export async function* sumExpenses(
  { model }: ExpenseStore,
  session: ClientSession,
  ledger: string,
  question: SumQuestion,
): AsyncGenerator<SumRow[]> {
  const { pipeline, hint } = planOfSums(ledger, question);
  const sums = model.collection.aggregate<SumRow>(pipeline, { session, hint, maxTimeMS: queryMs, batchSize: batchMax });
  try {
    while (await inTime(() => sums.hasNext())) yield sums.readBufferedDocuments();
  } finally {
    await sums.close();
  }
}

/** @throws {Unavailable} where the query took longer than {@link queryMs} */
export async function inTime<T>(query: () => Promise<T>): Promise<T> {
  try {
    return await query();
  } catch (error) {
    if (error instanceof mongo.MongoServerError && error.code === maxTimeExpired)
      throw new Unavailable('The figure takes too long. Ask for a shorter period.', { cause: error });
    throw error;
  }
}

const maxTimeExpired = 50;

/** Apart, so that a test can have it explained. */
export function planOfSums(ledger: string, question: SumQuestion): { pipeline: object[]; hint: IndexName } {
  const { from, by, categories, payees, tags } = question;
  const { $match, hint } = readingOf(ledger, question);
  const key = {
    currency: '$currency',
    kind: '$kind',
    ...(by === 'day' && { date: '$date' }),
    ...(by === 'month' && { date: { $concat: [{ $substrBytes: ['$date', 0, 7] }, '-01'] } }),
    ...(categories && { category: { $toString: '$category' } }),
    ...(payees && { payee: '$payee' }),
    ...(tags && { tag: '$tags' }),
  };
  const pipeline = [
    { $match },
    ...(tags ? [{ $unwind: { path: '$tags', preserveNullAndEmptyArrays: true } }] : []),
    { $group: { _id: key, sum: { $sum: '$amount' }, count: { $sum: 1 } } },
    { $replaceWith: { $mergeObjects: [{ date: from, category: null }, '$_id', { sum: '$sum', count: '$count' }] } },
  ];
  return { pipeline, hint };
}

/** How filtered expenses are read: by the index of the filter that leaves fewest, as a rule. */
export function readingOf(
  ledger: string,
  { from, to, family, tag, payee, kind, only, except }: EntryFilter,
): { $match: Record<string, unknown>; hint: IndexName } {
  const $match = {
    ledger: new Types.ObjectId(ledger),
    date: { $gte: from, $lte: to },
    kind: kind ?? { $ne: 'transfer' },
    ...(tag !== undefined && { tags: tag }),
    ...(payee !== undefined && { payeeKey: foldCase(payee) }),
    ...(family && { category: { $in: family.map((id) => (id === null ? null : new Types.ObjectId(id))) } }),
    ...(only !== undefined && { currency: only }),
    ...(except !== undefined && { currency: { $ne: except } }),
  };
  const filters = { tag, payee, category: family, currency: except };
  const [hint = 'date'] = (Object.keys(filters) as (keyof typeof filters)[]).filter(
    (name) => filters[name] !== undefined,
  );
  return { $match, hint };
}
