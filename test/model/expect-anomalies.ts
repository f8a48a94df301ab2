import type { Anomaly } from '@outlay/contracts/anomalies.ts';
import { dayNumber } from '@outlay/contracts/calendar.ts';
import { expect } from 'chai';
import { type Entry, groupBy, median, monthOf, monthsLater, spreadOf, sumsOf } from './ledger-model.ts';
import { plain, plainPayee } from './lens.ts';
import type { View } from './view.ts';

/** What stands out, without the words. */
type Found = Pick<Anomaly, 'type' | 'start' | 'currency' | 'amount' | 'usual' | 'score'> & { readonly of: string };

/** Compares them with what the definitions give: Iglewicz and Hoaglin's modified z-score, a price that was steady, a payment again. */
export async function expectAnomalies(view: View): Promise<void> {
  const { period, ask } = view;
  const months = [monthsLater(period.from.slice(0, 7), 0)];
  while (months.at(-1)! < period.to.slice(0, 7)) months.push(monthsLater(months.at(-1)!, 1));
  const { items, currency }: { items: Anomaly[]; currency: string } = await ask('anomalies', { ...period }, () => [
    { from: `${monthsLater(months[0]!, -12)}-01`, to: period.to },
  ]);
  const found = items.map(
    ({ type, payee, category, start, currency, amount, usual, score }): Found => ({
      type,
      of: payee === null ? `${category}` : plain(payee),
      start,
      currency,
      amount,
      usual,
      score,
    }),
  );

  const upToEnd = (entries: readonly Entry[]) => entries.filter(({ date }) => date <= period.to);
  const byCategory = groupBy(upToEnd(view.by(({ category }) => category)), ({ category }) => `${category}`);
  const byPayee = groupBy(
    upToEnd(view.by(plainPayee)).filter(({ payee }) => payee !== ''),
    plainPayee,
  );
  const whole = upToEnd(view.by(({ category }) => category));
  const expected = [
    ...months.flatMap((month) => {
      const past = spentBefore(whole, month);
      const least = past.length ? median(past) / 100 : 0;
      return [
        ...[...byPayee].flatMap(([of, own]) => risen(own, month, of) ?? unusual('payee', own, month, of, least) ?? []),
        ...[...byCategory].flatMap(([of, own]) => unusual('category', own, month, of, least) ?? []),
      ].map((each) => ({ ...each, currency }));
    }),
    ...doubled(view, `${months[0]}-01`),
  ];
  // Of more than fifty the largest are told; which of two equal ones is the last, nobody promises.
  expect(items.length).to.equal(Math.min(50, expected.length));
  if (expected.length <= 50) expect(found, 'anomalies').to.have.deep.members(expected);
}

type Rise = Omit<Found, 'currency'>;

/** What was spent in each of the twelve months before in which there was anything. */
function spentBefore(entries: readonly Entry[], month: string): number[] {
  const months = groupBy(entries, monthOf);
  return Array.from({ length: 12 }, (_, index) => months.get(monthsLater(month, index - 12)))
    .filter((some) => some !== undefined)
    .map((some) => sumsOf(some).spent);
}

function unusual(
  type: 'payee' | 'category',
  own: readonly Entry[],
  month: string,
  of: string,
  least: number,
): Rise | undefined {
  const past = spentBefore(own, month);
  if (past.length < 6) return undefined;
  const amount = sumsOf(own.filter((entry) => monthOf(entry) === month)).spent;
  const usual = median(past);
  // What never varies is taken to vary by a twentieth, or a minor unit.
  const score = (amount - usual) / Math.max(spreadOf(past), Math.abs(usual) / 20, 1);
  if (score < 3.5 || amount - usual < least) return undefined;
  return { type, of, start: `${month}-01`, amount, usual: Math.round(usual), score: Math.round(score * 10) / 10 };
}

/** Paid once a month, within one per cent of the same for three months, now more, and no more than twice as much. */
function risen(own: readonly Entry[], month: string, of: string): Rise | undefined {
  const once = (month: string) => {
    const paid = own.filter((entry) => monthOf(entry) === month && entry.kind !== 'income');
    return paid.length === 1 ? sumsOf(paid).spent : Number.NaN;
  };
  const amount = once(month);
  const before = [3, 2, 1].map((ago) => once(monthsLater(month, -ago)));
  const usual = Math.round(median(before));
  const isSteady = before.every((price) => price > 0 && Math.abs(price - usual) <= usual / 100);
  if (!isSteady || !(amount - usual > usual / 100 && amount <= usual * 2)) return undefined;
  return { type: 'subscription', of, start: `${month}-01`, amount, usual, score: null };
}

/**
 * Two or three expenses of one payee and amount in the period and the ninety days before it, some of them at most three days
 * apart, the last of them in the period; in their own currency, converted or not.
 */
function doubled({ seen, lens, period }: View, from: string): Found[] {
  const looked = seen.filter(
    ({ kind, payee, currency, date }) =>
      kind === 'expense' &&
      payee !== '' &&
      (lens.convert || currency === lens.currency) &&
      date <= period.to &&
      dayNumber(date) >= dayNumber(from) - 90,
  );
  const groups = groupBy(looked, (entry) => JSON.stringify([plainPayee(entry), entry.amount, entry.currency]));
  return [...groups.values()].flatMap((group): Found[] => {
    const dates = group.map(({ date }) => date).sort();
    const isAgain = dates.some(
      (date, index) => index > 0 && date >= from && dayNumber(date) - dayNumber(dates[index - 1]!) <= 3,
    );
    if (group.length < 2 || group.length > 3 || !isAgain) return [];
    const { payee, amount, currency } = group[0]!;
    return [{ type: 'doubled', of: plain(payee), start: dates.at(-1)!, currency, amount, usual: 0, score: null }];
  });
}
