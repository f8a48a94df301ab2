import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { seededRandom } from '../../scripts/start/seeded-random.ts';
import { insertManyPayees } from '../../services/expense/test/many-payees.ts';
import { newId } from '../support/new-id.ts';
import { type OtlpReceiver, startOtlpReceiver } from '../support/otlp-receiver.ts';
import type { Answer, Api } from '../support/request.ts';
import { type RunningServices, startExpenseAndAnalytics } from '../support/running-services.ts';
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts';

const seed = Number(process.env.STREAM_SEED ?? Date.now() % 2 ** 31);

/** What the network does to an answer once so many bytes of it are through. */
interface Fault {
  readonly afterBytes: number;
  /** `cut`: both ends see the connection break. `hush`: nothing comes any more. */
  readonly how: 'cut' | 'hush';
}

describe(`a figure of many lines over a network that breaks (STREAM_SEED=${seed})`, function () {
  this.timeout(60_000);
  const timeoutMs = 3_000;
  const user = newId();
  let receiver: OtlpReceiver;
  let database: TestDatabase;
  let services: RunningServices;
  let cable: Server;
  let api: Api;
  /** Of the next answers, one each; then all is well. */
  let faults: Fault[] = [];
  let answerBytes = 0;
  const open = new Set<Socket>();

  /** Lies between analytics and expense, and knows bytes only. */
  async function layCable(expenseUrl: string): Promise<string> {
    cable = createServer((client) => {
      const expense = connect(Number(new URL(expenseUrl).port), '127.0.0.1');
      let fault: Fault | undefined;
      const end = () => {
        client.destroy();
        expense.destroy();
      };
      for (const socket of [client, expense]) open.add(socket.on('error', end).on('close', end));
      client.on('data', (request) => {
        fault = faults.shift();
        answerBytes = 0;
        expense.write(request);
      });
      expense.on('data', (data) => {
        const left = fault ? Math.max(0, fault.afterBytes - answerBytes) : data.length;
        answerBytes += data.length;
        if (left > 0) client.write(data.subarray(0, left));
        if (left < data.length && fault?.how === 'cut') client.end(() => end());
      });
    }).listen(0, '127.0.0.1');
    await once(cable, 'listening');
    return `http://127.0.0.1:${(cable.address() as AddressInfo).port}`;
  }

  before(async () => {
    receiver = await startOtlpReceiver();
    database = await openTestDatabase();
    services = await startExpenseAndAnalytics(
      database.uri,
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        OTEL_BSP_SCHEDULE_DELAY: '50',
        EXPENSE_TIMEOUT_MS: String(timeoutMs),
      },
      { between: layCable },
    );
    const { body } = await services.expense.as(user).get('/api/v1/ledgers/default');
    await insertManyPayees(database.connection, body.id);
    api = services.analytics.as(user);
  });
  beforeEach(() => {
    faults = [];
  });
  after(async () => {
    await services?.stop();
    for (const socket of open) socket.destroy();
    cable?.close();
    await receiver.stop();
    await database.drop();
  });

  /** Of 6,080 buckets. */
  const figure = (headers?: Record<string, string>): Promise<Answer> =>
    api.get('/api/v1/ledgers/default/analytics/payees?from=2025-01-01&to=2025-02-28&limit=5', headers);

  it('is the whole one or none, wherever the answer breaks', async () => {
    const { status, body: whole } = await figure();
    expect([status, whole.others.payees]).to.deep.equal([200, 3_035]);
    const bytes = answerBytes;
    expect(bytes).to.be.greaterThan(500_000);
    const random = seededRandom(seed);
    // The last are the ends of HTTP's own framing.
    for (const afterBytes of [
      0,
      1,
      ...Array.from({ length: 5 }, () => Math.floor(random() * bytes)),
      bytes - 5,
      bytes - 1,
    ]) {
      faults = [{ afterBytes, how: 'cut' }];
      const { status, body } = await figure();
      expect([status, body], `cut after ${afterBytes} bytes of ${bytes}`).to.deep.equal([200, whole]);
    }
    faults = [
      { afterBytes: bytes - 5, how: 'cut' },
      { afterBytes: bytes / 2, how: 'cut' },
    ];
    expect((await figure()).status).to.equal(503);
  });

  it('is a 503 in time where the answer stops in the middle', async () => {
    const startedAt = performance.now();
    faults = [{ afterBytes: 300_000, how: 'hush' }];
    expect((await figure()).status).to.equal(503);
    expect(performance.now() - startedAt).to.be.within(timeoutMs - 100, timeoutMs + 2_000);
  });

  it('is one trace still: the try that broke off has ended as an error, beside the one that came through', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    faults = [{ afterBytes: 300_000, how: 'cut' }];
    expect((await figure({ traceparent: `00-${traceId}-00f067aa0ba902b7-01` })).status).to.equal(200);
    const of = (spans: OtlpReceiver['spans'], service: string, kind: string, name: RegExp) =>
      spans.filter((span) => span.service === service && span.kind === kind && name.test(span.name));
    const spans = await receiver.waitForTrace(
      traceId,
      (known) =>
        of(known, 'analytics', 'server', /./).length === 1 &&
        of(known, 'analytics', 'client', /^GET$/).length === 2 &&
        of(known, 'expense', 'server', /figures$/).length === 2,
    );
    const tries = of(spans, 'analytics', 'client', /^GET$/);
    const [root] = of(spans, 'analytics', 'server', /./);
    expect(tries.map(({ parentSpanId }) => parentSpanId)).to.deep.equal([root!.spanId, root!.spanId]);
    expect(tries.filter(({ status }) => status.code === 'error')).to.have.length(1);
  });
});
