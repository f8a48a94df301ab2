import { addDays } from '@outlay/contracts/calendar.ts';
import type { Category } from '@outlay/contracts/ledger.ts';
import { expect } from 'chai';
import { expectAnomalies } from './expect-anomalies.ts';
import { expectForecast } from './expect-forecast.ts';
import { expectReports } from './expect-reports.ts';
import { type Entry, groupBy, type Sums, sumsOf, within } from './ledger-model.ts';
import { type Period, plain, plainPayee } from './lens.ts';
import type { View } from './view.ts';

/** Asks for every figure of analytics and compares it with sums made by a loop over the entries. */
export async function expectFigures(view: View): Promise<void> {
  await expectSums(view);
  await expectPayees(view);
  await expectReports(view);
  await expectAnomalies(view);
  await expectForecast(view);
}

async function expectSums({ period, categories, seen, lens, by, ask }: View): Promise<void> {
  const all = by(({ category }) => category);
  const inPeriod = ({ from, to }: Period = period) => within(all, from, to);
  const dates = { ...period };

  const summary = await ask('summary', dates, ({ previous }) => [period, previous]);
  expect(summary.totals, 'summary').to.deep.equal(sumsOf(inPeriod()));
  expect(summary.previous.totals, 'summary, before').to.deep.equal(sumsOf(inPeriod(summary.previous)));
  const elsewhere = [period, summary.previous].flatMap(({ from, to }) => within(seen, from, to));
  const leftOut = lens.convert
    ? summary.conversion.missing.map(({ currency }: { currency: string }) => currency)
    : [...new Set(elsewhere.map(({ currency }) => currency))].filter((currency) => currency !== lens.currency);
  expect(summary.otherCurrencies, 'other currencies').to.deep.equal(leftOut);

  for (const interval of ['day', 'month']) {
    const { points } = await ask('trend', { ...dates, interval });
    expectGapless(points, period);
    for (const point of points)
      expect(point.totals, `trend of ${point.start}`).to.deep.equal(sumsOf(within(all, point.start, point.end)));
  }

  const flow = await ask('cash-flow', { ...dates, interval: 'week' });
  expectGapless(flow.points, period);
  for (const { start, end, income, spent, net, balance } of flow.points) {
    const own = sumsOf(within(all, start, end));
    expect({ income, spent, net }, `cash flow of ${start}`).to.deep.equal(pick(own, ['income', 'spent', 'net']));
    expect(balance, `balance of ${start}`).to.equal(sumsOf(within(all, period.from, end)).net);
  }

  expectBreakdown(await ask('categories', dates), inPeriod(), categories);

  const comparison = await ask('compare', dates, (body) => [period, body.with]);
  expect(comparison.totals, 'compare').to.deep.equal(sumsOf(inPeriod()));
  expect(comparison.with.totals, 'compare, before').to.deep.equal(sumsOf(inPeriod(comparison.with)));
  const change = new Map(
    comparison.categories.map((each: { category: string | null; change: number }) => [each.category, each.change]),
  );
  expect(change, 'compare by category').to.deep.equal(
    changes(inPeriod(), inPeriod(comparison.with), ({ category }) => category),
  );

  const year = Number(period.to.slice(0, 4)) - (seen.length % 2);
  const wholeYear = { from: `${year}-01-01`, to: `${year}-12-31` };
  const calendar = await ask('calendar', { year: String(year) }, () => [wholeYear]);
  expect(calendar.totals).to.deep.equal(sumsOf(inPeriod(wholeYear)));
  const days = await ask('calendar', dates);
  expect(days.totals).to.deep.equal(sumsOf(inPeriod()));
  for (const { date, ...day } of [...calendar.days, ...days.days])
    expect(day, `calendar of ${date}`).to.deep.equal(
      pick(sumsOf(within(all, date, date)), ['spent', 'income', 'count']),
    );
}

async function expectPayees({ period, by, ask }: View): Promise<void> {
  const all = by(plainPayee);
  const inPeriod = ({ from, to }: Period = period) => within(all, from, to);
  const dates = { ...period };

  const { total, months, payees } = await ask('payees', { ...dates, limit: '100' });
  expect(total, 'payees, total').to.equal(sumsOf(inPeriod()).spent);
  const own = groupBy(inPeriod(), plainPayee);
  expect(
    new Map(payees.map((each: Sums & { payee: string }) => [plain(each.payee), pick(each, listed)])),
    'payees',
  ).to.deep.equal(new Map([...own].map(([payee, entries]) => [payee, pick(sumsOf(entries), listed)])));
  for (const { payee, trend } of payees) {
    const spent = months.map((month: string) => {
      const ofMonth = own.get(plain(payee))!.filter(({ date }) => date.startsWith(month.slice(0, 7)));
      return sumsOf(ofMonth).spent;
    });
    expect(trend, `months of ${payee}`).to.deep.equal(spent);
  }

  const byPayee = await ask('compare', { ...dates, by: 'payee' }, (body) => [period, body.with]);
  expect(
    new Map(byPayee.payees.map((each: { payee: string; change: number }) => [plain(each.payee), each.change])),
    'compare by payee',
  ).to.deep.equal(changes(inPeriod(), inPeriod(byPayee.with), plainPayee));
}

const listed = ['spent', 'income', 'count'] as const;

const pick = <Name extends keyof Sums>(sums: Sums, names: readonly Name[]) =>
  Object.fromEntries(names.map((name) => [name, sums[name]]));

function expectGapless(points: readonly { start: string; end: string }[], { from, to }: Period): void {
  expect(points[0]!.start).to.equal(from);
  expect(points.at(-1)!.end).to.equal(to);
  for (const [index, { start }] of points.slice(1).entries()) expect(start).to.equal(addDays(points[index]!.end, 1));
}

interface Node {
  readonly category: string | null;
  readonly children?: readonly Node[];
}

/** Each category's figures with those of its children; only those with entries. */
function expectBreakdown(
  answer: { total: number; categories: readonly Node[] },
  entries: readonly Entry[],
  categories: readonly Category[],
): void {
  expect(answer.total, 'categories, total').to.equal(sumsOf(entries).spent);
  const topOf = (category: string | null) => categories.find(({ id }) => id === category)?.parent ?? category;
  const figures = (each: object) => pick(each as Sums, listed);
  const read = (nodes: readonly Node[]) => new Map(nodes.map((node) => [node.category, figures(node)]));
  const expected = (groups: Map<string | null, Entry[]>) =>
    new Map([...groups].map(([category, own]) => [category, figures(sumsOf(own))]));
  const families = groupBy(entries, ({ category }) => topOf(category));
  expect(read(answer.categories), 'categories').to.deep.equal(expected(families));
  for (const { category, children = [] } of answer.categories) {
    const below = families.get(category)!.filter((entry) => entry.category !== category);
    expect(read(children), `children of ${category}`).to.deep.equal(
      expected(groupBy(below, (entry) => entry.category)),
    );
  }
}

/** How much more was spent than before, by what the entries have in common; only where it changed. */
function changes<Key>(now: readonly Entry[], before: readonly Entry[], keyOf: (entry: Entry) => Key): Map<Key, number> {
  const [after, earlier] = [groupBy(now, keyOf), groupBy(before, keyOf)];
  const keys = [...new Set([...after.keys(), ...earlier.keys()])];
  const spent = (entries: readonly Entry[] = []) => sumsOf(entries).spent;
  return new Map(
    keys
      .map((key): [Key, number] => [key, spent(after.get(key)) - spent(earlier.get(key))])
      .filter(([, change]) => change !== 0),
  );
}
