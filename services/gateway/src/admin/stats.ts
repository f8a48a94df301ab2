import type { Registry } from 'prom-client';

/** Every metric on a line of its own, as Envoy's /stats has it; of histograms count and sum. */
export async function statsText(registry: Registry, filter: RegExp | undefined): Promise<string> {
  const all = (await registry.getMetricsAsJSON()) as { name: string; values: Value[] }[];
  const lines = all.flatMap(({ name, values }) =>
    values
      .filter(({ metricName }) => !metricName?.endsWith('_bucket'))
      .map(({ metricName, labels, value }) => `${metricName ?? name}${labelsOf(labels)}: ${value}`),
  );
  return `${lines.filter((line) => !filter || filter.test(line)).join('\n')}\n`;
}

interface Value {
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

function labelsOf(labels: Value['labels']): string {
  const text = Object.entries(labels)
    .filter(([name]) => name !== 'service')
    .map(([name, value]) => `${name}=${value}`);
  return text.length ? `{${text.join(',')}}` : '';
}
