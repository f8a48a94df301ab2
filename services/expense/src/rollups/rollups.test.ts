import { expect } from 'chai';
import { captureLog } from '../../../../test/support/test-server.ts';
import { type Person, startTestExpense, type TestExpense } from '../../test/start-test-expense.ts';
import { fromFieldName } from './payee-field.ts';
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

  it('are one document a year, a month and a day, in each currency, with what happened in them, and the month’s payees apart', async () => {
    const person = expense.person();
    const category = await person.category('Groceries');
    await person.record({ amount: 1000, category, payee: 'Corner shop' });
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
      'year:2026:EUR': { yearly: { ...groceries, ...none } },
      'year:2026:USD': { yearly: income },
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
      'payee:2026-11:EUR:c': { payees: { 'Corner shop:expense': { sum: 1000, count: 1 } } },
      'payee:2026-11:EUR:5': { payees: { ':refund': { sum: 250, count: 1 }, ':expense': { sum: 7, count: 1 } } },
      'payee:2026-11:USD:5': { payees: { ':income': { sum: 300, count: 1 } } },
    });
  });

  it('hold payees of any letters, also those that mean something in the name of a field', async () => {
    const person = expense.person();
    const ledger = await ledgerOf(person);
    const payees = ['a.b', '$where', 'A: b', '100 %2e', '__proto__', 'constructor', '𝒳\ufffd', 'ß', 'SS', '%'];
    for (const payee of payees) await person.record({ payee });
    expect(await expense.parts.rollupCheck.compare(ledger)).to.deep.equal([]);
    const cells = Object.values(await stored(person)).flatMap(({ payees = {} }) => Object.keys(payees));
    expect(cells.map((cell) => fromFieldName(cell.split(':')[0]!))).to.have.members(payees);
    for (const { id } of (await person.ledger.get('/expenses')).body.items)
      await person.ledger.delete(`/expenses/${id}`);
    expect(await stored(person)).to.deep.equal({});
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
      'year:2026:USD': { yearly: { 'none:income': cell } },
      'month:2026-12:USD': {
        total: { income: cell },
        categories: { 'none:income': cell },
        days: { '24:income': cell },
      },
      'day:2026-12-24:USD': { total: { income: cell }, categories: { 'none:income': cell } },
      'payee:2026-12:USD:5': { payees: { ':income': cell } },
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
      { $set: { yearly: 'broken' as never, total: 'broken' as never, payees: 'broken' as never } },
    );
    expect((await person.ledger.patch(`/expenses/${id}`, { note: 'milk', tags: ['a'] })).status).to.equal(200);
  });

  it('and the expense are written together or not at all', async () => {
    const person = expense.person();
    const ledger = await ledgerOf(person);
    const first = (await person.record()).body;
    await rollups().updateMany(
      { _id: { $gte: `${ledger}:`, $lt: `${ledger};` } },
      { $set: { yearly: 'broken' as never, total: 'broken' as never, payees: 'broken' as never } },
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

  it('count every one of sixteen clients that write into one month, at two replicas', async function () {
    this.timeout(30_000);
    const other = await startTestExpense({ database: expense.database, identity: expense.identity });
    const person = expense.person();
    const ledger = await ledgerOf(person);
    const category = await person.category('Groceries');
    const body = { date: '2026-11-23', amount: 101, currency: 'EUR', category };
    const client = async (index: number) => {
      const api = index % 2 ? person.api : other.api.as(person.id);
      for (let count = 0; count < 10; count++) {
        const { status, text } = await api.post('/api/v1/ledgers/default/expenses', body);
        expect(status, text).to.equal(201);
      }
    };
    await Promise.all(Array.from({ length: 16 }, (_, index) => client(index)));
    expect((await stored(person))['month:2026-11:EUR']!.total).to.deep.equal({ expense: { sum: 16_160, count: 160 } });
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
    await rollups().updateOne({ _id: id('payee:2025-01:EUR:5') }, { $inc: { 'payees.:expense.count': 1 } });
    expect(await compare(ledger)).to.have.lengthOf(6);
    expect(await rebuild(ledger)).to.equal(5);
    expect(await compare(ledger)).to.deep.equal([]);
    expect(await stored(person)).to.deep.equal(right);
    expect(await rebuild(ledger)).to.equal(0);
  });

  it('of a year are held against its months', async () => {
    const person = expense.person();
    await person.record({ date: '2025-01-31', amount: 500 });
    await person.record({ date: '2025-12-01', amount: 250, currency: 'USD' });
    const right = await stored(person);
    const ledger = await ledgerOf(person);
    const { compare, rebuild } = expense.parts.rollupCheck;
    await rollups().updateOne({ _id: `${ledger}:year:2025:EUR` }, { $inc: { 'yearly.none:expense.sum': 1 } });
    await rollups().deleteOne({ _id: `${ledger}:year:2025:USD` });
    await rollups().insertOne({ _id: `${ledger}:year:2024:EUR`, yearly: { 'none:income': { sum: 1, count: 1 } } });
    const cells = (await compare(ledger)).map(({ rollup, stored, expected }) => [
      rollup.slice(ledger.length),
      stored?.sum,
      expected?.sum,
    ]);
    expect(cells).to.deep.equal([
      [':year:2024:EUR', 1, undefined],
      [':year:2025:EUR', 501, 500],
      [':year:2025:USD', undefined, 250],
    ]);
    expect(await rebuild(ledger)).to.equal(3);
    expect(await stored(person)).to.deep.equal(right);
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
