import { dateOfDay, dayNumber, type Interval, intervals } from '@outlay/contracts/calendar.ts';
import { kinds } from '@outlay/contracts/expense.ts';
import { expect } from 'chai';
import fc from 'fast-check';
import { newId } from '../support/new-id.ts';
import type { Api } from '../support/request.ts';
import { type RunningServices, startExpenseAndAnalytics } from '../support/running-services.ts';
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts';

interface Entry {
  date: string;
  amount: number;
  kind: (typeof kinds)[number];
  category: string | null;
  currency: string;
  payee: string;
  tags: string[];
}

describe('figures of the real expense service', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let services: RunningServices;

  before(async () => {
    database = await openTestDatabase();
    services = await startExpenseAndAnalytics(database.uri);
  });
  after(async () => {
    await services?.stop();
    await database.drop();
  });

  /** A person with a ledger of their own: what they book at expense, and what analytics makes of it. */
  const person = (id = newId()) => {
    const expense = services.expense.as(id);
    const analytics = services.analytics.as(id);
    return {
      expense,
      get: (figure: string, ledger = 'default', headers: Record<string, string> = {}) =>
        analytics.get(`/api/v1/ledgers/${ledger}/analytics/${figure}`, headers),
      book: async (date: string, amount: number, more: Partial<Entry> = {}) => {
        const body = { date, amount, currency: 'EUR', ...more };
        const answer = await expense.post('/api/v1/ledgers/default/expenses', body);
        expect(answer.status, answer.text).to.equal(201);
        return answer;
      },
    };
  };

  const makeCategory = async (expense: Api, name: string, parent: string | null = null): Promise<string> => {
    const answer = await expense.post('/api/v1/ledgers/default/categories', { name, parent });
    expect(answer.status, answer.text).to.equal(201);
    return answer.body.id;
  };

  it('are right to the cent: totals, the period before, the series and the categories', async () => {
    const { expense, get, book } = person();
    const home = await makeCategory(expense, 'Boat');
    const paint = await makeCategory(expense, 'Paint', home);
    const fun = await makeCategory(expense, 'Kites');
    await book('2026-01-31', 10_000, { category: fun });
    await book('2026-02-01', 120_000, { category: home });
    await book('2026-02-14', 3_333, { category: paint });
    await book('2026-02-14', 1, { category: paint });
    await book('2026-02-15', 2_000, { category: fun });
    await book('2026-02-20', 500, { category: fun, kind: 'refund' });
    await book('2026-02-25', 250_099, { kind: 'income' });
    await book('2026-02-26', 77_777, { kind: 'transfer', category: home });
    await book('2026-02-28', 999, {});
    await book('2026-02-28', 4_200, { currency: 'USD' });
    await book('2026-03-01', 5_555, { category: home });

    const february = 'from=2026-02-01&to=2026-02-28';
    expect((await get(`summary?${february}`)).body).to.deep.equal({
      from: '2026-02-01',
      to: '2026-02-28',
      currency: 'EUR',
      days: 28,
      totals: { expense: 126_333, income: 250_099, refund: 500, spent: 125_833, net: 124_266, count: 7 },
      perDay: { spent: 4_494, income: 8_932 },
      previous: {
        from: '2026-01-01',
        to: '2026-01-31',
        totals: { expense: 10_000, income: 0, refund: 0, spent: 10_000, net: -10_000, count: 1 },
      },
      change: { spent: 115_833, spentRatio: 11.5833, income: 250_099, incomeRatio: null },
      otherCurrencies: ['USD'],
    });
    expect((await get(`summary?${february}&currency=USD`)).body).to.deep.include({
      totals: { expense: 4_200, income: 0, refund: 0, spent: 4_200, net: -4_200, count: 1 },
      otherCurrencies: ['EUR'],
    });

    const { body: trend } = await get('trend?from=2026-01-31&to=2026-03-01&interval=week');
    expect(
      trend.points.map((point: { start: string; end: string; totals: { spent: number } }) => [
        point.start,
        point.end,
        point.totals.spent,
      ]),
    ).to.deep.equal([
      ['2026-01-31', '2026-02-01', 130_000],
      ['2026-02-02', '2026-02-08', 0],
      ['2026-02-09', '2026-02-15', 5_334],
      ['2026-02-16', '2026-02-22', -500],
      ['2026-02-23', '2026-03-01', 6_554],
    ]);

    const { body: breakdown } = await get(`categories?${february}`);
    const look = { color: '#868e96', icon: 'tag' };
    expect(breakdown).to.deep.equal({
      from: '2026-02-01',
      to: '2026-02-28',
      currency: 'EUR',
      total: 125_833,
      categories: [
        {
          category: home,
          name: 'Boat',
          ...look,
          spent: 123_334,
          income: 0,
          count: 3,
          share: 123_334 / 125_833,
          children: [
            {
              category: paint,
              name: 'Paint',
              ...look,
              spent: 3_334,
              income: 0,
              count: 2,
              share: (123_334 / 125_833) * (3_334 / 123_334),
            },
          ],
        },
        {
          category: fun,
          name: 'Kites',
          ...look,
          spent: 1_500,
          income: 0,
          count: 2,
          share: 1_500 / 125_833,
          children: [],
        },
        {
          category: null,
          name: 'Uncategorised',
          ...look,
          spent: 999,
          income: 250_099,
          count: 2,
          share: 999 / 125_833,
          children: [],
        },
      ],
    });
  });

  it('are right to the cent: what explains a change, the cash flow and the calendar', async () => {
    const { expense, get, book } = person();
    const home = await makeCategory(expense, 'Boat');
    const paint = await makeCategory(expense, '=Paint', home);
    await book('2026-01-31', 10_000, { category: home });
    await book('2026-02-01', 120_000, { category: home });
    await book('2026-02-14', 3_334, { category: paint });
    await book('2026-02-14', 300, { category: paint, kind: 'refund' });
    await book('2026-02-25', 250_099, { kind: 'income' });
    await book('2026-02-26', 77_777, { kind: 'transfer', category: home });
    await book('2026-02-28', 4_200, { currency: 'USD' });

    const { body: comparison } = await get('compare?from=2026-02-01&to=2026-02-28');
    expect(comparison.with).to.deep.include({ from: '2026-01-01', to: '2026-01-31', days: 31 });
    expect(comparison.change).to.deep.equal({ spent: 113_034, spentRatio: 11.3034 });
    expect(comparison.otherCurrencies).to.deep.equal(['USD']);
    const look = { color: '#868e96', icon: 'tag' };
    expect(comparison.categories).to.deep.equal([
      {
        category: home,
        parent: null,
        name: 'Boat',
        ...look,
        spent: 120_000,
        spentBefore: 10_000,
        change: 110_000,
        weight: 110_000 / 113_034,
      },
      {
        category: paint,
        parent: home,
        name: '=Paint',
        ...look,
        spent: 3_034,
        spentBefore: 0,
        change: 3_034,
        weight: 3_034 / 113_034,
      },
    ]);

    const { body: flow } = await get('cash-flow?from=2026-01-31&to=2026-03-01');
    expect(flow.points).to.deep.equal([
      { start: '2026-01-31', end: '2026-01-31', income: 0, spent: 10_000, net: -10_000, balance: -10_000 },
      { start: '2026-02-01', end: '2026-02-28', income: 250_099, spent: 123_034, net: 127_065, balance: 117_065 },
      { start: '2026-03-01', end: '2026-03-01', income: 0, spent: 0, net: 0, balance: 117_065 },
    ]);

    const { body: calendar } = await get('calendar?year=2026');
    expect(calendar.days).to.have.length(365);
    expect(calendar.days.filter(({ count }: { count: number }) => count > 0)).to.deep.equal([
      { date: '2026-01-31', spent: 10_000, income: 0, count: 1 },
      { date: '2026-02-01', spent: 120_000, income: 0, count: 1 },
      { date: '2026-02-14', spent: 3_034, income: 0, count: 2 },
      { date: '2026-02-25', spent: 0, income: 250_099, count: 1 },
    ]);

    const csv = await get('compare?from=2026-02-01&to=2026-02-28', 'default', { accept: 'text/csv' });
    expect(csv.headers.get('content-type')).to.equal('text/csv; charset=utf-8; header=present');
    expect(csv.text.split('\r\n').slice(1, 3)).to.deep.equal([
      `${home},,Boat,EUR,1200.00,100.00,1100.00,${110_000 / 113_034}`,
      `${paint},${home},'=Paint,EUR,30.34,0.00,30.34,${3_034 / 113_034}`,
    ]);
  });

  it('are converted by the rate of the day, the bank’s or the ledger’s own, and say what has none', async () => {
    const { expense, get, book } = person();
    const boat = await makeCategory(expense, 'Boat');
    await book('2026-10-30', 111_72, { currency: 'USD', category: boat, payee: 'Harbour' }); // 1 EUR = 1.1172 USD
    await book('2026-11-01', 1_00, { currency: 'USD', payee: 'Harbour' }); // a Sunday: Friday's rate
    await book('2026-10-29', 17_592, { currency: 'JPY', kind: 'income' }); // 1 EUR = 175.92 JPY
    await book('2026-10-05', 5_00, { payee: 'harbour' });
    await book('2026-10-06', 100_000_00, { currency: 'ARS' });
    await book('2026-10-07', 50_000_00, { currency: 'ARS' });
    const autumn = 'from=2026-10-01&to=2026-11-30&convert=EUR';
    const missing = [{ currency: 'ARS', count: 2, from: '2026-10-06', to: '2026-10-07' }];

    const { body: summary } = await get(`summary?${autumn}`);
    expect(summary).to.deep.include({ currency: 'EUR', otherCurrencies: ['ARS'] });
    expect(summary.conversion).to.deep.equal({ converted: ['JPY', 'USD'], missing });
    expect(summary.totals).to.deep.include({ expense: 100_00 + 90 + 5_00, income: 100_00, count: 4 });
    const csv = await get(`trend?${autumn}`, 'default', { accept: 'text/csv' });
    expect([csv.status, csv.body.type]).to.deep.equal([422, '/problems/exchange-rates-missing']);

    await expense.post('/api/v1/ledgers/default/exchange-rates', {
      currency: 'ARS',
      in: 'EUR',
      rate: '0.00061',
      from: '2026-10-01',
    });
    const spent = 100_00 + 90 + 5_00 + 61_00 + 30_50;
    const { body: trend } = await get(`trend?${autumn}&interval=month`);
    expect(trend.conversion.missing).to.deep.equal([]);
    expect(trend.points.map(({ totals }: { totals: { spent: number } }) => totals.spent)).to.deep.equal([
      spent - 90,
      90,
    ]);
    const { body: breakdown } = await get(`categories?${autumn}`);
    expect(breakdown.total).to.equal(spent);
    expect(breakdown.categories.map((node: { spent: number }) => node.spent)).to.deep.equal([100_00, spent - 100_00]);
    const { body: ranking } = await get(`payees?${autumn}`);
    expect(ranking.payees.map(({ payee, spent }: { payee: string; spent: number }) => [payee, spent])).to.deep.equal([
      ['Harbour', 105_90],
      ['', 91_50],
    ]);
    const table = await get(`trend?${autumn}`, 'default', { accept: 'text/csv' });
    expect(table.text.split('\r\n')[1]).to.equal('2026-10-01,2026-10-31,EUR,196.50,100.00,0.00,196.50,-96.50,5');
    expect((await get(`summary?from=2026-10-30&to=2026-10-30&convert=USD`)).body.totals.spent).to.equal(111_72);
  });

  it('say how many entries have no rate, each once though a report tells two tags of it apart', async () => {
    const { get, book } = person();
    await book('2026-10-06', 100_000_00, { currency: 'ARS', tags: ['trip', 'gift'] });
    await book('2026-10-06', 50_000_00, { currency: 'ARS', tags: ['trip'] });
    await book('2026-10-09', 70_000_00, { currency: 'ARS' });
    await book('2026-10-10', 1_00, { tags: ['trip'] });
    const october = 'from=2026-10-01&to=2026-10-31&convert=EUR';
    const count = async (query: string) => (await get(`report?${query}&${october}`)).body.conversion.missing;
    const missing = { currency: 'ARS', count: 3, from: '2026-10-06', to: '2026-10-09' };
    for (const told of ['rows=tag', 'rows=tag&columns=category', 'rows=payee&columns=tag', 'rows=category'])
      expect(await count(told), told).to.deep.equal([missing]);
    expect(await count('rows=tag&tag=gift')).to.deep.equal([{ ...missing, count: 1, to: '2026-10-06' }]);
    const csv = await get(`report?rows=tag&${october}`, 'default', { accept: 'text/csv' });
    expect(csv.body.detail).to.include('ARS (3 entries, 2026-10-06 to 2026-10-09)');
  });

  it('are a report saved by name, which the request may change', async () => {
    const { expense, get, book } = person();
    await book('2026-01-10', 1_000, { payee: 'Shop', tags: ['trip'] });
    await book('2026-02-10', 2_000, { payee: 'Shop', tags: ['trip', 'gift'] });
    await book('2026-02-11', 5_000, { payee: 'Bakery' });
    const form = { name: 'Trips', rows: 'payee', columns: 'month', filters: { tag: 'trip' } };
    expect((await expense.post('/api/v1/ledgers/default/reports', form)).status).to.equal(201);
    const period = 'from=2026-01-01&to=2026-02-28';
    const { body: saved } = await get(`report?report=trips&${period}`);
    expect([saved.rows, saved.columns, saved.total]).to.deep.equal(['payee', 'month', 3_000]);
    expect(saved.items).to.deep.equal([{ key: 'Shop', name: 'Shop', values: [1_000, 2_000], total: 3_000 }]);
    const { body: changed } = await get(`report?report=Trips&${period}&rows=tag&measure=count`);
    expect(changed.items.map(({ key, total }: { key: string; total: number }) => [key, total])).to.deep.equal([
      ['trip', 2],
      ['gift', 1],
    ]);
    const csv = await get(`report?report=Trips&${period}`, 'default', { accept: 'text/csv' });
    expect(csv.text).to.equal(
      'payee,name,currency,measure,total,2026-01,2026-02\r\nShop,Shop,EUR,spent,30.00,10.00,20.00\r\n',
    );
    const gone = await get(`report?report=Nothing&${period}`);
    expect([gone.status, gone.body.type]).to.deep.equal([404, '/problems/report-not-found']);
  });

  it('foretell rent and name what stands out', async () => {
    const { get, book } = person();
    for (let month = 1; month <= 10; month++) {
      const first = `2026-${String(month).padStart(2, '0')}-01`;
      await book(first, 95_000, { payee: 'Landlord' });
      await book(first, 1_299, { payee: 'Streaming' });
    }
    await book('2026-11-01', 95_000, { payee: 'Landlord' });
    await book('2026-11-02', 1_599, { payee: 'Streaming' });
    await book('2026-11-03', 48_000, { payee: 'Garage' });
    await book('2026-11-04', 48_000, { payee: 'Garage' });
    const { body: forecast } = await get('forecast?asOf=2026-10-31');
    expect([forecast.history, forecast.month.sofar, forecast.month.expected]).to.deep.equal([9, 96_299, 96_299]);
    expect(forecast.months[0]).to.deep.include({ start: '2026-11-01', expected: 96_299, repeating: 96_299 });
    expect(forecast.repeating.map(({ payee }: { payee: string }) => payee)).to.deep.equal(['Landlord', 'Streaming']);
    expect(forecast.backtest).to.deep.include({ meanError: 0 });
    const { body: anomalies } = await get('anomalies?from=2026-11-01&to=2026-11-30');
    expect(anomalies.items.map(({ type, name }: { type: string; name: string }) => [type, name])).to.deep.equal([
      ['category', 'Uncategorised'],
      ['doubled', 'Garage'],
      ['subscription', 'Streaming'],
    ]);
    expect((await get('anomalies?from=2026-11-01&to=2026-11-30&asOf=2026-11-01')).body.items).to.deep.equal([]);
  });

  it('follow an entry that is changed, moved to another month and deleted', async () => {
    const { expense, get, book } = person();
    const { body: entry, headers } = await book('2026-05-10', 1_000);
    const spent = async (month: string) =>
      (await get(`summary?from=2026-${month}-01&to=2026-${month}-28`)).body.totals.spent;
    const path = `/api/v1/ledgers/default/expenses/${entry.id}`;
    expect([await spent('05'), await spent('06')]).to.deep.equal([1_000, 0]);

    const moved = await expense.patch(
      path,
      { date: '2026-06-10', amount: 1_050 },
      { 'if-match': headers.get('etag')! },
    );
    expect(moved.status).to.equal(200);
    expect([await spent('05'), await spent('06')]).to.deep.equal([0, 1_050]);

    expect((await expense.delete(path)).status).to.equal(204);
    expect([await spent('05'), await spent('06')]).to.deep.equal([0, 0]);
  });

  it('are of this month in the ledger’s own time zone where no period is given', async () => {
    const { expense, get } = person();
    // One side of the date line is always in another day than the other.
    const zones = ['Pacific/Kiritimati', 'Pacific/Pago_Pago'];
    for (const timeZone of zones) {
      const { body: ledger } = await expense.post('/api/v1/ledgers', { name: timeZone, currency: 'JPY', timeZone });
      const localToday = () => new Date().toLocaleDateString('sv-SE', { timeZone });
      let month: string;
      let answer: Awaited<ReturnType<typeof get>>;
      do {
        month = localToday().slice(0, 7);
        answer = await get('summary', ledger.id);
      } while (localToday().slice(0, 7) !== month); // midnight fell between the two
      expect([answer.body.from, answer.body.currency]).to.deep.equal([`${month}-01`, 'JPY']);
    }
  });

  it('are nobody else’s: another’s ledger is not found', async () => {
    const anna = person();
    const { body } = await anna.expense.get('/api/v1/ledgers');
    const ledger = body.items[0].id;
    expect((await anna.get('summary', ledger)).status).to.equal(200);
    for (const figure of [
      'summary',
      'trend',
      'categories',
      'compare',
      'cash-flow',
      'calendar',
      'payees',
      'forecast',
      'anomalies',
      'report',
    ]) {
      const answer = await person().get(figure, ledger);
      expect([answer.status, answer.body.type]).to.deep.equal([404, '/problems/ledger-not-found']);
    }
  });

  it('agree with adding up the entries one by one, whatever is booked and asked', async () => {
    const { expense, get, book } = person();
    const parent = await makeCategory(expense, 'Sailing');
    const categories = [
      null,
      parent,
      await makeCategory(expense, 'Ropes', parent),
      await makeCategory(expense, 'Charts'),
    ];
    const date = fc.integer({ min: dayNumber('2023-12-20'), max: dayNumber('2025-01-15') }).map(dateOfDay);
    const entry = fc.record<Entry>({
      date,
      amount: fc.integer({ min: 1, max: 1_000_000 }),
      kind: fc.constantFrom(...kinds),
      category: fc.constantFrom(...categories),
      currency: fc.constantFrom('EUR', 'JPY'),
      payee: fc.constantFrom('', 'Shop', 'SHOP', 'Bakery'),
      tags: fc.subarray(['trip', 'gift']),
    });
    const entries: Entry[] = [];
    const question = fc.record({
      booked: fc.array(entry, { maxLength: 8 }),
      dates: fc.tuple(date, date),
      interval: fc.constantFrom(...intervals),
      currency: fc.constantFrom('EUR', 'JPY'),
      filter: fc.record(
        {
          category: fc.constantFrom('parent', 'none'),
          tag: fc.constant('trip'),
          payee: fc.constantFrom('shop', 'Bakery'),
          kind: fc.constantFrom('expense', 'income', 'refund'),
          asOf: date,
        },
        { requiredKeys: [] },
      ),
    });

    await fc.assert(
      fc.asyncProperty(question, async ({ booked, dates, interval, currency, filter }) => {
        for (const one of booked) await book(one.date, one.amount, one);
        entries.push(...booked);
        const [from, to] = dates.toSorted() as [string, string];
        const query = `from=${from}&to=${to}&currency=${currency}`;
        const ofCurrency = entries.filter((one) => one.currency === currency);

        const { body: summary } = await get(`summary?${query}`);
        expect(summary.totals).to.deep.equal(totals(within(ofCurrency, from, to)));
        const { previous } = summary;
        expect(previous.totals).to.deep.equal(totals(within(ofCurrency, previous.from, previous.to)));

        const { body: trend } = await get(`trend?${query}&interval=${interval satisfies Interval}`);
        for (const { start, end, totals: sums } of trend.points)
          expect(sums).to.deep.equal(totals(within(ofCurrency, start, end)));

        const { body: breakdown } = await get(`categories?${query}`);
        const inside = within(ofCurrency, from, to);
        expect(breakdown.total).to.equal(totals(inside).spent);
        for (const node of breakdown.categories) {
          const family = node.category === parent ? [parent, categories[2]] : [node.category];
          const { spent, count } = totals(inside.filter(({ category }) => family.includes(category)));
          expect([node.spent, node.count]).to.deep.equal([spent, count]);
        }

        const { body: flow } = await get(`cash-flow?${query}&interval=${interval}`);
        for (const { start, end, net, balance } of flow.points) {
          expect(net).to.equal(totals(within(ofCurrency, start, end)).net);
          expect(balance).to.equal(totals(within(ofCurrency, from, end)).net);
        }

        const { body: comparison } = await get(`compare?${query}&withFrom=2024-02-10&withTo=2024-11-20`);
        const other = within(ofCurrency, '2024-02-10', '2024-11-20');
        expect(comparison.totals).to.deep.equal(totals(inside));
        expect(comparison.with.totals).to.deep.equal(totals(other));
        for (const category of categories) {
          const spentOf = (all: readonly Entry[]) => totals(all.filter((one) => one.category === category)).spent;
          const [named] = comparison.categories.filter((one: { category: string | null }) => one.category === category);
          expect(named?.change ?? 0).to.equal(spentOf(inside) - spentOf(other));
        }

        const { body: explained } = await get(`compare?${query}&withFrom=2024-02-10&withTo=2024-11-20&by=payee`);
        const { body: ranking } = await get(`payees?${query}`);
        for (const payee of ['', 'shop', 'bakery']) {
          const ofPayee = (all: readonly Entry[]) => all.filter((one) => one.payee.toLowerCase() === payee);
          const named = <T extends { payee: string }>(all: T[]) => all.find((one) => one.payee.toLowerCase() === payee);
          expect(named<{ payee: string; change: number }>(explained.payees)?.change ?? 0).to.equal(
            totals(ofPayee(inside)).spent - totals(ofPayee(other)).spent,
          );
          expect(named<{ payee: string; spent: number }>(ranking.payees)?.spent ?? 0).to.equal(
            totals(ofPayee(inside)).spent,
          );
        }

        const filters = { ...filter, ...(filter.category === 'parent' && { category: parent }) };
        const { body: filtered } = await get(`trend?${query}&interval=${interval}&${new URLSearchParams(filters)}`);
        const left = ofCurrency.filter(
          (one) =>
            (!filter.category ||
              (filter.category === 'none'
                ? one.category === null
                : [parent, categories[2]].includes(one.category as string))) &&
            (!filter.tag || one.tags.includes(filter.tag)) &&
            (!filter.payee || one.payee.toLowerCase() === filter.payee.toLowerCase()) &&
            (!filter.kind || one.kind === filter.kind) &&
            (!filter.asOf || one.date <= filter.asOf),
        );
        for (const { start, end, totals: sums } of filtered.points)
          expect(sums).to.deep.equal(totals(within(left, start, end)));

        const { body: calendar } = await get(`calendar?year=2024&currency=${currency}`);
        expect(calendar.totals).to.deep.equal(totals(within(ofCurrency, '2024-01-01', '2024-12-31')));
        expect(calendar.days).to.have.length(366);
        for (const { date, spent } of calendar.days)
          expect(spent).to.equal(totals(within(ofCurrency, date, date)).spent);
      }),
      // What was booked stays booked, so a smaller example would be another one.
      { numRuns: 25, endOnFailure: true },
    );
  });

  it('are refused in bounded time while expense is away: 503 with Retry-After', async () => {
    const { get } = person();
    expect((await get('trend')).status).to.equal(200);
    await services.processes.expense.stop();
    const startedAt = performance.now();
    const answer = await get('trend');
    expect(performance.now() - startedAt).to.be.lessThan(3_000);
    expect([answer.status, answer.headers.get('retry-after')]).to.deep.equal([503, '1']);
  });
});

const within = (entries: readonly Entry[], from: string, to: string) =>
  entries.filter(({ date }) => date >= from && date <= to);

function totals(entries: readonly Entry[]) {
  const sum = (kind: Entry['kind']) =>
    entries.filter((entry) => entry.kind === kind).reduce((total, { amount }) => total + amount, 0);
  const [expense, income, refund] = [sum('expense'), sum('income'), sum('refund')];
  const count = entries.filter(({ kind }) => kind !== 'transfer').length;
  return { expense, income, refund, spent: expense - refund, net: income - expense + refund, count };
}
