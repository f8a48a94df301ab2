import { addDays, dateOfDay, dayNumber } from '@outlay/contracts/calendar.ts';
import { kinds, type NewExpense } from '@outlay/contracts/expense.ts';
import { figureKinds } from '@outlay/contracts/figure-filters.ts';
import type { Bucket } from '@outlay/contracts/internal.ts';
import { expect } from 'chai';
import fc from 'fast-check';
import { Types } from 'mongoose';
import { type Person, startTestExpense, type TestExpense } from '../../test/start-test-expense.ts';
import type { IndexName } from '../expenses/expense-document.ts';
import { planOfDoubles } from '../expenses/find-doubles.ts';
import { foldCase } from '../expenses/search-words.ts';
import { planOfSums, type SumQuestion } from '../expenses/sum-expenses.ts';
import { verifyLedgers } from '../rollups/verify-ledgers.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);

describe(`figures with filters (FC_SEED=${seed})`, function () {
  this.timeout(60_000);
  let expense: TestExpense;
  let person: Person;
  let ledger: string;
  let food: string;
  let groceries: string;
  let rent: string;
  const booked: NewExpense[] = [];

  const random = fc.record<NewExpense>({
    date: fc.integer({ min: dayNumber('2025-12-20'), max: dayNumber('2026-04-10') }).map(dateOfDay),
    amount: fc.integer({ min: 1, max: 1_000_000 }),
    currency: fc.constantFrom('EUR', 'USD', 'JPY'),
    kind: fc.constantFrom(...kinds),
    category: fc.constantFrom(null, 'food', 'groceries', 'rent'),
    payee: fc.constantFrom('', 'Shop', 'SHOP', 'a.b: $c', 'Bakery', 'Landlord'),
    note: fc.constant(''),
    tags: fc.subarray(['trip', 'gift']),
  });

  before(async () => {
    expense = await startTestExpense();
    person = expense.person();
    ledger = (await person.ledger.get('')).body.id;
    [food, groceries, rent] = [
      await person.category('Food'),
      await person.category('Groceries'),
      await person.category('Rent or mortgage'),
    ];
    const ids: Record<string, string> = { food, groceries, rent };
    const rows = fc
      .sample(random, { seed, numRuns: 400 })
      .map((row) => ({ ...row, category: row.category && ids[row.category]! }));
    booked.push(...rows);
    const { inLedger, bookkeeping } = expense.parts;
    await inLedger(ledger, (await bookkeeping.prepareMany(ledger, rows)).write);
  });
  after(() => expense.stop());

  const date = fc.integer({ min: dayNumber('2025-12-15'), max: dayNumber('2026-04-20') }).map(dateOfDay);
  const month = fc.constantFrom('2025-12', '2026-01', '2026-02', '2026-03');
  const range = fc.oneof(
    fc.tuple(date, date).map(([a, b]): [string, string] => (a < b ? [a, b] : [b, a])),
    fc.tuple(month, month).map(([a, b]): [string, string] => {
      const [first, last] = a < b ? [a, b] : [b, a];
      return [`${first}-01`, addDays(`${addDays(`${last}-28`, 4).slice(0, 7)}-01`, -1)];
    }),
    fc.constantFrom<[string, string]>(['2026-01-01', '2026-12-31'], ['2024-12-31', '2027-01-31']),
  );
  const flag = fc.constantFrom('true', 'false');
  const question = fc.record(
    {
      range,
      by: fc.constantFrom('total', 'month', 'day'),
      categories: flag,
      payees: flag,
      tags: fc.constantFrom('true', 'false', 'false'),
      currency: fc.constantFrom('EUR', 'USD'),
      currencies: fc.constantFrom('one', 'each'),
      asOf: date,
      category: fc.constantFrom('food', 'rent', 'none'),
      tag: fc.constantFrom('trip', 'never'),
      payee: fc.constantFrom('shop', 'Bakery', 'A.B: $C'),
      kind: fc.constantFrom(...figureKinds),
    },
    { requiredKeys: ['range', 'by', 'categories', 'payees', 'tags', 'currency', 'currencies'] },
  );

  it('agree with adding up the expenses one by one, whatever is asked', async () => {
    await fc.assert(
      fc.asyncProperty(question, async ({ range: [from, to], ...asked }) => {
        const ids: Record<string, string> = { food, rent };
        const query: Record<string, string> = { ...asked, ranges: `${from}..${to}` };
        if (asked.category) query.category = ids[asked.category] ?? 'none';
        const { status, body, text } = await person.figures(query);
        expect(status, text).to.equal(200);

        const family = { food: [food, groceries], rent: [rent], none: [null] }[asked.category!] as (string | null)[];
        const left = booked.filter(
          (one) =>
            one.kind !== 'transfer' &&
            one.date >= from &&
            one.date <= to &&
            (!asked.asOf || one.date <= asked.asOf) &&
            (!asked.category || family.includes(one.category)) &&
            (!asked.tag || one.tags.includes(asked.tag)) &&
            (!asked.payee || foldCase(one.payee) === foldCase(asked.payee)) &&
            (!asked.kind || one.kind === asked.kind),
        );
        const [answer] = body.ranges;
        expect(answer.currencies).to.deep.equal([...new Set(left.map(({ currency }) => currency))].sort());
        const expected = new Map<string, number[]>();
        for (const one of left) {
          if (asked.currencies === 'one' && one.currency !== asked.currency) continue;
          const by = one.currency === asked.currency ? asked.by : 'day';
          const first = `${one.date.slice(0, 7)}-01`;
          const start = by === 'day' ? one.date : by === 'total' || first < from ? from : first;
          const tags = asked.tags === 'true' ? (one.tags.length ? one.tags : ['']) : [undefined];
          for (const tag of tags) {
            const key = JSON.stringify([
              start,
              asked.categories === 'true' ? (one.category ?? 'none') : null,
              asked.payees === 'true' ? foldCase(one.payee) : undefined,
              tag,
              asked.currencies === 'each' ? one.currency : undefined,
            ]);
            const cell = expected.get(key) ?? [0, 0, 0, 0, 0, 0];
            const at = figureKinds.indexOf(one.kind as 'expense');
            cell[at]! += one.amount;
            cell[at + 3]! += 1;
            expected.set(key, cell);
          }
        }
        const given = new Map(
          (answer.buckets as Bucket[])
            .filter(({ cell }) => cell.expenseCount + cell.incomeCount + cell.refundCount > 0)
            .map(({ start, category, payee, tag, currency, cell }) => [
              JSON.stringify([start, category, payee === undefined ? payee : foldCase(payee), tag, currency]),
              [cell.expense, cell.income, cell.refund, cell.expenseCount, cell.incomeCount, cell.refundCount],
            ]),
        );
        expect(Object.fromEntries(given)).to.deep.equal(Object.fromEntries(expected));
      }),
      { seed, numRuns: 150 },
    );
  });

  it('name a payee as most of its entries do', async () => {
    const other = expense.person();
    for (const payee of ['CORNER SHOP', 'Corner shop', 'Corner  Shop', 'Corner shop']) await other.record({ payee });
    const { body } = await other.figures({ ranges: '2026-11-01..2026-11-30,2026-11-02..2026-11-29', payees: 'true' });
    for (const { buckets } of body.ranges)
      expect(buckets.map(({ payee, cell }: Bucket) => [payee, cell.expenseCount])).to.deep.equal([['Corner shop', 4]]);
  });

  it('by payee come out of the expenses where the rollups of payees do not say what the months’ say', async () => {
    const other = expense.person();
    await other.record({ payee: 'Shop', amount: 700 });
    const id = (await other.ledger.get('')).body.id;
    const rollups = expense.database.connection.collection<{ _id: string }>('rollups');
    await rollups.deleteMany({ _id: { $gte: `${id}:payee:`, $lt: `${id}:payee;` } });
    const { body } = await other.figures({ ranges: '2026-11-01..2026-11-30', payees: 'true' });
    expect(body.ranges[0].buckets.map(({ payee, cell }: Bucket) => [payee, cell.expense])).to.deep.equal([
      ['Shop', 700],
    ]);
  });

  it('of a year come out of its months in a ledger that is older than the rollups of years, until it is repaired', async () => {
    const other = expense.person();
    const ask = async () => {
      const { body } = await other.figures({ ranges: '2025-01-01..2026-12-31', categories: 'true' });
      return body.ranges[0].buckets.map(({ category, cell }: Bucket) => [category, cell.expense, cell.expenseCount]);
    };
    await other.record({ date: '2025-03-01', amount: 700 });
    await other.record({ date: '2026-03-01', amount: 50 });
    const id = (await other.ledger.get('')).body.id;
    const { connection } = expense.database;
    await connection.collection('ledgers').updateOne({ _id: new Types.ObjectId(id) }, { $unset: { hasYears: 1 } });
    await connection.collection<{ _id: string }>('rollups').deleteOne({ _id: `${id}:year:2025:EUR` });
    expect(await ask()).to.deep.equal([['none', 750, 2]]);
    await other.record({ date: '2025-04-01', amount: 5 });
    expect(await ask()).to.deep.equal([['none', 755, 3]]);
    const repair = () => verifyLedgers(expense.parts, { ledger: id, repair: true, print: () => {} });
    expect(await repair()).to.deep.equal({ ledgers: 1, drifted: 1, left: 0 });
    expect((await expense.parts.ledgerStore.read(id))?.hasYears).to.equal(true);
    expect(await ask()).to.deep.equal([['none', 755, 3]]);
  });

  it('are by category and by payee, each for itself, in one answer', async () => {
    const query = { ranges: '2026-01-01..2026-02-15', by: 'month', currency: 'EUR' };
    const both = await person.figures({ ...query, categories: 'true', payees: 'true', apart: 'true' });
    const categories = await person.figures({ ...query, categories: 'true' });
    const payees = await person.figures({ ...query, payees: 'true' });
    const buckets = both.body.ranges[0].buckets as Bucket[];
    expect(buckets.filter((one) => one.payee === undefined)).to.deep.equal(categories.body.ranges[0].buckets);
    expect(buckets.filter((one) => one.payee !== undefined)).to.deep.equal(payees.body.ranges[0].buckets);
    expect(both.body.categories).to.deep.equal(categories.body.categories);
  });

  it('name payments that may have been made twice, and none that are a habit, far apart or of nobody', async () => {
    const other = expense.person();
    const pay = async (date: string, payee: string, amount: number, more = {}) =>
      (await other.record({ date, payee, amount, ...more })).body.id as string;
    const first = await pay('2026-10-30', 'Garage', 480_00);
    const second = await pay('2026-11-02', 'GARAGE', 480_00);
    await pay('2026-11-02', 'Garage', 481_00);
    await pay('2026-11-02', 'Garage', 480_00, { currency: 'USD' });
    await pay('2026-11-01', 'Dentist', 90_00);
    await pay('2026-11-05', 'Dentist', 90_00);
    await pay('2026-11-03', '', 70_00);
    await pay('2026-11-03', '', 70_00);
    await pay('2026-11-04', 'Work', 70_00, { kind: 'income' });
    await pay('2026-11-04', 'Work', 70_00, { kind: 'income' });
    for (const day of ['10-19', '10-20', '11-01', '11-01']) await pay(`2026-${day}`, 'Coffee bar', 3_50);
    await pay('2026-10-01', 'Early', 20_00);
    await pay('2026-10-01', 'Early', 20_00);
    const { body } = await other.figures({ ranges: '2026-11-01..2026-11-30', doublesFrom: '2026-11-01' });
    expect(body.doubles).to.deep.equal([
      {
        payee: body.doubles[0].payee,
        amount: 480_00,
        currency: 'EUR',
        entries: [
          { id: first, date: '2026-10-30' },
          { id: second, date: '2026-11-02' },
        ],
      },
    ]);
    expect(body.doubles[0].payee.toLowerCase()).to.equal('garage');
    const before = await other.figures({
      ranges: '2026-11-01..2026-11-30',
      doublesFrom: '2026-11-01',
      asOf: '2026-11-01',
    });
    expect(before.body.doubles).to.deep.equal([]);
    for (const [kind, count] of [
      ['expense', 1],
      ['income', 0],
      ['refund', 0],
    ] as const) {
      const ofKind = await other.figures({ ranges: '2026-11-01..2026-11-30', doublesFrom: '2026-11-01', kind });
      expect(ofKind.body.doubles, `of kind ${kind}: only what is spent is paid twice`).to.have.length(count);
    }
  });

  it('refuse a category that is none of the ledger’s', async () => {
    const { status, body } = await person.figures({
      ranges: '2026-11-01..2026-11-30',
      category: '6742c0ffee00c0ffee00beef',
    });
    expect([status, body.errors[0].parameter]).to.deep.equal([422, 'category']);
  });

  it('find doubled payments by index and sort nothing', async () => {
    const { pipeline, hint } = planOfDoubles(ledger, { from: '2026-01-01', to: '2026-01-31' });
    const explained = JSON.stringify(
      await expense.parts.expenses.model.collection.aggregate(pipeline, { hint }).explain(),
    );
    expect(explained)
      .to.include('"indexName":"date"')
      .and.to.not.match(/COLLSCAN|"SORT"|"\$sort"/);
  });

  const plain = {
    from: '2026-01-01',
    to: '2026-01-31',
    by: 'day',
    categories: true,
    payees: true,
    tags: false,
  } as const;
  const questions: [string, Partial<SumQuestion>, IndexName][] = [
    ['no filter', {}, 'date'],
    ['a tag', { tag: 'trip' }, 'tag'],
    ['tags told apart', { tags: true }, 'date'],
    ['a payee', { payee: 'Shop' }, 'payee'],
    ['a category', { family: [null] }, 'category'],
    ['other currencies', { except: 'EUR' }, 'currency'],
  ];
  for (const [what, more, index] of questions)
    it(`that no rollup knows read by index "${index}" and sort nothing: ${what}`, async () => {
      const { pipeline, hint } = planOfSums(ledger, { ...plain, ...more });
      expect(hint).to.equal(index);
      const explained = JSON.stringify(
        await expense.parts.expenses.model.collection.aggregate(pipeline, { hint }).explain(),
      );
      expect(explained)
        .to.include(`"indexName":"${index}"`)
        .and.to.not.match(/COLLSCAN|"SORT"|"\$sort"/);
    });
});
