import { expect } from 'chai';
import { newId } from '../support/new-id.ts';
import { drawTrace, type OtlpReceiver, startOtlpReceiver } from '../support/otlp-receiver.ts';
import { type RunningServices, startExpenseAndAnalytics } from '../support/running-services.ts';
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts';

describe('the trace of a figure', function () {
  this.timeout(60_000);
  let receiver: OtlpReceiver;
  let database: TestDatabase;
  let services: RunningServices;
  const user = newId();
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const writing = '5b8efff798038103d269b633813fc60c';
  const figures = ['summary', 'trend', 'categories'] as const;

  before(async () => {
    receiver = await startOtlpReceiver();
    database = await openTestDatabase();
    services = await startExpenseAndAnalytics(database.uri, {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_BSP_SCHEDULE_DELAY: '50',
    });
  });
  after(async () => {
    await services?.stop();
    await receiver.stop();
    await database.drop();
  });

  it('leads from analytics through expense to the database, by route names, with the ledger and nothing personal', async () => {
    const expense = services.expense.as(user);
    const { body: ledgers } = await expense.get('/api/v1/ledgers');
    const ledger = ledgers.items[0].id;
    const lunch = { date: '2026-02-14', amount: 424_242, currency: 'EUR', payee: 'Trattoria Luigi', note: 'with Anna' };
    const sentWith = (id: string) => ({ traceparent: `00-${id}-00f067aa0ba902b7-01`, 'user-agent': 'Phone of Anna' });
    const path = `/api/v1/ledgers/${ledger}/expenses`;
    expect((await expense.post(path, lunch, sentWith(writing))).status).to.equal(201);

    const headers = sentWith(traceId);
    for (const figure of figures) {
      const path = `/api/v1/ledgers/${ledger}/analytics/${figure}?from=2026-02-01&to=2026-02-28`;
      expect((await services.analytics.as(user).get(path, headers)).status).to.equal(200);
    }
    const servers = (spans: OtlpReceiver['spans'], name: string) =>
      spans.filter(({ service, kind }) => service === name && kind === 'server');
    const spans = await receiver.waitForTrace(
      traceId,
      (known) => servers(known, 'analytics').length === 3 && servers(known, 'expense').length === 3,
    );

    const parentOf = (span: { parentSpanId: string | undefined }) => {
      const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
      return parent && `${parent.service}: ${parent.kind} ${parent.name}`;
    };
    for (const figure of figures) {
      const route = `/api/v1/ledgers/{ledger}/analytics/${figure}`;
      const root = servers(spans, 'analytics').find(({ name }) => name === `GET ${route}`);
      expect(root?.parentSpanId).to.equal('00f067aa0ba902b7');
      expect(root?.attributes).to.deep.include({ 'http.route': route, 'outlay.ledger': ledger });
    }
    const called = servers(spans, 'expense');
    expect(called.map(({ name }) => name)).to.deep.equal(Array(3).fill('GET /internal/v1/ledgers/{ledger}/figures'));
    for (const span of called) {
      expect(span.attributes['outlay.ledger']).to.equal(ledger);
      expect(parentOf(span)).to.equal('analytics: client GET');
    }
    const commands = spans.filter(({ attributes }) => attributes['db.system.name'] === 'mongodb');
    expect(commands.map(({ name }) => name)).to.include('find rollups');
    for (const span of commands)
      expect(parentOf(span)).to.equal('expense: server GET /internal/v1/ledgers/{ledger}/figures');
    expect(drawTrace(spans)).to.match(
      /analytics: server GET \S+\n {2}analytics: client GET\n {4}expense: server GET \S+\n {6}expense: client find \w+/,
    );

    const written = await receiver.waitForTrace(writing, (known) => servers(known, 'expense').length === 1);
    expect(written.map(({ name }) => name)).to.include.members([
      'POST /api/v1/ledgers/{ledger}/expenses',
      'insert expenses',
      'update rollups',
      'commitTransaction $cmd',
    ]);
    const everything = JSON.stringify(receiver.spans);
    for (const word of ['424242', 'Luigi', 'Anna', '2026-02', user, 'Bearer', 'eyJ'])
      expect(everything, word).to.not.include(word);
  });

  it('is told by the logs too: each line of a request carries the trace id', async () => {
    for (const { lines } of Object.values(services.processes)) {
      const ofTrace = lines.filter((line) => line.includes(traceId) && line.includes('"msg":"request"'));
      expect(ofTrace).to.have.length(3);
    }
  });

  it('is whole at the end: what happened last is sent on SIGTERM', async () => {
    const last = '0af7651916cd43dd8448eb211c80319c';
    const headers = { traceparent: `00-${last}-00f067aa0ba902b7-01` };
    await services.analytics.as(user).get('/api/v1/ledgers/default/analytics/summary', headers);
    expect(await services.stop()).to.deep.equal({ analytics: 0, expense: 0 });
    const spans = await receiver.waitForTrace(last, () => true);
    expect(new Set(spans.map(({ service }) => service))).to.deep.equal(new Set(['analytics', 'expense']));
  });
});
