/** One proxy under one load: the median of its rounds. */
export interface Result {
  readonly name: string;
  readonly load: string;
  readonly rps: number;
  readonly cpuMicrosPerRequest: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly rssMiB: number;
}

export type Round = Omit<Result, 'name' | 'load'>;

/** Of each figure by itself: rounds that a busy machine spoilt do not count. */
export function medianOf(rounds: readonly Round[]): Round {
  const median = (key: keyof Round, digits: number) => {
    const sorted = rounds.map((round) => round[key]).sort((a, b) => a - b);
    const middle = sorted[Math.floor((sorted.length - 1) / 2)] as number;
    return Number(middle.toFixed(digits));
  };
  return {
    rps: median('rps', 0),
    cpuMicrosPerRequest: median('cpuMicrosPerRequest', 1),
    p50Ms: median('p50Ms', 2),
    p99Ms: median('p99Ms', 2),
    p999Ms: median('p999Ms', 2),
    rssMiB: median('rssMiB', 0),
  };
}

/** A table in Markdown for each load, the first proxy's share of CPU beside each. */
export function tablesOf(results: readonly Result[]): string {
  const loads = [...new Set(results.map(({ load }) => load))];
  return loads
    .map((load) => {
      const rows = results.filter((result) => result.load === load);
      const ours = rows[0]?.cpuMicrosPerRequest ?? 0;
      const lines = rows.map((row) =>
        cells(
          row.name,
          row.rps,
          row.cpuMicrosPerRequest.toFixed(1),
          (ours / row.cpuMicrosPerRequest).toFixed(2),
          row.p50Ms.toFixed(2),
          row.p99Ms.toFixed(2),
          row.p999Ms.toFixed(2),
          row.rssMiB,
        ),
      );
      const head = cells(load, 'requests/s', 'CPU µs/request', 'ours ÷ its', 'p50 ms', 'p99 ms', 'p99.9 ms', 'RSS MiB');
      return [head, '| --- | --: | --: | --: | --: | --: | --: | --: |', ...lines].join('\n');
    })
    .join('\n\n');
}

const cells = (...all: (string | number)[]): string => `| ${all.join(' | ')} |`;
