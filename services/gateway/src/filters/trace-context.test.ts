import { expect } from 'chai';
import { type TracePolicy, traceContextOf, traceparentOf } from './trace-context.ts';

const recording: TracePolicy = { isRecording: true, samplingPercent: 100, joinsClients: true };
const clients = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('the trace of a request', () => {
  it('joins the client’s and becomes its child', () => {
    const trace = traceContextOf(clients, recording);

    expect(trace.traceId).to.equal('0af7651916cd43dd8448eb211c80319c');
    expect(trace.parentId).to.equal('b7ad6b7169203331');
    expect(trace.isSampled).to.equal(true);
    expect(traceparentOf(trace)).to.equal(`00-0af7651916cd43dd8448eb211c80319c-${trace.upstreamSpanId}-01`);
    expect(new Set([trace.parentId, trace.spanId, trace.upstreamSpanId]).size).to.equal(3);
  });

  it('is not recorded where the client’s is not', () => {
    const trace = traceContextOf(clients.replace(/01$/, '00'), recording);

    expect(trace.traceId).to.equal('0af7651916cd43dd8448eb211c80319c');
    expect(traceparentOf(trace)).to.match(/-00$/);
  });

  for (const [what, header] of Object.entries({
    'no header': undefined,
    'an empty one': '',
    'another version': clients.replace(/^00/, 'ff'),
    'upper case': clients.toUpperCase(),
    'a trace of zeros': `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
    'a span of zeros': `00-0af7651916cd43dd8448eb211c80319c-${'0'.repeat(16)}-01`,
    'too short an id': '00-0af7651916cd43dd8448eb211c8031-b7ad6b7169203331-01',
    'something behind it': `${clients}-x`,
  }))
    it(`starts with us for ${what}`, () => {
      const trace = traceContextOf(header, recording);

      expect(trace.traceId)
        .to.match(/^[0-9a-f]{32}$/)
        .and.not.equal('0af7651916cd43dd8448eb211c80319c');
      expect(trace.parentId).to.equal(undefined);
      expect(traceparentOf(trace)).to.match(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    });

  it('always starts with us where the configuration says so', () => {
    const trace = traceContextOf(clients, { ...recording, joinsClients: false });

    expect(trace.traceId).not.to.equal('0af7651916cd43dd8448eb211c80319c');
    expect(trace.parentId).to.equal(undefined);
  });

  it('is sampled by the percentage, and never without an exporter', () => {
    const sampled = (policy: Partial<TracePolicy>) =>
      Array.from({ length: 1_000 }, () => traceContextOf(undefined, { ...recording, ...policy })).filter(
        (trace) => trace.isSampled,
      ).length;

    expect(sampled({ samplingPercent: 0 })).to.equal(0);
    expect(sampled({ samplingPercent: 50 })).to.be.within(350, 650);
    expect(sampled({ isRecording: false })).to.equal(0);
  });
});
