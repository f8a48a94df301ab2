/** `npm run bench:gateway`: this gateway beside others, in one run. What is compared with what: docs/benchmarks.md. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { closedLoop } from './closed-loop.ts';
import { askOnce } from './connection.ts';
import { coldTokensPerRun, createLoads, type Load, largeBytes } from './loads.ts';
import { openLoop } from './open-loop.ts';
import { startOtlpSink } from './otlp-sink.ts';
import { cpuMicros, residentMib } from './proc.ts';
import { cores, Processes, proxies, type RunningProxy } from './proxies.ts';
import { medianOf, type Result, type Round, tablesOf } from './report.ts';
import { setUpPeers } from './set-up.ts';
import { TokenIssuer } from './tokens.ts';

const usage = `npm run bench:gateway [-- options]

  --quick         one-second runs: about two minutes
  --proxy NAME…   only those whose name begins so
  --load NAME…    only those whose name begins so
  --rounds N      how often each is measured; the median counts (3)
  --help          shows this`;

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    proxy: { type: 'string', multiple: true },
    load: { type: 'string', multiple: true },
    rounds: { type: 'string', default: '3' },
    help: { type: 'boolean', default: false },
  },
});
async function main(): Promise<void> {
  if (availableParallelism() < 2) throw new Error('needs two cores: one for the proxies, one for the load');
  const home = join(import.meta.dirname, '../../.outlay/bench');
  mkdirSync(home, { recursive: true });
  const envoy = setUpPeers(home);
  // What is started from here on without a core of its own stays on the load's.
  execFileSync('taskset', ['-cp', String(cores.load), String(process.pid)], { stdio: 'ignore' });

  const directory = mkdtempSync(join(home, 'run-'));
  const processes = new Processes(directory);
  const sink = await startOtlpSink();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  try {
    const issuer = new TokenIssuer();
    issuer.publish(directory);
    writeFileSync(join(directory, 'large.json'), 'a'.repeat(largeBytes));
    for (const audience of ['auth', 'expense']) writeFileSync(join(directory, audience), 'workload-token');
    const upstreamPort = await processes.startUpstream();
    const running: RunningProxy[] = [];
    for (const proxy of proxies.filter(({ name }) => isWanted(name, options.proxy)))
      running.push(await processes.startProxy(proxy, { directory, upstreamPort, otlpUrl: sink.url, envoy }));
    const loads = createLoads(issuer, 1 + Number(options.rounds), (name) => isWanted(name, options.load));

    const results = await measureAll(running, loads, directory, () => processes.emptyLogs());
    write(results);
    console.log(`\n${tablesOf(results)}`);
    // Of a run that failed the logs stay.
    rmSync(directory, { recursive: true });
  } finally {
    processes.stop();
    sink.close();
  }
}

/** Round after round, the proxies by turns within each: what disturbs the machine for a while disturbs all of them. */
async function measureAll(
  running: readonly RunningProxy[],
  loads: readonly Load[],
  directory: string,
  betweenRuns: () => void,
): Promise<Result[]> {
  const [seconds, warmUpSeconds] = options.quick ? [1, 1] : [3, 3];
  const pairs = loads.flatMap((load) =>
    running
      .filter(({ takes }) => takes === 'both' || (takes === 'cold') === (load.isCold === true))
      .map((proxy) => ({ load, proxy, rounds: [] as Round[] })),
  );
  for (const { load, proxy } of pairs) await askOnce(load, proxy.port);
  // Node's compiler needs some thousand requests before it has made up its mind.
  for (const { load, proxy } of pairs)
    if (load === pairs[0]?.load || load.isCold) await closedLoop(partOf(load, 0), proxy.port, warmUpSeconds, directory);
  for (let round = 1; round <= Number(options.rounds); round++)
    for (const { load, proxy, rounds } of pairs) {
      betweenRuns();
      rounds.push(await measure(proxy, partOf(load, round), seconds, directory));
      const { rps, cpuMicrosPerRequest } = rounds.at(-1) as Round;
      console.log(`· ${round} ${load.name} · ${proxy.name}: ${rps.toFixed(0)}/s, ${cpuMicrosPerRequest.toFixed(1)} µs`);
    }
  return pairs.map(({ load, proxy, rounds }) => ({ name: proxy.name, load: load.name, ...medianOf(rounds) }));
}

/** What one run asks. @param run 0 for the warm-up */
const partOf = (load: Load, run: number): Load =>
  load.isCold ? { ...load, tokens: load.tokens.slice(run * coldTokensPerRun, (run + 1) * coldTokensPerRun) } : load;

async function measure({ pid, port }: RunningProxy, load: Load, seconds: number, directory: string): Promise<Round> {
  const before = cpuMicros(pid);
  const { perSecond } = load;
  const measured =
    perSecond === undefined
      ? await closedLoop(load, port, seconds, directory)
      : await openLoop({ ...load, perSecond }, port, seconds);
  return {
    rps: measured.requests / measured.seconds,
    cpuMicrosPerRequest: (cpuMicros(pid) - before) / measured.requests,
    p50Ms: measured.p50Ms,
    p99Ms: measured.p99Ms,
    p999Ms: measured.p999Ms,
    rssMiB: residentMib(pid),
  };
}

function write(results: readonly Result[]): void {
  const file = join(import.meta.dirname, '../results/gateway.json');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(results, undefined, 2)}\n`);
}

const isWanted = (name: string, wanted: readonly string[] | undefined): boolean =>
  wanted === undefined || wanted.some((start) => name.startsWith(start));

if (options.help) console.log(usage);
else
  await main().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
