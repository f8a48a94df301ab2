import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';

export interface Metrics {
  registry: Registry;
  /** Duration of answered requests in seconds, by method, route pattern and status. */
  requests: Histogram<'method' | 'route' | 'status'>;
}

/** What all services tell of the requests they have answered. */
export const requestMetric = {
  name: 'http_request_duration_seconds',
  help: 'Duration of answered requests',
  labelNames: ['method', 'route', 'status'],
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
} as const;

/** A registry of its own per app, so that two apps in one test process do not share counters. */
export function createRegistry(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  // Among them nodejs_eventloop_lag_seconds and the heap.
  collectDefaultMetrics({ register: registry });
  return registry;
}

export function createMetrics(service: string): Metrics {
  const registry = createRegistry(service);
  const { buckets, ...options } = requestMetric;
  return { registry, requests: new Histogram({ ...options, buckets: [...buckets], registers: [registry] }) };
}
