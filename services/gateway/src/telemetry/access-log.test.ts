import { createLog } from '@outlay/service-kit/log.ts';
import { expect } from 'chai';
import { eventually, startTestGateway, type TestGateway } from '../testing/start-test-gateway.ts';
import { AccessLog } from './access-log.ts';
import type { CompletedRequest } from './completed-request.ts';

describe('the access log', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
  });
  after(() => gateway.close());
  const lines = () => gateway.log().filter(({ msg }) => msg === 'request');

  it('has a line for each request, with what an operator asks for and nothing of the person', async () => {
    gateway.expense.answer((request, response) => void request.on('end', () => response.writeHead(201).end('created')));

    const answer = await fetch(`${gateway.url}/api/v1/ledgers/default/expenses?q=secret`, {
      method: 'POST',
      body: 'secret body',
      headers: { authorization: gateway.bearer, cookie: 'secret=1', 'user-agent': 'secret' },
    });
    await answer.text();
    await eventually(() => lines().length === 1);

    const { time, durationMs, traceId, requestId, ...rest } = lines()[0] as Record<string, unknown>;
    expect(rest).to.deep.equal({
      level: 'info',
      service: 'gateway',
      method: 'POST',
      route: '/api/v1/ledgers/**',
      path: '/api/v1/ledgers/default/expenses',
      status: 201,
      requestBytes: 11,
      responseBytes: 7,
      cluster: 'expense',
      flags: '-',
      msg: 'request',
    });
    expect(new Date(time as string).toISOString()).to.equal(time);
    expect(durationMs).to.be.above(0);
    expect(requestId).to.equal(answer.headers.get('x-request-id'));
    const arrived = gateway.expense.arrived.at(-1)?.headers.find(([name]) => name === 'traceparent')?.[1];
    expect(arrived).to.include(String(traceId));
  });

  it('says for a refusal what the client was told', async () => {
    const answer = await fetch(`${gateway.url}/api/nothing`);
    const { traceId } = (await answer.json()) as { traceId: string };
    await eventually(() => lines().some(({ path }) => path === '/api/nothing'));

    expect(lines().at(-1)).to.include({ status: 404, flags: 'NR', cluster: '', traceId });
  });

  it('cannot be forged by a client’s words', async () => {
    const written: string[] = [];
    const writer = { write: (line: string) => void written.push(line), flush: () => Promise.resolve() };
    const log = createLog({ service: 'gateway', level: 'info' }, writer);
    const record: CompletedRequest = {
      method: 'GET"}',
      route: 'none',
      path: `/"}\n{"level":"info"}${'x'.repeat(5_000)}`,
      status: 400,
      scheme: 'http',
      startedAt: 10,
      endedAt: 11.239,
      requestBytes: 0,
      responseBytes: 0,
      cluster: '',
      flags: 'DPE',
      trace: {
        traceId: '0af7651916cd43dd8448eb211c80319c',
        parentId: undefined,
        spanId: 'b7ad6b7169203331',
        upstreamSpanId: 'b7ad6b7169203331',
        isSampled: false,
      },
      call: undefined,
      requestId: 'r',
    };

    new AccessLog(log, writer).write(record);
    new AccessLog(log, undefined).write({ ...record, path: '/' });

    const [byHand, byPino] = written.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(written[0]?.trimEnd()).not.to.include('\n');
    expect(byHand).to.include({ method: 'GET"}', durationMs: 1.24, level: 'info' });
    expect(String(byHand?.path)).to.have.length(1_000);
    expect(Object.keys(byHand ?? {})).to.have.members(Object.keys(byPino ?? {}));
  });

  it('is silent where the level is above info', () => {
    const written: string[] = [];
    const writer = { write: (line: string) => void written.push(line), flush: () => Promise.resolve() };

    new AccessLog(createLog({ service: 'gateway', level: 'warn' }, writer), writer).write({} as CompletedRequest);

    expect(written).to.deep.equal([]);
  });
});
