import type { SimilarExpense } from './match-duplicates.ts';
import type { Place } from './row-fingerprint.ts';

/** Sentences for the person who reads a preview: why a row would be no new expense. */

/** @param before.bankId null where the row is known by all that it says; @param before.day when it was imported */
export function importedBefore({ bankId, day, isDeleted }: { bankId: string | null; day: string; isDeleted: boolean }) {
  const what = bankId === null ? 'This row' : `The bank’s id ${shortened(bankId)}`;
  const since = isDeleted ? ', and its expense was deleted since' : '';
  return `${what} was imported on ${day}${since}.`;
}

export const repeatedInFile = (bankId: string, earlier: Place): string =>
  `The bank’s id ${shortened(bankId)} stands in line ${earlier.line} of this file already.`;

export function similarTo({ expense, days }: SimilarExpense): string {
  const name = expense.payee || expense.note;
  const payee = name === '' ? 'no payee' : `“${shortened(name, 60)}”`;
  return `Same amount and payee ${whenBooked(days)}: ${payee} on ${expense.date}.`;
}

/** Seen from the row: an expense two days older was booked "two days before". */
function whenBooked(days: number): string {
  if (days === 0) return 'on the same day';
  const many = ['one day', 'two days', 'three days'][Math.abs(days) - 1] ?? `${Math.abs(days)} days`;
  return `${many} ${days > 0 ? 'before' : 'after'}`;
}

const shortened = (text: string, max = 24): string =>
  text.length <= max ? text : `${text.slice(0, max).toWellFormed()}…`;
