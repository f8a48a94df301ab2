import { addDays, dayNumber } from '@outlay/contracts/calendar.ts';
import type { Dimension, Report } from '@outlay/contracts/report.ts';
import { expect } from 'chai';
import { type Entry, groupBy, type Sums, sumsOf, within } from './ledger-model.ts';
import { plain, plainPayee } from './lens.ts';
import type { View } from './view.ts';

/** Saved in each ledger under its name; who asks for it says what is not in here. */
export const savedReport = { name: 'By week', rows: 'category', columns: 'week', measure: 'spent' } as const;

interface Form {
  readonly rows: Dimension;
  readonly columns: Dimension;
  readonly measure: Report['measure'];
}

export async function expectReports(view: View): Promise<void> {
  await expectReport(view, { report: savedReport.name }, savedReport);
  const form = { rows: 'payee', columns: 'month', measure: 'net' } as const;
  await expectReport(view, form, form);
  const byTag = { rows: 'tag', columns: 'category', measure: 'count' } as const;
  // Its sums are rounded tag by tag; what it leaves out is compared.
  if (view.lens.convert) return void (await view.ask('report', { ...view.period, ...byTag }));
  await expectReport(view, byTag, byTag);
}

async function expectReport({ period, by, ask }: View, asked: Record<string, string>, form: Form): Promise<void> {
  const report: Report = await ask('report', { ...period, ...asked, limit: '500' });
  const payeeOrCategory = form.rows === 'payee' ? plainPayee : ({ category }: Entry) => category;
  const entries = within(by(payeeOrCategory), period.from, period.to);
  const value = (some: readonly Entry[]) => sumsOf(some)[form.measure as keyof Sums];
  const across = (some: readonly Entry[]) => told(some, form.columns, period.from);
  const read = (key: string | null) => plain(key ?? 'all others');

  const all = across(entries);
  const named = report.header.map(({ key }) => read(key));
  expect(named, 'columns').to.include.members([...all.keys()]);
  const rows = report.items.map(({ key, values, total }) => [
    read(key),
    { total, values: new Map(named.map((name, column) => [name, values[column]])) },
  ]);
  const expected = [...told(entries, form.rows, period.from)].map(([key, some]) => {
    const cells = across(some);
    return [key, { total: value(some), values: new Map(named.map((name) => [name, value(cells.get(name) ?? [])])) }];
  });
  const what = `report of ${form.rows} by ${form.columns}`;
  expect(new Map(rows as [string, object][]), what).to.deep.equal(new Map(expected as [string, object][]));
  expect(report.total, what).to.equal(form.rows === 'tag' ? null : value(entries));
}

/** The entries under each heading; one with two tags stands under both. */
function told(entries: readonly Entry[], dimension: Dimension, from: string): Map<string, Entry[]> {
  const headed = entries.flatMap((entry) => headingsOf(entry, dimension).map((heading) => ({ heading, entry })));
  const groups = groupBy(headed, ({ heading }) =>
    (dimension === 'week' || dimension === 'month') && heading < from ? from : heading,
  );
  return new Map([...groups].map(([heading, some]) => [heading, some.map(({ entry }) => entry)]));
}

function headingsOf({ category, payee, tags, date }: Entry, dimension: Dimension): readonly string[] {
  if (dimension === 'category') return [category ?? ''];
  if (dimension === 'payee') return [plain(payee)];
  if (dimension === 'tag') return tags.length ? tags : [''];
  if (dimension === 'month') return [`${date.slice(0, 7)}-01`];
  // 5 January 1970 was a Monday.
  const monday = addDays('1970-01-05', Math.floor((dayNumber(date) - 4) / 7) * 7);
  return [monday];
}
