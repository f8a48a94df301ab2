import { addDays } from '@outlay/contracts/calendar.ts';
import type { Booking } from '@outlay/statements/statement.ts';
import { payeeKey, payeeSimilarity, similarFrom } from './payee-similarity.ts';

/** An expense of the ledger that a row may repeat. */
export interface KnownExpense {
  id: string;
  date: string;
  amount: number;
  currency: string;
  kind: string;
  payee: string;
  note: string;
  /** What its row of a file said, where it was imported. */
  origin: { account: string | null; hasBankId: boolean; payeeKey: string } | null;
}

export interface SimilarExpense {
  expense: KnownExpense;
  /** Days from the expense to the row; negative where the row is earlier. */
  days: number;
}

/** Banks book days after the purchase; more apart is another purchase. */
export const daysApartMax = 3;
const nearestFirst = [0, 1, -1, 2, -2, 3, -3];
/** Of different payees on one day with one amount, so many are compared: a real ledger has one or two. */
const payeesComparedMax = 20;

/**
 * Finds for each row the expense that it repeats: same currency, kind and amount, at most 3 days apart, similar payee. Each
 * expense explains one row only, so that the second coffee of a day stays a second coffee. Over all rows the
 * nearest in time are matched first, among these the equal payees before the similar ones.
 *
 * Where both sides name their account and it is another, they are two bookings. Where both come from one account and each
 * has its bank's id, the ids differ (equal ones have been found before), and only the same day and the same payee let us
 * take them for one: there are banks that number anew with each download.
 * @param used ids of expenses that explain other rows already
 * @returns by row number
 */
export function matchSimilar(
  rows: readonly { row: number; booking: Booking }[],
  known: readonly KnownExpense[],
  used: ReadonlySet<string>,
): Map<number, SimilarExpense> {
  const matches = new Map<number, SimilarExpense>();
  const taken = new Set<string>();
  const pool = poolOf(known);
  if (pool.size === 0) return matches;
  const keys = new Map(rows.map(({ row, booking }) => [row, describingKey(booking)]));

  for (const days of nearestFirst)
    for (const find of [equalPayee, mostAlike])
      for (const { row, booking } of rows) {
        if (matches.has(row)) continue;
        const byPayee = pool.get(poolKey(booking, addDays(booking.date, -days)));
        const isFree = (expense: KnownExpense, isSamePayee: boolean) =>
          !used.has(expense.id) && !taken.has(expense.id) && mayBeOne(booking, expense, days === 0 && isSamePayee);
        const expense = byPayee && find(byPayee, keys.get(row) ?? '', days === 0, isFree);
        if (!expense) continue;
        taken.add(expense.id);
        matches.set(row, { expense, days });
      }
  return matches;
}

type ByPayee = Map<string, KnownExpense[]>;
type IsFree = (expense: KnownExpense, isSamePayee: boolean) => boolean;

/** By what must be equal, then by payee: under the one it has now and under the one that its row had. */
function poolOf(known: readonly KnownExpense[]): Map<string, ByPayee> {
  const pool = new Map<string, ByPayee>();
  for (const expense of known) {
    const place = poolKey(expense, expense.date);
    const byPayee: ByPayee = pool.get(place) ?? new Map();
    pool.set(place, byPayee);
    for (const key of new Set([describingKey(expense), expense.origin?.payeeKey ?? describingKey(expense)])) {
      const expenses = byPayee.get(key);
      if (expenses) expenses.push(expense);
      else byPayee.set(key, [expense]);
    }
  }
  return pool;
}

function equalPayee(byPayee: ByPayee, key: string, isSameDay: boolean, isFree: IsFree): KnownExpense | undefined {
  if (key === '' && !isSameDay) return undefined;
  return byPayee.get(key)?.find((expense) => isFree(expense, true));
}

function mostAlike(byPayee: ByPayee, key: string, isSameDay: boolean, isFree: IsFree): KnownExpense | undefined {
  let best: KnownExpense | undefined;
  let bestLikeness = 0;
  let compared = 0;
  for (const [payee, expenses] of byPayee) {
    if (compared++ === payeesComparedMax) break;
    const likeness = likenessOf(key, payee, isSameDay);
    if (likeness < similarFrom || likeness <= bestLikeness) continue;
    const expense = expenses.find((expense) => isFree(expense, false));
    if (!expense) continue;
    best = expense;
    bestLikeness = likeness;
  }
  return best;
}

/** An expense that was noted without a payee is taken for the booking of that very day; further off it says too little. */
const likenessOf = (a: string, b: string, isSameDay: boolean): number =>
  isSameDay && (a === '' || b === '') ? similarFrom : payeeSimilarity(a, b);

function mayBeOne(booking: Booking, { origin }: KnownExpense, isSameDayAndPayee: boolean): boolean {
  if (!origin) return true;
  const isOneAccount = sameAccount(booking.account, origin.account);
  if (isOneAccount === false) return false;
  return !(isOneAccount && booking.bankId !== null && origin.hasBankId) || isSameDayAndPayee;
}

/**
 * Whether two notations name one account: formats differ in how they write it, "DE02 1203 0000 0000 2020 51" (IBAN), "202051"
 * (bank's own) or "****2051" (card), but the one ends with the other.
 * @returns undefined where one is not known
 */
export function sameAccount(a: string | null, b: string | null): boolean | undefined {
  const [shorter, longer] = [plain(a), plain(b)].sort((x, y) => x.length - y.length) as [string, string];
  return shorter === '' ? undefined : longer.endsWith(shorter);
}
const plain = (account: string | null) =>
  (account ?? '')
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '')
    .replace(/^(X+(?=\d)|0+)/, '');

/** What a person calls a refund may be an income for the bank: both came in. */
const poolKey = ({ currency, kind, amount }: { currency: string; kind: string; amount: number }, date: string) =>
  `${currency} ${kind === 'refund' ? 'income' : kind} ${amount} ${date}`;

/** The key of what names the other side. */
export const describingKey = ({ payee, note }: { payee: string; note: string }): string =>
  payeeKey(payee) || payeeKey(note);
