import { emptyCell } from '@outlay/contracts/internal.ts';
import { expect } from 'chai';
import { captureLog } from '../../../../test/support/test-server.ts';
import { type Person, startTestExpense, type TestExpense } from '../../test/start-test-expense.ts';
import type { StoredRollup } from './rollup-store.ts';
import { watchDrift } from './watch-drift.ts';

describe('rollups', () => {
  let expense: TestExpense;
  before(async () => {
    expense = await startTestExpense();
  });
  after(() => expense.stop());

  const ledgerOf = async (person: Person): Promise<string> => (await person.ledger.get('')).body.id;
  const rollups = () => expense.database.connection.collection<StoredRollup>('rollups');
  const stored = async (person: Person): Promise<Record<string, Omit<StoredRollup, '_id'>>> => {
    const ledger = await ledgerOf(person);
    const found = await rollups()
      .find({ _id: { $gte: `${ledger}:`, $lt: `${ledger};` } })
      .toArray();
    return Object.fromEntries(found.map(({ _id, ...cells }) => [_id.slice(ledger.length + 1), cells]));
  };

  it('are one document a month and one a day, in each currency, with what happened in them', async () => {
    const person = expense.person();
    const category = await person.category('Groceries');
    await person.record({ amount: 1000, category });
    await person.record({ amount: 250, category, kind: 'refund' });
    await person.record({ amount: 7, date: '2026-11-01' });
    await person.record({ amount: 300, currency: 'USD', kind: 'income' });
    await person.record({ amount: 9999, kind: 'transfer' });
    const groceries = {
      [`${category}:expense`]: { sum: 1000, count: 1 },
      [`${category}:refund`]: { sum: 250, count: 1 },
    };
    const none = { 'none:expense': { sum: 7, count: 1 } };
    const income = { 'none:income': { sum: 300, count: 1 } };
    expect(await stored(person)).to.deep.equal({
      'month:2026-11:EUR': {
        total: { expense: { sum: 1007, count: 2 }, refund: { sum: 250, count: 1 } },
        categories: { ...groceries, ...none },
        days: {
          '23:expense': { sum: 1000, count: 1 },
          '23:refund': { sum: 250, count: 1 },
          '01:expense': { sum: 7, count: 1 },
        },
      },
      'month:2026-11:USD': {
        total: { income: { sum: 300, count: 1 } },
        categories: income,
        days: { '23:income': { sum: 300, count: 1 } },
      },
      'day:2026-11-23:EUR': {
        total: { expense: { sum: 1000, count: 1 }, refund: { sum: 250, count: 1 } },
        categories: groceries,
      },
      'day:2026-11-23:USD': { total: { income: { sum: 300, count: 1 } }, categories: income },
      'day:2026-11-01:EUR': { total: { expense: { sum: 7, count: 1 } }, categories: none },
    });
  });

  it('keep no cell and no document of what is no more', async () => {
    const person = expense.person();
    const category = await person.category('Groceries');
    const { id } = (await person.record({ category })).body;
    for (const change of [
      { category: null },
      { kind: 'income' },
      { date: '2026-12-24' },
      { currency: 'USD' },
      { amount: 5 },
    ])
      await person.ledger.patch(`/expenses/${id}`, change);
    const cell = { sum: 5, count: 1 };
    expect(await stored(person)).to.deep.equal({
      'month:2026-12:USD': {
        total: { income: cell },
        categories: { 'none:income': cell },
        days: { '24:income': cell },
      },
      'day:2026-12-24:USD': { total: { income: cell }, categories: { 'none:income': cell } },
    });
    await person.ledger.patch(`/expenses/${id}`, { kind: 'transfer' });
    expect(await stored(person)).to.deep.equal({});
  });

  it('are not written for what no figure shows', async () => {
    const person = expense.person();
    const { id } = (await person.record()).body;
    // A rollup that is no document would make any write to it fail.
    const ledger = await ledgerOf(person);
    await rollups().updateMany(
      { _id: { $gte: `${ledger}:`, $lt: `${ledger};` } },
      { $set: { total: 'broken' as never } },
    );
    expect((await person.ledger.patch(`/expenses/${id}`, { note: 'milk', payee: 'x', tags: ['a'] })).status).to.equal(
      200,
    );
  });

  it('and the expense are written together or not at all', async () => {
    const person = expense.person();
    const ledger = await ledgerOf(person);
    const first = (await person.record()).body;
    await rollups().updateMany(
      { _id: { $gte: `${ledger}:`, $lt: `${ledger};` } },
      { $set: { total: 'broken' as never } },
    );
    const key = { 'idempotency-key': 'half-written' };
    for (const { status, body } of [
      await person.record({ payee: 'Never' }, key),
      await person.ledger.patch(`/expenses/${first.id}`, { amount: 1 }),
      await person.ledger.delete(`/expenses/${first.id}`),
    ]) {
      expect(status).to.equal(500);
      expect(JSON.stringify(body)).to.not.match(/broken|\$inc|at /);
    }
    expect((await person.ledger.get('/expenses')).body.items).to.deep.equal([first]);
    await expense.parts.rollupCheck.rebuild(ledger);
    expect((await person.record({ payee: 'Never' }, key)).status).to.equal(201);
    expect(await expense.parts.rollupCheck.compare(ledger)).to.deep.equal([]);
  });

  it('count every one of eight clients that write into one month, at two replicas', async function () {
    this.timeout(30_000);
    const other = await startTestExpense({ database: expense.database, identity: expense.identity });
    const person = expense.person();
    const ledger = await ledgerOf(person);
    const category = await person.category('Groceries');
    const body = { date: '2026-11-23', amount: 101, currency: 'EUR', category };
    const client = async (index: number) => {
      const api = index % 2 ? person.api : other.api.as(person.id);
      for (let count = 0; count < 15; count++) {
        const { status, text } = await api.post('/api/v1/ledgers/default/expenses', body);
        expect(status, text).to.equal(201);
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, index) => client(index)));
    expect((await stored(person))['month:2026-11:EUR']!.total).to.deep.equal({ expense: { sum: 12_120, count: 120 } });
    expect(await expense.parts.rollupCheck.compare(ledger)).to.deep.equal([]);
    await other.stop();
  });

  it('of a fault are found cell by cell, and repaired by what the expenses say', async () => {
    const person = expense.person();
    const ledger = await ledgerOf(person);
    await person.record({ amount: 1000 });
    await person.record({ amount: 500, date: '2025-01-31' });
    await person.record({ kind: 'transfer', date: '2024-01-01' });
    const right = await stored(person);
    const id = (key: string) => `${ledger}:${key}`;
    await rollups().updateOne({ _id: id('month:2026-11:EUR') }, { $inc: { 'total.expense.sum': 1 } });
    await rollups().deleteOne({ _id: id('day:2025-01-31:EUR') });
    await rollups().insertOne({
      _id: id('day:2023-05-05:JPY'),
      total: { income: { sum: 1, count: 1 } },
      categories: {},
    });
    await rollups().insertOne({
      _id: id('month:2023-06:JPY'),
      total: {},
      categories: { 'none:income': { sum: 0, count: 0 } },
    });

    const { compare, rebuild } = expense.parts.rollupCheck;
    expect(await compare(ledger)).to.have.deep.members([
      {
        rollup: id('day:2023-05-05:JPY'),
        cell: 'total.income',
        stored: { sum: 1, count: 1 },
        expected: undefined,
      },
      {
        rollup: id('month:2023-06:JPY'),
        cell: 'categories.none:income',
        stored: { sum: 0, count: 0 },
        expected: undefined,
      },
      ...['total.expense', 'categories.none:expense'].map((cell) => ({
        rollup: id('day:2025-01-31:EUR'),
        cell,
        stored: undefined,
        expected: { sum: 500, count: 1 },
      })),
      {
        rollup: id('month:2026-11:EUR'),
        cell: 'total.expense',
        stored: { sum: 1001, count: 1 },
        expected: { sum: 1000, count: 1 },
      },
    ]);
    expect(await rebuild(ledger)).to.equal(4);
    expect(await compare(ledger)).to.deep.equal([]);
    expect(await stored(person)).to.deep.equal(right);
    expect(await rebuild(ledger)).to.equal(0);
  });

  it('are rebuilt from nothing while others write, and nothing is lost', async function () {
    this.timeout(30_000);
    const other = await startTestExpense({ database: expense.database, identity: expense.identity });
    const person = expense.person();
    const ledger = await ledgerOf(person);
    for (let month = 1; month <= 9; month++) await person.record({ date: `2026-0${month}-15` });
    let isDone = false;
    const writer = (async () => {
      for (let count = 0; !isDone; count++) {
        const body = { date: `2026-0${1 + (count % 9)}-20`, amount: 1, currency: 'EUR' };
        const { status, text } = await other.api.as(person.id).post('/api/v1/ledgers/default/expenses', body);
        expect(status, text).to.equal(201);
      }
    })();
    try {
      for (let round = 0; round < 5; round++) {
        await rollups().deleteMany({ _id: { $gte: `${ledger}:`, $lt: `${ledger};` } });
        await expense.parts.rollupCheck.rebuild(ledger);
      }
    } finally {
      isDone = true;
    }
    await writer;
    await expense.parts.rollupCheck.rebuild(ledger);
    expect(await expense.parts.rollupCheck.compare(ledger)).to.deep.equal([]);
    await other.stop();
  });

  it('of every ledger are compared in turn, and the metric says how many cells are wrong until they are right', async () => {
    const own = await startTestExpense();
    const { log, lines } = captureLog();
    const watch = watchDrift({ ...own.parts, log, everyMs: 0 });
    await watch.checkNext();
    const [ada, bob] = [own.person(), own.person()];
    await ada.record();
    await bob.record();
    const round = async () => {
      await watch.checkNext();
      await watch.checkNext();
      return own.metric('outlay_rollup_drift');
    };
    expect(await round()).to.equal(0);
    const broken = own.database.connection.collection<StoredRollup>('rollups');
    await broken.deleteMany({ _id: /:day:/ as never });
    expect(await round()).to.equal(4);
    expect(lines.filter((line) => line.includes('rollups differ'))).to.have.length(2);
    await own.parts.rollupCheck.rebuild(await ledgerOf(ada));
    expect(await round()).to.equal(2);
    await own.parts.rollupCheck.rebuild(await ledgerOf(bob));
    expect(await round()).to.equal(0);
    expect(await own.metric('outlay_rollup_checks_total', 'outcome="drifted"')).to.equal(3);
    await watch.stop();
    await own.stop();
  });

  it('are checked by the clock until the watch is stopped', async () => {
    const own = await startTestExpense();
    await own.person().record();
    const { log } = captureLog();
    const watch = watchDrift({ ...own.parts, log, everyMs: 1 });
    while ((await own.metric('outlay_rollup_checks_total', 'outcome="equal"')) < 2)
      await new Promise((resolve) => setTimeout(resolve, 20));
    await watch.stop();
    const checks = await own.metric('outlay_rollup_checks_total', 'outcome="equal"');
    await own.person().record();
    expect(await own.metric('outlay_rollup_checks_total', 'outcome="equal"')).to.equal(checks);
    await own.stop();
  });
});

