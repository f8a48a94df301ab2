import type { Anomaly } from '@outlay/contracts/anomalies.ts';
import { addMonths } from '@outlay/contracts/calendar.ts';
import type { Bucket, Double } from '@outlay/contracts/internal.ts';
import type { Category } from '@outlay/contracts/ledger.ts';
import { formatDecimal } from '@outlay/contracts/minor-units.ts';
import { uncategorised } from '../categories/cells-by-category.ts';
import { exact, spentOf } from '../figures/cells.ts';
import { mad, median } from './robust.ts';

/** What a month is compared with: those of the year before it in which there was anything, where they are enough. */
export const monthsBefore = 12;
const monthsNeeded = 6;
/** Iglewicz and Hoaglin's limit. */
const scoreMin = 3.5;
// Shares by what is divided by: a twentieth times 2,624 is a little more than 131.2, and a score of 11.25 becomes 11.2.
/** What never varies has no deviation: a twentieth of the median then stands for it. */
const deviationPart = 20;
/** What makes less than a hundredth of a usual month's spending is not worth a word. */
const weightPart = 100;
/** A subscription's price: so many months the same, give or take rounding of exchange. */
const steadyMonths = 3;
const steadyPart = 100;
/** More than twice as much is another purchase, not another price. */
const riseMax = 2;
const itemsMax = 50;

/** A payee or a category, with what was spent and how often in each month. */
interface Series {
  readonly type: 'payee' | 'category';
  readonly payee: string | null;
  readonly category: string | null;
  readonly name: string;
  readonly months: Map<string, { spent: number; count: number }>;
}

/**
 * What stands out in some months. Only what is above the usual: a month that goes on is below it until it ends.
 * @param months first days of those looked at
 * @param buckets by month, from {@link monthsBefore} before the first of them on: by category, and by payee where they have one
 * @throws {SumTooLarge} where a sum would no longer be exact
 */
export function findAnomalies(
  currency: string,
  months: readonly string[],
  categories: readonly Category[],
  buckets: readonly Bucket[],
  doubles: readonly Double[],
): Anomaly[] {
  const series = seriesOf(categories, buckets);
  const totals = new Map<string, number>();
  for (const { type, months } of series)
    if (type === 'category')
      for (const [month, { spent }] of months) totals.set(month, exact((totals.get(month) ?? 0) + spent));
  const found = months.flatMap((month) => {
    const before = yearBefore(month);
    const usual = before.flatMap((each) => totals.get(each) ?? []);
    const least = usual.length ? median(usual) / weightPart : 0;
    return series.flatMap(
      (each) => risen(currency, month, before, each) ?? unusual(currency, month, before, each, least) ?? [],
    );
  });
  const twice = doubles.map((double) => doubled(double));
  return [...found, ...twice].sort((a, b) => b.amount - b.usual - (a.amount - a.usual)).slice(0, itemsMax);
}

const yearBefore = (month: string): string[] =>
  Array.from({ length: monthsBefore }, (_, index) => addMonths(month, index - monthsBefore));

function seriesOf(categories: readonly Category[], buckets: readonly Bucket[]): Series[] {
  const known = new Map(categories.map((category) => [category.id, category]));
  const all = new Map<string, Series>();
  for (const { start, category, payee, cell } of buckets) {
    if (payee === '') continue;
    const { id, name } = (category !== null && known.get(category)) || uncategorised;
    const key = payee === undefined ? `c ${id}` : `p ${payee}`;
    let series = all.get(key);
    if (!series) {
      series =
        payee === undefined
          ? { type: 'category', payee: null, category: id, name, months: new Map() }
          : { type: 'payee', payee, category: null, name: payee, months: new Map() };
      all.set(key, series);
    }
    const sofar = series.months.get(start) ?? { spent: 0, count: 0 };
    series.months.set(start, {
      spent: exact(sofar.spent + spentOf(cell)),
      count: sofar.count + cell.expenseCount + cell.refundCount,
    });
  }
  return [...all.values()];
}

/** A payee paid once a month, the same for months, and now more. */
function risen(currency: string, month: string, before: readonly string[], series: Series): Anomaly | undefined {
  const now = series.months.get(month);
  if (series.type !== 'payee' || now?.count !== 1) return undefined;
  const last = before.slice(-steadyMonths).map((each) => series.months.get(each));
  if (!last.every((each) => each?.count === 1 && each.spent > 0)) return undefined;
  const usual = Math.round(median(last.map((each) => each!.spent)));
  const isSteady = last.every((each) => Math.abs(each!.spent - usual) <= usual / steadyPart);
  if (!isSteady || now.spent - usual <= usual / steadyPart || now.spent > usual * riseMax) return undefined;
  const percent = Math.round((now.spent / usual - 1) * 100);
  return {
    ...subject(series),
    type: 'subscription',
    start: month,
    currency,
    amount: now.spent,
    usual,
    score: null,
    reason: `${series.name} rose by ${percent} %: ${money(now.spent, currency)} in ${monthName(month)}, ${money(usual, currency)} in the months before.`,
  };
}

function unusual(
  currency: string,
  month: string,
  before: readonly string[],
  series: Series,
  least: number,
): Anomaly | undefined {
  const now = series.months.get(month)?.spent ?? 0;
  const past = before.flatMap((each) => series.months.get(each)?.spent ?? []);
  if (past.length < monthsNeeded) return undefined;
  const usual = median(past);
  const deviation = Math.max(mad(past), Math.abs(usual) / deviationPart, 1);
  const score = (now - usual) / deviation;
  if (score < scoreMin || now - usual < least) return undefined;
  return {
    ...subject(series),
    start: month,
    currency,
    amount: now,
    usual: Math.round(usual),
    score: Math.round(score * 10) / 10,
    reason: `${series.name}: ${money(now, currency)} in ${monthName(month)}, usually ${money(Math.round(usual), currency)} a month.`,
  };
}

function doubled({ payee, amount, currency, entries }: Double): Anomaly {
  const days = entries.map(({ date }) => date);
  return {
    type: 'doubled',
    payee,
    category: null,
    name: payee,
    start: days.at(-1)!,
    currency,
    amount,
    usual: 0,
    score: null,
    entries: entries.map(({ id }) => id),
    reason: `${payee}: ${money(amount, currency)} on ${days.slice(0, -1).join(', ')} and again on ${days.at(-1)}.`,
  };
}

const subject = ({ type, payee, category, name }: Series) => ({ type, payee, category, name, entries: [] });

const money = (minor: number, currency: string) => `${formatDecimal(minor, currency)} ${currency}`;
const monthFormat = new Intl.DateTimeFormat('en', { month: 'long', year: 'numeric', timeZone: 'UTC' });
const monthName = (month: string) => monthFormat.format(new Date(`${month}T00:00:00Z`));
