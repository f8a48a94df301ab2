import { createMetrics } from '@outlay/service-kit/metrics.ts';
import { expect } from 'chai';
import { Registry } from 'prom-client';
import { RequestTimes } from './request-times.ts';

describe('the times of requests', () => {
  it('are told as prom-client tells them', async () => {
    const theirs = createMetrics('gateway');
    const registry = new Registry();
    registry.setDefaultLabels({ service: 'gateway' });
    const ours = new RequestTimes(registry);
    const observed = [0, 0.0009, 0.001, 0.0011, 0.3, 10, 10.5, 4_000];
    for (const [method, route, status] of [
      ['GET', '/a', 200],
      ['POST', '/a', 201],
      ['GET', '/b"\\', 503],
      ['GET', 'none', 0],
    ] as const)
      for (const seconds of observed) {
        ours.observe(method, route, status, seconds);
        theirs.requests.observe({ method, route, status: String(status) }, seconds);
      }

    const name = 'http_request_duration_seconds';
    expect((await registry.getSingleMetricAsString(name)).split('\n')).to.have.members(
      (await theirs.registry.getSingleMetricAsString(name)).split('\n'),
    );
    const told = async (one: Registry) => (await one.getMetricsAsJSON()).find((metric) => metric.name === name);
    // Of exemplars we have none, and they tell so by null.
    const values = (metric: Awaited<ReturnType<typeof told>>) =>
      JSON.parse(JSON.stringify(metric?.values), (key, value) => (key === 'exemplar' ? undefined : value));
    expect(values(await told(registry))).to.have.deep.members(values(await told(theirs.registry)));
    expect(await told(registry)).to.include({ name, type: 'histogram', aggregator: 'sum' });
  });

  it('are those of one method where it is none we forward: a client could make up any number', async () => {
    const registry = new Registry();
    const times = new RequestTimes(registry);
    for (const method of ['BREW', 'other', 'GET ']) times.observe(method, 'none', 501, 0.001);

    expect(await registry.metrics()).to.include(
      'http_request_duration_seconds_count{method="other",route="none",status="501"} 3',
    );
  });
});
