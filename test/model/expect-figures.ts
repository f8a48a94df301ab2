import { addDays } from '@outlay/contracts/calendar.ts';
import type { Category } from '@outlay/contracts/ledger.ts';
import { expect } from 'chai';
import type { Api } from '../support/request.ts';
import { persist } from './client.ts';
import { type Entry, groupBy, type Sums, sumsOf, within } from './ledger-model.ts';

interface Period {
  readonly from: string;
  readonly to: string;
}
/** Whole months, and months that are cut. */
const periods: readonly Period[] = [
  { from: '2026-12-01', to: '2027-01-31' },
  { from: '2026-12-13', to: '2027-01-09' },
];
const currencies = ['EUR', 'USD'];

/** Asks for every figure of analytics and compares it with sums made by a loop over the entries. */
export async function expectFigures(
  api: Api,
  entries: readonly Entry[],
  categories: readonly Category[],
): Promise<void> {
  // One of both a history: there are hundreds.
  const period = periods[entries.length % 2]!;
  for (const currency of currencies) {
    const query = new URLSearchParams({ ...period, currency });
    const figure = async (name: string, more = '') => {
      const path = `/api/v1/ledgers/default/analytics/${name}?${query}${more}`;
      const { status, text, body } = await persist(() => api.get(path));
      expect(status, `${path}: ${text}`).to.equal(200);
      return body;
    };
    const inPeriod = ({ from, to }: Period = period) => within(entries, currency, from, to);

    const summary = await figure('summary');
    expect(summary.totals, 'summary').to.deep.equal(sumsOf(inPeriod()));
    expect(summary.previous.totals, 'summary, before').to.deep.equal(sumsOf(inPeriod(summary.previous)));
    expect(summary.otherCurrencies, 'other currencies').to.deep.equal(
      otherCurrencies(entries, currency, [period, summary.previous]),
    );

    for (const interval of ['day', 'month']) {
      const { points } = await figure('trend', `&interval=${interval}`);
      expectGapless(points, period);
      for (const point of points)
        expect(point.totals, `trend of ${point.start}`).to.deep.equal(
          sumsOf(within(entries, currency, point.start, point.end)),
        );
    }

    const flow = await figure('cash-flow', '&interval=week');
    expectGapless(flow.points, period);
    for (const { start, end, income, spent, net, balance } of flow.points) {
      const own = sumsOf(within(entries, currency, start, end));
      expect({ income, spent, net }, `cash flow of ${start}`).to.deep.equal(pick(own, ['income', 'spent', 'net']));
      expect(balance, `balance of ${start}`).to.equal(sumsOf(inPeriod({ from: period.from, to: end })).net);
    }

    expectBreakdown(await figure('categories'), inPeriod(), categories);

    const comparison = await figure('compare');
    expect(comparison.totals, 'compare').to.deep.equal(sumsOf(inPeriod()));
    expect(comparison.with.totals, 'compare, before').to.deep.equal(sumsOf(inPeriod(comparison.with)));
    const change = new Map(
      comparison.categories.map((each: { category: string | null; change: number }) => [each.category, each.change]),
    );
    expect(change, 'compare by category').to.deep.equal(
      changes(inPeriod(), inPeriod(comparison.with), ({ category }) => category),
    );

    const { total, payees } = await figure('payees', '&limit=100');
    expect(total, 'payees, total').to.equal(sumsOf(inPeriod()).spent);
    const figures = (each: object) => pick(each as Sums, ['spent', 'income', 'count']);
    expect(
      new Map(payees.map((each: { payee: string }) => [plain(each.payee), figures(each)])),
      'payees',
    ).to.deep.equal(new Map([...groupBy(inPeriod(), plainPayee)].map(([payee, own]) => [payee, figures(sumsOf(own))])));
    const byPayee = await figure('compare', '&by=payee');
    expect(
      new Map(byPayee.payees.map((each: { payee: string; change: number }) => [plain(each.payee), each.change])),
      'compare by payee',
    ).to.deep.equal(changes(inPeriod(), inPeriod(byPayee.with), plainPayee));

    for (const filter of ['kind=refund', 'payee=corner%20shop', 'category=none'])
      expect((await figure('summary', `&${filter}`)).totals, filter).to.deep.equal(
        sumsOf(inPeriod().filter(filters[filter]!)),
      );

    const year = Number(period.to.slice(0, 4)) - (entries.length % 2);
    const path = `/api/v1/ledgers/default/analytics/calendar?year=${year}&currency=${currency}`;
    const { status, body } = await persist(() => api.get(path));
    expect(status).to.equal(200);
    expect(body.totals).to.deep.equal(sumsOf(within(entries, currency, `${year}-01-01`, `${year}-12-31`)));
    for (const { date, ...day } of body.days)
      expect(day, `calendar of ${date}`).to.deep.equal(
        pick(sumsOf(within(entries, currency, date, date)), ['spent', 'income', 'count']),
      );
  }
}

/** Case aside, as payees are one. */
const plain = (payee: string) => payee.toLowerCase();
const plainPayee = ({ payee }: Entry) => plain(payee);
const filters: Record<string, (entry: Entry) => boolean> = {
  'kind=refund': ({ kind }) => kind === 'refund',
  'payee=corner%20shop': (entry) => plainPayee(entry) === 'corner shop',
  'category=none': ({ category }) => category === null,
};

const pick = <Name extends keyof Sums>(sums: Sums, names: readonly Name[]) =>
  Object.fromEntries(names.map((name) => [name, sums[name]]));

const otherCurrencies = (entries: readonly Entry[], currency: string, asked: readonly Period[]): string[] =>
  currencies.filter(
    (other) => other !== currency && asked.some(({ from, to }) => within(entries, other, from, to).length > 0),
  );

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
  const figures = (each: object) => pick(each as Sums, ['spent', 'income', 'count']);
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