describe('figures', () => {
  let expense: TestExpense;
  let person: Person;
  let groceries: string;
  before(async () => {
    expense = await startTestExpense();
    person = expense.person();
    groceries = await person.category('Groceries');
    await person.record({ date: '2026-01-01', amount: 1 });
    await person.record({ date: '2026-01-31', amount: 20, category: groceries });
    await person.record({ date: '2026-02-28', amount: 300, category: groceries, kind: 'refund' });
    await person.record({ date: '2026-03-01', amount: 4000, kind: 'income', currency: 'USD' });
    await person.record({ date: '2026-03-15', amount: 50000, kind: 'transfer' });
  });
  after(() => expense.stop());

  const cell = (changes: object) => ({ ...emptyCell(), ...changes });
  const ranges = async (query: Record<string, string>) => {
    const { status, text, body } = await person.figures(query);
    expect(status, text).to.equal(200);
    return body.ranges;
  };

  it('are totals of up to four ranges, in the order asked, with the ledger', async () => {
    const { body } = await person.figures({
      ranges: '2026-02-01..2026-02-28,2026-01-01..2026-01-31,2026-01-02..2026-02-27,2026-04-01..2026-04-30',
    });
    expect(body.ledger).to.deep.equal((await person.ledger.get('')).body);
    expect(body.currency).to.equal('EUR');
    expect(body.categories).to.deep.equal([]);
    expect(body.ranges).to.deep.equal([
      {
        from: '2026-02-01',
        to: '2026-02-28',
        currencies: ['EUR'],
        buckets: [{ start: '2026-02-01', category: null, cell: cell({ refund: 300, refundCount: 1 }) }],
      },
      {
        from: '2026-01-01',
        to: '2026-01-31',
        currencies: ['EUR'],
        buckets: [{ start: '2026-01-01', category: null, cell: cell({ expense: 21, expenseCount: 2 }) }],
      },
      {
        from: '2026-01-02',
        to: '2026-02-27',
        currencies: ['EUR'],
        buckets: [{ start: '2026-01-02', category: null, cell: cell({ expense: 20, expenseCount: 1 }) }],
      },
      {
        from: '2026-04-01',
        to: '2026-04-30',
        currencies: [],
        buckets: [{ start: '2026-04-01', category: null, cell: emptyCell() }],
      },
    ]);
  });

  it('are by month, the first cut where the range begins', async () => {
    const [range] = await ranges({ ranges: '2026-01-15..2026-03-31', by: 'month' });
    expect(range.currencies).to.deep.equal(['EUR', 'USD']);
    expect(range.buckets).to.deep.equal([
      { start: '2026-01-15', category: null, cell: cell({ expense: 20, expenseCount: 1 }) },
      { start: '2026-02-01', category: null, cell: cell({ refund: 300, refundCount: 1 }) },
    ]);
  });

  it('are by day and category, in the currency asked', async () => {
    const { body } = await person.figures({ ranges: '2026-01-01..2026-12-31', by: 'day', categories: 'true' });
    expect(body.categories).to.deep.equal((await person.ledger.get('/categories')).body.items);
    const [range] = body.ranges;
    expect(range.buckets).to.deep.equal([
      { start: '2026-01-01', category: 'none', cell: cell({ expense: 1, expenseCount: 1 }) },
      { start: '2026-01-31', category: groceries, cell: cell({ expense: 20, expenseCount: 1 }) },
      { start: '2026-02-28', category: groceries, cell: cell({ refund: 300, refundCount: 1 }) },
    ]);
    const [usd] = await ranges({ ranges: '2026-01-01..2026-12-31', categories: 'true', currency: 'USD' });
    expect(usd.buckets).to.deep.equal([
      { start: '2026-01-01', category: 'none', cell: cell({ income: 4000, incomeCount: 1 }) },
    ]);
  });

  it('are for analytics only, and in the name of a user', async () => {
    const path = '/internal/v1/ledgers/default/figures?ranges=2026-01-01..2026-01-31';
    expect((await expense.apiOf('gateway').as(person.id).get(path)).status).to.equal(403);
    expect((await expense.apiOf('auth').as(person.id).get(path)).status).to.equal(403);
    expect((await expense.apiOf('analytics').get(path)).status).to.equal(401);
    expect(
      (await expense.apiOf('analytics').as(person.id).with({ 'x-outlay-workload-token': '' }).get(path)).status,
    ).to.equal(401);
    expect((await expense.apiOf('analytics').as(person.id).get(path)).status).to.equal(200);
  });

  const wrong: [query: Record<string, string>, parameter: string][] = [
    [{}, 'ranges'],
    [{ ranges: '2026-01-01' }, 'ranges'],
    [{ ranges: '2026-02-30..2026-03-01' }, 'ranges'],
    [{ ranges: '2026-03-02..2026-03-01' }, 'ranges'],
    [{ ranges: '1000-01-01..2026-03-01' }, 'ranges'],
    [{ ranges: Array(5).fill('2026-01-01..2026-01-31').join(',') }, 'ranges'],
    [{ ranges: '2026-01-01..2026-01-31', by: 'week' }, 'by'],
    [{ ranges: '2026-01-01..2026-01-31', categories: 'yes' }, 'categories'],
    [{ ranges: '2026-01-01..2026-01-31', currency: 'EURO' }, 'currency'],
    [{ ranges: '2026-01-01..2026-01-31', limit: '1' }, 'limit'],
  ];
  for (const [query, parameter] of wrong)
    it(`are refused for ${JSON.stringify(query).slice(0, 60)}, naming ${parameter}`, async () => {
      const { status, body } = await person.figures(query);
      expect(status).to.equal(422);
      expect(body.errors[0].parameter).to.equal(parameter);
    });

  it('of a year are read from twelve documents or thirteen, and of cut months from 62 days at most, by the key alone', async () => {
    const { rollups } = expense.parts;
    const ledger = (await person.ledger.get('')).body.id;
    const rows = Array.from({ length: 365 }, (_, day) => ({
      date: new Date(Date.UTC(2025, 0, 1 + day)).toISOString().slice(0, 10),
      amount: 1,
      currency: 'EUR',
      kind: 'expense' as const,
      category: null,
      payee: '',
      note: '',
      tags: [],
    }));
    await expense.parts.inLedger(ledger, (session) => expense.parts.bookkeeping.recordMany(session, ledger, rows));
    const year = await rollups.read(ledger, [{ unit: 'month', from: '2025-01', to: '2025-12' }], ['total']);
    expect(year).to.have.length(12);
    const days = await rollups.read(ledger, [{ unit: 'day', from: '2025-01-02', to: '2025-01-31' }], ['categories']);
    expect(days).to.have.length(30);
    const [range] = await ranges({ ranges: '2025-01-02..2025-12-30', categories: 'true' });
    expect(range.buckets[0].cell.expense).to.equal(363);
  });
});
