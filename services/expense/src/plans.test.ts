import { expect } from 'chai';
import { expenseRoutes } from './app.ts';
import { batchMax } from './expenses/bookkeeping.ts';
import { rareMax } from './expenses/expense-listing.ts';
import { csv, type ImportApi, type Importer, openImportApi } from './imports/import-test-api.ts';

/** What mongod's profiler notes of an operation. */
interface Profiled {
  ns: string;
  op: string;
  command: Record<string, unknown>;
  planSummary?: string;
  hasSortStage?: boolean;
  docsExamined: number;
  nreturned: number;
}

/** The commands that mongod really gets: in a ledger of a million expenses, none of them may look at all of them. */
describe('no route', function () {
  this.timeout(60_000);
  let service: ImportApi;
  let person: Importer;
  let profiled: Profiled[];
  const called = new Set<string>();

  before(async () => {
    service = await openImportApi();
    person = service.person();
    const ledger = (await person.ledger.get('')).body.id;
    const groceries = await person.category('Groceries');
    const rows = Array.from({ length: batchMax * 3 }, (_, index) => ({
      date: `2026-${String(1 + (index % 12)).padStart(2, '0')}-${String(1 + (index % 28)).padStart(2, '0')}`,
      amount: 1 + ((index * 31) % 5_000),
      currency: index % 50 === 1 ? 'USD' : 'EUR',
      kind: 'expense' as const,
      category: index % 3 === 0 ? null : groceries,
      payee: index % 9 === 4 ? 'Bakery' : 'Corner shop',
      note: '',
      tags: index % 50 === 5 ? ['holiday'] : [],
    }));
    const { inLedger, bookkeeping } = service.parts;
    for (let first = 0; first < rows.length; first += batchMax)
      await inLedger(ledger, (await bookkeeping.prepareMany(ledger, rows.slice(first, first + batchMax))).write);

    const database = service.database.connection.db!;
    await database.command({ profile: 2 });
    await callAll();
    await database.command({ profile: 0 });
    profiled = await database
      .collection<Profiled>('system.profile')
      .find({ op: { $in: ['query', 'getmore', 'update', 'remove', 'command', 'insert'] } })
      .toArray();
  });
  after(() => service.stop());

  /** Every route, as people use it; what each answers is for its own tests to say. */
  async function callAll(): Promise<void> {
    const ids: Record<string, string> = { ledger: 'default' };
    const call = async (method: string, path: string, body?: object | string, headers?: Record<string, string>) => {
      const [template, query = ''] = path.split('?') as [string, string?];
      called.add(`${method} ${template}`);
      const address = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => ids[name]!) + (query && `?${query}`);
      const api = template.startsWith('/internal') ? service.apiOf('analytics').as(person.id) : person.api;
      const answer = await api.send(method.toUpperCase(), address, body, headers);
      expect(answer.status, `${method} ${address}: ${answer.text}`).to.be.below(300);
      if (answer.body?.id && !template.endsWith('/ledgers')) ids.id = answer.body.id;
      return answer;
    };
    const ledgers = '/api/v1/ledgers';
    const ledger = `${ledgers}/{ledger}`;
    await call('post', ledgers, { name: 'Other', currency: 'EUR', timeZone: 'UTC' });
    await call('get', ledgers);
    await call('get', ledger);
    await call('patch', ledger, { name: 'Mine' });
    await call('get', `${ledger}/categories`);
    await call('post', `${ledger}/categories`, { name: 'Boat' });
    await call('patch', `${ledger}/categories/{id}`, { name: 'Ship' });
    const ship = ids.id;
    await call(
      'post',
      `${ledger}/expenses`,
      { date: '2026-11-23', amount: 5, currency: 'EUR', category: ship },
      {
        'idempotency-key': 'once',
      },
    );
    await call('get', `${ledger}/expenses/{id}`);
    await call('patch', `${ledger}/expenses/{id}`, { amount: 6 });
    await call('delete', `${ledger}/expenses/{id}`);
    await call('post', `${ledger}/expenses/{id}/restore`);
    for (const query of [
      '',
      `?category=${ship}`,
      '?q=cor',
      '?tag=holiday&sort=-amount',
      '?payee=bakery',
      '?min=2&currency=USD',
    ])
      await call('get', `${ledger}/expenses${query}`);
    await call('get', `${ledger}/payees?q=ba`);
    ids.id = ship!;
    await call('delete', `${ledger}/categories/{id}?moveTo=none`);
    await call('get', `${ledger}/exchange-rates`);
    await call('post', `${ledger}/exchange-rates`, { currency: 'ARS', in: 'EUR', rate: '0.00061', from: '2026-01-01' });
    await call('delete', `${ledger}/exchange-rates/{id}`);
    await callImports(call, ledger);
    await call('get', `${ledger}/reports`);
    await call('post', `${ledger}/reports`, { name: 'Mine' });
    await call('get', `${ledger}/reports/{id}`);
    await call('put', `${ledger}/reports/{id}`, { name: 'Ours' });
    await call('get', '/internal/v1/ledgers/{ledger}/report?name=Ours');
    await call('delete', `${ledger}/reports/{id}`);
    const figures = '/internal/v1/ledgers/{ledger}/figures?ranges=2026-01-01..2026-11-20';
    for (const query of ['', '&by=day&categories=true', '&by=month&payees=true', '&tag=holiday', '&currencies=each'])
      await call('get', figures + query);
  }

  type Call = (
    method: string,
    path: string,
    body?: object | string,
    headers?: Record<string, string>,
  ) => Promise<unknown>;
  async function callImports(call: Call, ledger: string): Promise<void> {
    const headers = { 'content-type': 'text/csv', prefer: 'wait=30' };
    const file = (payee: string) => csv(`2026-11-20,-3.21,${payee},`, `2026-11-21,-4.56,${payee},`);
    await call('post', `${ledger}/imports`, file('Kiosk'), headers);
    await call('post', `${ledger}/imports/{id}/commit`, {}, { prefer: 'wait=30' });
    await call('get', `${ledger}/imports/{id}/events`);
    await call('post', `${ledger}/imports/{id}/undo`, {}, { prefer: 'wait=30' });
    await call('get', `${ledger}/imports/{id}`);
    await call('get', `${ledger}/imports`);
    await call('post', `${ledger}/imports`, file('Florist'), headers);
    await call('post', `${ledger}/imports/{id}/cancel`, undefined, { prefer: 'wait=30' });
    await call('delete', `${ledger}/imports/{id}`);
  }

  const named = ({ op, ns, command, planSummary }: Profiled) =>
    `${op} ${ns.split('.')[1]} ${planSummary}: ${JSON.stringify(command).slice(0, 300)}`;

  it('of the service is left out here', () => {
    const all = expenseRoutes(service.parts).map(({ method, path }) => `${method} ${path}`);
    expect(all.filter((route) => !called.has(route))).to.deep.equal([]);
    expect(profiled.length).to.be.above(100);
  });

  it('looks at all of a collection', () => {
    expect(profiled.filter(({ planSummary = '' }) => planSummary.includes('COLLSCAN')).map(named)).to.deep.equal([]);
  });

  it('has mongod sort in memory, but for a page out of what is rare', () => {
    const sorting = profiled.filter(({ hasSortStage }) => hasSortStage);
    expect(
      sorting.filter(({ docsExamined, nreturned }) => docsExamined > rareMax || nreturned > 51).map(named),
    ).to.deep.equal([]);
    expect(sorting.every(({ command }) => command.find === 'expenses' && command.hint !== undefined)).to.equal(true);
  });
});
