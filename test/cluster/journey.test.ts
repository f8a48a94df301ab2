import { runJourney } from '@outlay/journey/journey.ts';
import { expect } from 'chai';
import { forward, install, release, until } from './cluster.ts';

interface Trace {
  spans: {
    spanID: string;
    operationName: string;
    processID: string;
    references: { refType: string; spanID: string }[];
  }[];
  processes: Record<string, { serviceName: string }>;
}

const clientSpan = '00f067aa0ba902b7';

describe('a person’s way through a release on a cluster', () => {
  before(() => install());

  it('registers, adds, imports and sees every figure right to the cent', async () => {
    await using gateway = await forward(`service/${release}-gateway`, 80);
    await runJourney(`http://127.0.0.1:${gateway.port}`);
  });

  it('is one trace in Jaeger: gateway → analytics → expense → MongoDB, no span without its parent', async () => {
    await using gateway = await forward(`service/${release}-gateway`, 80);
    await using jaeger = await forward(`service/${release}-jaeger`, 16_686);
    const client = await runJourney(`http://127.0.0.1:${gateway.port}`);
    const traceId = '7a11ce'.padEnd(31, '0') + Math.floor(Math.random() * 10);
    const parent = `00-${traceId.slice(0, 16)}${Date.now().toString(16).padStart(16, '0')}-${clientSpan}-01`;

    await client.send('/api/v1/ledgers/default/analytics/summary?from=2026-03-01&to=2026-03-31', {
      headers: { traceparent: parent },
    });

    const id = parent.slice(3, 35);
    // Each service sends its spans by itself, within 5 s.
    const trace = await until('the whole trace, no span without its parent', 30, async () => {
      const answer = await fetch(`http://127.0.0.1:${jaeger.port}/api/traces/${id}`);
      const { data } = (await answer.json()) as { data?: Trace[] };
      const found = data?.[0];
      return found && isWhole(found) ? found : undefined;
    });
    const chain = (span: Trace['spans'][number]): string[] => {
      const above = parentOf(trace, span);
      return [...(above ? chain(above) : []), serviceOf(trace, span)];
    };
    const services = trace.spans.map((span) => [...new Set(chain(span))].join(' → '));
    expect(services).to.include('gateway → analytics → expense');
    const mongo = trace.spans.filter(
      (span) => /find|aggregate/.test(span.operationName) && serviceOf(trace, span) === 'expense',
    );
    expect(mongo, 'spans of MongoDB commands').to.not.be.empty;
    for (const span of mongo) expect([...new Set(chain(span))].join(' → ')).to.equal('gateway → analytics → expense');
  });
});

const serviceOf = (trace: Trace, span: Trace['spans'][number]) =>
  trace.processes[span.processID]?.serviceName ?? 'unknown';
const parentOf = (trace: Trace, span: Trace['spans'][number]) =>
  trace.spans.find(({ spanID }) => spanID === span.references[0]?.spanID);
const isWhole = (trace: Trace): boolean =>
  ['gateway', 'analytics', 'expense'].every((name) => trace.spans.some((span) => serviceOf(trace, span) === name)) &&
  // The client's own span is the one parent that we do not hold.
  trace.spans.every(({ references: [above] }) => above?.spanID === clientSpan || hasSpan(trace, above?.spanID));
const hasSpan = (trace: Trace, id: string | undefined) => trace.spans.some(({ spanID }) => spanID === id);
