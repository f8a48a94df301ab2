import type { Expense, ExpensePatch, Kind, NewExpense } from '@outlay/contracts/expense.ts';
import { type mongo, Schema, Types } from 'mongoose';
import type { Booking } from '../rollups/fold-sums.ts';
import { foldCase, searchWords } from './search-words.ts';

/** An expense to be written, and the import that brings it. */
export interface NewBooking extends NewExpense {
  importId?: string;
}

export interface StoredExpense {
  _id: Types.ObjectId;
  ledger: Types.ObjectId;
  /** Calendar date as text: it sorts as it should and no driver turns it into an instant. */
  date: string;
  amount: number;
  currency: string;
  kind: Kind;
  category: Types.ObjectId | null;
  payee: string;
  /** The payee, case aside. */
  payeeKey: string;
  note: string;
  /** Absent where there are none, so that the index holds only expenses with tags. */
  tags?: string[];
  /** Search words of payee and note. */
  words: string[];
  importId?: Types.ObjectId;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

const ObjectId = Schema.Types.ObjectId;
export const expenseSchema = new Schema<StoredExpense>(
  {
    ledger: { type: ObjectId, required: true },
    date: { type: String, required: true },
    amount: { type: Number, required: true },
    currency: { type: String, required: true },
    kind: { type: String, required: true },
    category: ObjectId,
    payee: String,
    payeeKey: String,
    note: String,
    tags: { type: [String], default: undefined },
    words: [String],
    importId: ObjectId,
    version: { type: Number, required: true },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
  },
  { collection: 'expenses', autoCreate: false, autoIndex: false, versionKey: false },
);

/**
 * Each filter of a list has an index that also gives the order by date; `amount` gives the other order and finds an
 * import's duplicates. An index entry costs about 5 µs of every insert: those by kind and tag hold only the
 * expenses that have what they are for, and no filter has an index for the order by amount (docs/decisions/0008).
 */
export const indexes = {
  date: { ledger: 1, date: -1, _id: -1 },
  amount: { ledger: 1, amount: -1, date: -1, _id: -1 },
  category: { ledger: 1, category: 1, date: -1, _id: -1 },
  payee: { ledger: 1, payeeKey: 1, date: -1, _id: -1 },
  words: { ledger: 1, words: 1, date: -1, _id: -1 },
  tag: { ledger: 1, tags: 1, date: -1, _id: -1 },
  kind: { ledger: 1, kind: 1, date: -1, _id: -1 },
  currency: { ledger: 1, currency: 1, date: -1, _id: -1 },
} as const;
export type IndexName = keyof typeof indexes;

const indexOptions: Partial<Record<IndexName, mongo.CreateIndexesOptions>> = {
  tag: { partialFilterExpression: { tags: { $exists: true } } },
  // income, refund, transfer: nine in ten expenses are of kind `expense`, which the index by date finds as fast.
  kind: { partialFilterExpression: { kind: { $gt: 'expense' } } },
};
for (const [name, fields] of Object.entries(indexes))
  expenseSchema.index(fields as Record<string, 1 | -1>, { name, ...indexOptions[name as IndexName] });

/** What is stored for a new expense. */
export function toStored(ledger: string, booking: NewBooking, now: Date): StoredExpense {
  const { date, amount, currency, kind, category, payee, note, importId } = booking;
  const tags = [...new Set(booking.tags)];
  return {
    _id: new Types.ObjectId(),
    ledger: new Types.ObjectId(ledger),
    date,
    amount,
    currency,
    kind,
    category: category === null ? null : new Types.ObjectId(category),
    payee,
    payeeKey: foldCase(payee),
    note,
    ...(tags.length > 0 && { tags }),
    words: searchWords(payee, note),
    ...(importId !== undefined && { importId: new Types.ObjectId(importId) }),
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
}

/** What is stored after a change: only what the patch names is another. */
export function toChanged(before: StoredExpense, patch: ExpensePatch, now: Date): StoredExpense {
  const { category, tags, ...plain } = patch;
  // A parsed patch has no field that is undefined, whatever exactOptionalPropertyTypes fears.
  const after = { ...before, ...plain, version: before.version + 1, updatedAt: now } as StoredExpense;
  if (category !== undefined) after.category = category === null ? null : new Types.ObjectId(category);
  if (tags) {
    const distinct = [...new Set(tags)];
    if (distinct.length) after.tags = distinct;
    else delete after.tags;
  }
  after.payeeKey = foldCase(after.payee);
  after.words = searchWords(after.payee, after.note);
  return after;
}

/** The expense on the wire. */
export const toExpense = (stored: StoredExpense): Expense => ({
  id: stored._id.toHexString(),
  date: stored.date,
  amount: stored.amount,
  currency: stored.currency,
  kind: stored.kind,
  category: stored.category?.toHexString() ?? null,
  payee: stored.payee,
  note: stored.note,
  tags: stored.tags ?? [],
  importId: stored.importId?.toHexString() ?? null,
  version: stored.version,
  createdAt: stored.createdAt.toISOString(),
  updatedAt: stored.updatedAt.toISOString(),
});

/** What the figures need to know of it. */
export const toBooking = ({ date, amount, currency, kind, category, payee }: StoredExpense): Booking => ({
  date,
  amount,
  currency,
  kind,
  category: category?.toHexString() ?? null,
  payee,
});
