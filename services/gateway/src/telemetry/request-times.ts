import { requestMetric } from '@outlay/service-kit/metrics.ts';
import type { Metric, Registry } from 'prom-client';

const { name, help, buckets } = requestMetric;
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const statusesMax = 1_000;

interface SeriesValue {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly sharedLabels: Series['labels'];
  readonly value: number;
}

/** The requests of one method, route and status. */
class Series {
  readonly labels: Readonly<Record<string, string>>;
  /** By bucket; the last holds what is above all bounds. */
  readonly counts: number[] = new Array(buckets.length + 1).fill(0);
  sum = 0;

  constructor(labels: Series['labels']) {
    this.labels = labels;
  }

  observe(seconds: number): void {
    let bucket = 0;
    while (bucket < buckets.length && seconds > (buckets[bucket] as number)) bucket++;
    this.counts[bucket] = (this.counts[bucket] as number) + 1;
    this.sum += seconds;
  }

  /** As Prometheus has a histogram: each bucket counts those below it too. */
  values(): SeriesValue[] {
    const sharedLabels = this.labels;
    let count = 0;
    const cumulated = this.counts.map((ofBucket, i) => {
      count += ofBucket;
      return { metricName: `${name}_bucket`, labels: { le: buckets[i] ?? '+Inf' }, sharedLabels, value: count };
    });
    const sum = { metricName: `${name}_sum`, labels: {}, sharedLabels, value: this.sum };
    return [...cumulated, sum, { metricName: `${name}_count`, labels: {}, sharedLabels, value: count }];
  }
}

/**
 * The histogram of requests that all services have, with counters of its own: prom-client's makes texts of labels and of the
 * bucket with each request, which is a thirtieth of all that a request costs here.
 */
export class RequestTimes {
  readonly #routes = new Map<string, (Series | undefined)[]>();

  constructor(registry: Registry) {
    const metric = { name, getForPromString: async () => this.#asText(), get: async () => this.#asJson() };
    registry.registerMetric(metric as unknown as Metric);
  }

  /** @param status 0 where the client left before there was one */
  observe(method: string, route: string, status: number, seconds: number): void {
    let ofRoute = this.#routes.get(route);
    if (!ofRoute) {
      ofRoute = [];
      this.#routes.set(route, ofRoute);
    }
    const at = (methods.indexOf(method) + 1) * statusesMax + status;
    let series = ofRoute[at];
    if (!series) {
      series = new Series({ method: methods.includes(method) ? method : 'other', route, status: String(status) });
      ofRoute[at] = series;
    }
    series.observe(seconds);
  }

  #values(): SeriesValue[] {
    const all = [...this.#routes.values()].flatMap((ofRoute) => ofRoute.filter((series) => series !== undefined));
    return all.flatMap((series) => series.values());
  }

  #asText() {
    return { name, help, type: 'histogram', aggregator: 'sum', values: this.#values() };
  }

  /** Each value with all of its labels. */
  #asJson() {
    const values = this.#values().map(({ metricName, labels, sharedLabels, value }) => ({
      metricName,
      labels: { ...sharedLabels, ...labels },
      value,
    }));
    return { ...this.#asText(), values };
  }
}
