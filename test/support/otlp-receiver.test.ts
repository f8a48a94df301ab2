import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { expect } from 'chai';
import { drawTrace, type OtlpReceiver, startOtlpReceiver } from './otlp-receiver.ts';

describe('the OTLP receiver', () => {
  let receiver: OtlpReceiver;
  before(async () => {
    receiver = await startOtlpReceiver();
  });
  after(() => receiver.stop());

  it('reads what the SDK’s own exporter sends in protobuf, and resolves as soon as enough is there', async () => {
    const exporter = new OTLPTraceExporter({ url: `${receiver.url}/v1/traces` });
    const provider = new NodeTracerProvider({
      resource: resourceFromAttributes({ 'service.name': 'gateway' }),
      spanProcessors: [new SimpleSpanProcessor(exporter)],
    });
    const span = provider.getTracer('test').startSpan('GET /things', { kind: SpanKind.SERVER });
    const { traceId, spanId } = span.spanContext();
    const both = receiver.waitForTrace(traceId, (spans) => spans.length === 1);
    span.setAttributes({ text: 'zwölf', yes: true, count: -7, ratio: 0.25, many: ['a', 'b'], big: 2 ** 40 });
    span.addEvent('exception', { 'exception.type': 'TypeError' });
    span.setStatus({ code: SpanStatusCode.ERROR, message: 'it broke' });
    span.end();

    expect(await both).to.deep.equal([
      {
        service: 'gateway',
        traceId,
        spanId,
        parentSpanId: undefined,
        name: 'GET /things',
        kind: 'server',
        attributes: { text: 'zwölf', yes: true, count: -7, ratio: 0.25, many: ['a', 'b'], big: 1_099_511_627_776 },
        events: [{ name: 'exception', attributes: { 'exception.type': 'TypeError' } }],
        status: { code: 'error', message: 'it broke' },
      },
    ]);
    await provider.shutdown();
  });

  it('reads the same in JSON, as the protocol’s own example has it', async () => {
    const traceId = '5b8efff798038103d269b633813fc60c';
    const span = {
      traceId,
      spanId: 'eee19b7ec3c1b174',
      parentSpanId: 'eee19b7ec3c1b173',
      name: 'I’m a server span',
      kind: 2,
    };
    const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'my.service' } }] };
    const attributes = [{ key: 'count', value: { intValue: '42' } }];
    const answer = await fetch(`${receiver.url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: [{ ...span, attributes }] }] }] }),
    });
    expect([answer.status, await answer.json()]).to.deep.equal([200, {}]);
    const [received] = await receiver.waitForTrace(traceId, (spans) => spans.length === 1);
    expect(received).to.deep.include({
      service: 'my.service',
      parentSpanId: 'eee19b7ec3c1b173',
      kind: 'server',
      attributes: { count: 42 },
      status: { code: 'unset', message: '' },
    });
  });

  it('says what did arrive where the rest does not', async () => {
    const traceId = '5b8efff798038103d269b633813fc60c';
    const error = await receiver.waitForTrace(traceId, () => false, 20).catch((reason: Error) => reason);
    expect(error)
      .to.be.instanceOf(Error)
      .with.property('message')
      .that.includes('my.service: server I’m a server span');
  });

  it('draws a trace as a tree', () => {
    const span = (service: string, spanId: string, parentSpanId: string | undefined, name: string) => ({
      service,
      spanId,
      parentSpanId,
      name,
      traceId: 't',
      kind: 'server' as const,
      attributes: {},
      events: [],
      status: { code: 'unset' as const, message: '' },
    });
    const tree = [span('expense', '2', '1', 'GET /b'), span('gateway', '1', undefined, 'GET /a')];
    expect(drawTrace(tree)).to.equal('gateway: server GET /a\n  expense: server GET /b');
  });

  it('refuses what is no OTLP', async () => {
    const post = (headers: Record<string, string>, body: string, path = '/v1/traces') =>
      fetch(`${receiver.url}${path}`, { method: 'POST', headers, body }).then(({ status }) => status);
    expect(await post({ 'content-type': 'text/plain' }, 'hello')).to.equal(415);
    expect(await post({ 'content-type': 'application/x-protobuf' }, '\xff\xff\xff')).to.equal(400);
    expect(await post({ 'content-type': 'application/json' }, '{')).to.equal(400);
    expect(await post({ 'content-type': 'application/json' }, '{}', '/v1/metrics')).to.equal(404);
  });
});
