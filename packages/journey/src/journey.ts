import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';
import type { CategoryBreakdown, Summary, Trend } from '@outlay/contracts/analytics.ts';
import type { Expense } from '@outlay/contracts/expense.ts';
import type { Import, ImportResult } from '@outlay/contracts/import.ts';
import type { Category } from '@outlay/contracts/ledger.ts';
import { Client } from './client.ts';

/** Three bookings of March 2026: 23.40 and 11.60 spent, 1500.00 earned. */
const statement = `OFXHEADER:100
DATA:OFXSGML
VERSION:102
ENCODING:USASCII
CHARSET:1252

<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR
<BANKACCTFROM><BANKID>1<ACCTID>42<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20260301<DTEND>20260331
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260302<TRNAMT>-23.40<FITID>j-1<NAME>Corner shop</STMTTRN>
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260317<TRNAMT>-11.60<FITID>j-2<NAME>Bakery</STMTTRN>
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260331<TRNAMT>1500.00<FITID>j-3<NAME>Employer</STMTTRN>
</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
`;

export type Step = (what: string) => void;

/**
 * A person's way through the public API: register → add → import a bank's file → see where the money went. It asserts
 * every figure to the cent and works against any Outlay, with a user of its own.
 */
export async function runJourney(url: string, step: Step = () => undefined): Promise<Client> {
  const client = new Client(url);
  const ledger = '/api/v1/ledgers/default';

  await client.send('/api/v1/ledgers').then((answer) => assert.equal(answer.status, 401, 'without a token'));
  const { user } = await client.register();
  const me = await client.call<{ id: string }>('/api/v1/auth/me');
  assert.equal(me.id, user.id);
  step('registered');

  const { items: categories } = await client.call<{ items: Category[] }>(`${ledger}/categories`);
  const category = categories.find(({ parent }) => parent === null);
  assert.ok(category, 'a new ledger has categories');
  const lunch = {
    date: '2026-03-05',
    amount: 1_250,
    currency: 'EUR',
    category: category.id,
    payee: 'Canteen',
    tags: ['work'],
  };
  const once = { 'idempotency-key': randomUUID() };
  const added = await client.call<Expense>(`${ledger}/expenses`, { body: lunch, headers: once, expect: 201 });
  const again = await client.call<Expense>(`${ledger}/expenses`, { body: lunch, headers: once, expect: 201 });
  assert.equal(again.id, added.id, 'a repeated request adds nothing');
  step('added an expense');

  const upload = { raw: { type: 'application/x-ofx', bytes: statement }, expect: 201 } as const;
  const preview = await client.call<Import>(`${ledger}/imports?fileName=march.ofx`, upload);
  assert.deepEqual(
    preview.rows.map(({ status }) => status),
    ['new', 'new', 'new'],
  );
  const result = await client.call<ImportResult>(`${ledger}/imports/${preview.id}/commit`, { body: {} });
  assert.equal(result.imported, 3);
  const repeated = await client.call<Import>(`${ledger}/imports`, upload);
  assert.equal(repeated.counts.new, 0, 'the same file twice adds nothing');
  step('imported a statement');

  const period = 'from=2026-03-01&to=2026-03-31&currency=EUR';
  const list = await client.call<{ items: Expense[] }>(`${ledger}/expenses?${'from=2026-03-01&to=2026-03-31'}`);
  assert.deepEqual(
    list.items.map(({ amount }) => amount),
    [150_000, 1_160, 1_250, 2_340],
  );
  const found = await client.call<{ items: Expense[] }>(`${ledger}/expenses?q=bakery`);
  assert.deepEqual(
    found.items.map(({ payee }) => payee),
    ['Bakery'],
  );
  step('listed and searched');

  const summary = await client.call<Summary>(`${ledger}/analytics/summary?${period}`);
  assert.equal(summary.totals.spent, 4_750);
  assert.equal(summary.totals.income, 150_000);
  const trend = await client.call<Trend>(
    `${ledger}/analytics/trend?from=2026-01-01&to=2026-04-30&currency=EUR&interval=month`,
  );
  assert.deepEqual(
    trend.points.map(({ totals }) => totals.spent),
    [0, 0, 4_750, 0],
  );
  const breakdown = await client.call<CategoryBreakdown>(`${ledger}/analytics/categories?${period}`);
  assert.equal(breakdown.total, 4_750);
  assert.equal(breakdown.categories.find((share) => share.category === category.id)?.spent, 1_250);
  step('saw where the money went');
  return client;
}
