import { addDays, daysBetween } from '@outlay/contracts/calendar.ts';
import type { Double } from '@outlay/contracts/internal.ts';
import type { ClientSession, Types } from 'mongoose';
import type { ExpenseStore } from './expense-store.ts';
import { type EntryFilter, inTime, queryMs, readingOf } from './sum-expenses.ts';

/** A payment is made twice by mistake soon after the first time. */
const daysApartMax = 3;
/** Who pays the same amount more often than thrice in so long does so by habit: the coffee, the ticket. */
const habitDays = 90;
const oftenMax = 3;
const doublesMax = 50;

interface Group {
  payee: string;
  amount: number;
  currency: string;
  entries: { id: Types.ObjectId; date: string }[];
}

/** Expenses that look like an earlier one paid again, the later of them dated from `filter.from` on; the largest amounts first. */
export async function findDoubles(
  { model }: ExpenseStore,
  session: ClientSession,
  ledger: string,
  filter: EntryFilter,
): Promise<Double[]> {
  // Refunds and income come twice without being a mistake of the payer's.
  if (filter.kind !== undefined && filter.kind !== 'expense') return [];
  const { pipeline, hint } = planOfDoubles(ledger, filter);
  const groups = await inTime(() =>
    model.collection.aggregate<Group>(pipeline, { session, hint, maxTimeMS: queryMs }).toArray(),
  );
  return groups
    .map((group) => ({
      ...group,
      entries: group.entries
        .map(({ id, date }) => ({ id: id.toHexString(), date }))
        .sort((a, b) => (a.date === b.date ? Number(a.id > b.id) - Number(a.id < b.id) : a.date < b.date ? -1 : 1)),
    }))
    .filter(({ entries }) =>
      entries.some(
        ({ date }, index) =>
          index > 0 && date >= filter.from && daysBetween(entries[index - 1]!.date, date) <= daysApartMax + 1,
      ),
    )
    .sort((a, b) => b.amount - a.amount || Number(a.payee > b.payee) - Number(a.payee < b.payee))
    .slice(0, doublesMax);
}

/** Apart, so that a test can have it explained. */
export function planOfDoubles(ledger: string, filter: EntryFilter) {
  const { $match, hint } = readingOf(ledger, { ...filter, from: addDays(filter.from, -habitDays), kind: 'expense' });
  const pipeline = [
    { $match: { ...$match, ...(filter.payee === undefined && { payeeKey: { $ne: '' } }) } },
    {
      $group: {
        _id: { payee: '$payeeKey', amount: '$amount', currency: '$currency' },
        payee: { $last: '$payee' },
        count: { $sum: 1 },
        // One more than are wanted is enough to know a habit.
        entries: { $firstN: { input: { id: '$_id', date: '$date' }, n: oftenMax + 1 } },
      },
    },
    { $match: { count: { $gte: 2, $lte: oftenMax } } },
    { $project: { _id: 0, payee: 1, amount: '$_id.amount', currency: '$_id.currency', entries: 1 } },
  ];
  return { pipeline, hint };
}
