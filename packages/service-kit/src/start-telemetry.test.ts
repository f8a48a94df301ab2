import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { expect } from 'chai';
import { drawTrace, type OtlpReceiver, startOtlpReceiver } from '../../../test/support/otlp-receiver.ts';
import { startServiceProcess } from '../../../test/support/service-process.ts';
import { openTestDatabase, type TestDatabase } from '../../../test/support/test-database.ts';

const main = 'packages/service-kit/test/traced-service/src/main.ts';
const payee = 'Zahnarzt-Schmidt';
const traceId = (digit: string) => digit.repeat(32);
const traceparent = (id: string) => `00-${id}-00f067aa0ba902b7-01`;

describe('tracing of a service', () => {
  let receiver: OtlpReceiver;
  let database: TestDatabase;
  before(async () => {
    receiver = await startOtlpReceiver();
    database = await openTestDatabase();
  });
  after(async () => {
    await receiver.stop();
    await database.drop();
  });

  /** A batch leaves after a minute: what arrives earlier was sent by the end of the process. */
  const startTraced = (endpoint: string) =>
    startServiceProcess(main, {
      MONGODB_URI: database.uri,
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_BSP_SCHEDULE_DELAY: '60000',
    });

  it('joins the caller’s trace, names spans by route, goes on into the next service and the database, and flushes on SIGTERM', async () => {
    const service = await startTraced(receiver.url);
    const id = traceId('1');
    const answer = await fetch(`${service.baseUrl}/relay/${payee}?q=${payee}`, {
      headers: { traceparent: traceparent(id), baggage: `payee=${payee}`, 'user-agent': 'Firefox of Anna' },
    });
    expect(answer.status).to.equal(200);
    await fetch(`${service.adminUrl}/readyz`);
    expect(await service.stop()).to.equal(0);

    const spans = receiver.spans.filter((span) => span.traceId === id);
    expect(drawTrace(spans)).to.equal(
      [
        'traced-service: server GET /relay/{payee}',
        '  traced-service: client GET',
        '    traced-service: server GET /payees/{payee}',
        '      traced-service: client find payees',
        '      traced-service: client update payees',
      ].join('\n'),
    );
    expect(spans.find(({ name }) => name === 'GET /relay/{payee}')).to.deep.include({
      parentSpanId: '00f067aa0ba902b7',
      attributes: {
        'http.request.method': 'GET',
        'http.response.status_code': 200,
        'http.route': '/relay/{payee}',
        'network.protocol.version': '1.1',
        'outlay.ledger': 'a1b2',
        'server.address': '127.0.0.1',
        'server.port': Number(new URL(service.baseUrl).port),
        'url.scheme': 'http',
      },
    });
    const queries = spans.map(({ attributes }) => attributes['db.query.text']).filter(Boolean);
    expect(queries).to.have.members(['{"_id":"?","seen":{"$in":"?"}}', '{"_id":"?"}']);
    expect(receiver.spans.every((span) => span.traceId === id)).to.equal(true);
  });

  it('lets nothing personal out: no query, path, address, browser, value, nor an error’s text', async () => {
    const service = await startTraced(receiver.url);
    const id = traceId('2');
    const send = (method: string, path: string) =>
      fetch(`${service.baseUrl}${path}`, {
        method,
        headers: { traceparent: traceparent(id), 'user-agent': 'Firefox of Anna', 'x-forwarded-for': '203.0.113.7' },
      }).then(({ status }) => status);
    expect(await send('GET', `/relay/${payee}`)).to.equal(200);
    // A duplicate key, whose error quotes the document; a route that is not there, whose path holds what was typed.
    expect(await send('POST', `/payees/${payee}`)).to.equal(500);
    expect(await send('GET', `/nowhere/${payee}?q=${payee}`)).to.equal(404);
    await service.stop();

    const spans = receiver.spans.filter((span) => span.traceId === id);
    expect(spans.filter(({ status }) => status.code === 'error')).to.not.be.empty;
    expect(spans.map(({ name }) => name)).to.include.members(['POST /payees/{payee}', 'insert payees', 'GET']);
    for (const word of [payee, 'Firefox', '203.0.113.7', 'E11000', 'dup key'])
      expect(JSON.stringify(receiver.spans), word).to.not.include(word);
  });

  it('ends in bounded time where the collector takes the connection and says nothing', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const service = await startTraced(`http://127.0.0.1:${(silent.address() as AddressInfo).port}`);
    expect((await fetch(`${service.baseUrl}/payees/${payee}`)).status).to.equal(200);
    const startedAt = performance.now();
    expect(await service.stop()).to.equal(0);
    expect(performance.now() - startedAt).to.be.lessThan(4_000);
    silent.close();
  });

  it('is not even loaded where no collector is named', async () => {
    const service = await startServiceProcess(main, { MONGODB_URI: database.uri });
    const loaded = (await (await fetch(`${service.baseUrl}/loaded`)).json()) as string[];
    await service.stop();
    expect(loaded.filter((file) => /node_modules\/mongodb\//.test(file))).to.not.be.empty;
    expect(loaded.filter((file) => /@opentelemetry\/(?!api\/)/.test(file))).to.deep.equal([]);
  });
});
