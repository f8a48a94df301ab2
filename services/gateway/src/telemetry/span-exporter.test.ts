import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLog } from '@outlay/service-kit/log.ts';
import { expect } from 'chai';
import { eventually, startTestGateway, type TestGateway } from '../testing/start-test-gateway.ts';
import { SpanExporter } from './span-exporter.ts';

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: { stringValue?: string; intValue?: number } }[];
  status?: { code: number };
}

/** A collector: what it is sent, and with which status it answers. */
async function startCollector() {
  const state = { spans: [] as Span[], bodies: [] as string[], status: 200, requests: 0 };
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      state.requests++;
      response.statusCode = state.status;
      response.end('{}');
      if (state.status !== 200 || request.url !== '/v1/traces') return;
      state.bodies.push(body);
      for (const { scopeSpans } of JSON.parse(body).resourceSpans)
        for (const { spans } of scopeSpans) state.spans.push(...spans);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    state,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

const attribute = (span: Span, name: string) => {
  const value = span.attributes.find(({ key }) => key === name)?.value;
  return value?.stringValue ?? value?.intValue;
};

describe('the trace of a request through the gateway', () => {
  let collector: Awaited<ReturnType<typeof startCollector>>;
  let gateway: TestGateway;
  before(async () => {
    collector = await startCollector();
    gateway = await startTestGateway({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } });
  });
  after(async () => {
    await gateway.close();
    await collector.close();
  });

  it('is a span of ours with the call to the service below it, and the service’s parent is that call', async () => {
    await fetch(`${gateway.url}/api/v1/ledgers/6742c0ffee00c0ffee00beef/analytics/summary?q=secret`, {
      headers: {
        authorization: gateway.bearer,
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      },
    });
    await eventually(() => collector.state.spans.length >= 2);

    const [server, call] = collector.state.spans as [Span, Span];
    expect(server).to.include({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      parentSpanId: 'b7ad6b7169203331',
      name: 'GET /api/v1/ledgers/{ledger}/analytics/**',
      kind: 2,
    });
    expect(attribute(server, 'http.route')).to.equal('/api/v1/ledgers/{ledger}/analytics/**');
    expect(attribute(server, 'http.response.status_code')).to.equal(200);
    expect(call).to.include({ traceId: server.traceId, parentSpanId: server.spanId, name: 'GET', kind: 3 });
    expect(attribute(call, 'outlay.cluster')).to.equal('analytics');
    const arrived = gateway.analytics.arrived.at(-1)?.headers.find(([name]) => name === 'traceparent')?.[1];
    expect(arrived).to.equal(`00-${server.traceId}-${call.spanId}-01`);
    expect(Number(server.endTimeUnixNano)).to.be.at.least(Number(call.endTimeUnixNano));
    expect(Math.abs(Number(server.startTimeUnixNano) / 1e6 - Date.now())).to.be.below(10_000);
  });

  it('holds nothing of the person: no path, no query, no user, no token', () => {
    const text = collector.state.bodies.join();

    for (const secret of ['secret', '6742c0ffee00c0ffee00beef', gateway.bearer.slice(7), '127.0.0.1:', 'node'])
      expect(text).not.to.include(secret);
    expect(text).to.include('{"key":"service.name","value":{"stringValue":"gateway"}}');
  });

  it('says where it went wrong', async () => {
    collector.state.spans.length = 0;
    await gateway.expense.close();

    await fetch(`${gateway.url}/api/v1/ledgers`, { headers: { authorization: gateway.bearer } });
    await eventually(() => collector.state.spans.length >= 2);

    const [server, call] = collector.state.spans as [Span, Span];
    expect(server.status?.code).to.equal(2);
    expect(attribute(server, 'http.response.status_code')).to.equal(503);
    expect(attribute(server, 'outlay.response_flags')).to.equal('UF,URX');
    expect(call.status?.code).to.equal(2);
  });
});

describe('spans on their way to a collector', () => {
  const log = createLog({ service: 'test', level: 'silent' });
  const spans = (n: number) => ({
    trace: {
      traceId: n.toString(16).padStart(32, '0'),
      parentId: undefined,
      spanId: 'b7ad6b7169203331',
      upstreamSpanId: 'b7ad6b7169203332',
      isSampled: true,
    },
    method: 'GET',
    route: '/a',
    scheme: 'http',
    status: 200,
    flags: '-',
    path: '/a',
    requestBytes: 0,
    responseBytes: 0,
    cluster: '',
    requestId: 'r',
    startedAt: 1_764_000_000_000.25 - performance.timeOrigin,
    endedAt: 1_764_000_000_001.5 - performance.timeOrigin,
    call: undefined,
  });

  it('are sent when the exporter is closed, all of them, to the microsecond', async () => {
    const collector = await startCollector();
    const exporter = new SpanExporter(collector.url, 'gateway', log);
    for (let i = 1; i <= 1_200; i++) exporter.record(spans(i));

    await exporter.close();

    expect(collector.state.spans).to.have.length(1_200);
    expect(collector.state.spans[0]).to.include({
      startTimeUnixNano: '1764000000000250000',
      endTimeUnixNano: '1764000000001500000',
    });
    expect(exporter.counts).to.deep.equal({ exported: 1_200, dropped: 0 });
    await collector.close();
  });

  it('are dropped and counted where the queue is full or the collector is away', async () => {
    const collector = await startCollector();
    collector.state.status = 503;
    const exporter = new SpanExporter(`${collector.url}/`, 'gateway', log);
    for (let i = 1; i <= 5_000; i++) exporter.record(spans(i));

    await exporter.close();

    expect(exporter.counts).to.deep.equal({ exported: 0, dropped: 5_000 });
    expect(collector.state.requests).to.be.at.least(1);
    await collector.close();
  });
});
