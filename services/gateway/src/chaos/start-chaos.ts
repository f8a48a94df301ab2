import { startTestGateway, type TestGateway } from '../testing/start-test-gateway.ts';
import { startTlsGateway } from '../testing/start-tls-gateway.ts';
import { type Outcome, playClient } from './chaos-client.ts';
import { type Expected, startChaosService } from './chaos-service.ts';
import { playHttp2Client } from './http2-client.ts';
import { judge, judgeCalm, type Unanswered } from './judge.ts';
import { bodyBytesMax, createSchedule } from './schedule.ts';
import { markField } from './service-plan.ts';

const schedulesAtOnce = 100;
const watchMs = 20;
/** Where the whole process stood still for longer than this, all together, a time-out is nobody's fault. */
const lostMsMax = 150;
/** Flags of a time-out. */
const timeOut = /\b(UT|SI)\b/;

type Service = Awaited<ReturnType<typeof startChaosService>>;

export interface Chaos {
  readonly protocol: 'HTTP/1.1' | 'HTTP/2';
  readonly gateway: TestGateway;
  readonly services: readonly Service[];
  /** Requests that are played, by their id. */
  readonly requests: Map<string, Expected>;
  /** Of their answers, as the clients saw them. */
  readonly statuses: Map<string, number>;
  /** The configuration; each version with other time-outs, and one cluster that is made anew. */
  readonly yaml: (version: number) => string;
  /** What was open before a request came. */
  readonly idle: Resources;
  close(): Promise<void>;
}

export interface Resources {
  readonly sockets: number;
  readonly servers: number;
}

/** What of the process's connections and ports is open. */
export function openResources(): Resources {
  const names = process.getActiveResourcesInfo();
  const count = (wanted: string) => names.filter((name) => name === wanted).length;
  return { sockets: count('TCPSocketWrap'), servers: count('TCPServerWrap') };
}

/** Connections to it are refused. A port that was free a moment ago would soon be somebody else's. */
const nobodyThere = 'http://127.0.0.1:1';

/**
 * The gateway with short time-outs, before services that are never well for long, and one that is not there.
 * @param protocol of its clients, who are played by it too
 */
export async function startChaos(protocol: Chaos['protocol']): Promise<Chaos> {
  const requests = new Map<string, Expected>();
  const services = await Promise.all(Array.from({ length: 3 }, () => startChaosService(requests)));
  const endpoints = [...services.map(({ url }) => url), nobodyThere].map((url) => `'${url}'`).join(', ');
  const yaml = (version: number) => configOf(endpoints, version);
  const start = protocol === 'HTTP/2' ? startTlsGateway : startTestGateway;
  const gateway = await start({ edit: () => yaml(0) });
  return {
    protocol,
    gateway,
    services,
    requests,
    statuses: new Map(),
    yaml,
    idle: openResources(),
    async close() {
      await Promise.all(services.map((service) => service.close()));
      await gateway.close();
    },
  };
}

const configOf = (endpoints: string, version: number) => `
admin: { address: 127.0.0.1, port: 0 }
listeners:
  - name: public
    address: 127.0.0.1
    port: 0
    preserve_external_request_id: true
    request_headers_timeout: 1s
    request_timeout: 4s
    stream_idle_timeout: 900ms
    idle_timeout: 2s
    tls_context: { certificate_chain: '\${TLS_CERTIFICATE:-}', private_key: '\${TLS_PRIVATE_KEY:-}' }
    virtual_hosts:
      - name: chaos
        domains: ['*']
        max_request_bytes: ${bodyBytesMax / 1_024}KiB
        retry_policy:
          retry_on: [connect-failure, reset, retriable-headers]
          num_retries: 2
          per_try_timeout: ${500 + version}ms
          retry_back_off: { base_interval: 5ms, max_interval: 20ms }
        routes:
          - { match: { prefix: /roomy/ }, route: { cluster: roomy, timeout: 1500ms }, requires: none }
          - { match: { prefix: /tight/ }, route: { cluster: tight, timeout: 1500ms }, requires: none }
          - { match: { prefix: /limited/ }, route: { cluster: roomy, timeout: 1500ms }, requires: none, rate_limits: [few] }
          - { match: { prefix: /signed/ }, route: { cluster: roomy, timeout: 1500ms } }
          - match: { prefix: /delayed/ }
            route: { cluster: roomy, timeout: 1500ms }
            requires: none
            fault: { delay: { fixed_delay: 20ms, percentage: 50 } }
clusters:
  - name: auth
    endpoints: ['\${AUTH_URL}']
    idle_timeout: 1s
  - name: roomy
    endpoints: [${endpoints}]
    idle_timeout: 1s
    circuit_breakers: { thresholds: { retry_budget: { budget_percent: 100, min_retry_concurrency: 1000 } } }
  - name: tight
    endpoints: [${endpoints}]
    idle_timeout: ${1_000 + version}ms
    circuit_breakers:
      thresholds: { max_connections: 8, max_pending_requests: 4, max_requests: 8, retry_budget: { budget_percent: 20, min_retry_concurrency: 1 } }
    outlier_detection: { consecutive_5xx: 3, interval: 50ms, base_ejection_time: 100ms, max_ejection_time: 500ms, max_ejection_percent: 50 }
local_rate_limits:
  few: { per: route, token_bucket: { max_tokens: 5, tokens_per_fill: 5, fill_interval: 100ms } }
jwt_authn:
  providers:
    outlay:
      issuer: https://outlay.local
      audiences: [outlay-api]
      remote_jwks: { uri: 'http://auth/.well-known/jwks.json', cluster: auth }
`;

export interface Played {
  /** What the gateway did wrong, each with the way to see it again. */
  readonly wrongs: readonly string[];
  readonly counts: Readonly<Record<Outcome['kind'] | 'refused', number>>;
}

/** Plays so many schedules, some dozens at a time. */
export async function playSchedules(
  { protocol, gateway, requests, statuses }: Chaos,
  { seed, from = 0, runs, mayBeGone = false }: { seed: number; from?: number; runs: number; mayBeGone?: boolean },
): Promise<Played> {
  const wrongs: string[] = [];
  /** Of schedules that were played late: whether it was a time-out is told by the log, at the end. */
  const excusable: Unanswered[] = [];
  const counts = { whole: 0, refused: 0, cut: 0, left: 0, unsent: 0, hung: 0 };
  let lostMs = 0;
  let dueAt = performance.now() + watchMs;
  const watch = setInterval(() => {
    lostMs += Math.max(0, performance.now() - dueAt);
    dueAt = performance.now() + watchMs;
  }, watchMs);
  let next = from;
  const playOn = async () => {
    while (next < from + runs) {
      const number = next++;
      const schedule = createSchedule(seed, number, gateway.bearer);
      for (const request of schedule.requests) requests.set(request.id, request);
      const lostBefore = lostMs;
      const report =
        protocol === 'HTTP/2'
          ? await playHttp2Client(gateway.port, schedule, gateway.bearer)
          : await playClient(gateway.port, schedule);
      for (const { kind, answer } of report.outcomes) {
        const isRefused = kind === 'whole' && !answer?.headers.has(markField);
        counts[isRefused ? 'refused' : kind]++;
        const id = answer?.headers.get('x-request-id');
        if (kind === 'whole' && id !== undefined) statuses.set(id, answer?.status ?? 0);
      }
      const told = (wrong: string) => `CHAOS_SEED=${seed} CHAOS_SCHEDULE=${number}: ${wrong}`;
      wrongs.push(...judge(schedule, report).map(told));
      const isLate = lostMs - lostBefore > lostMsMax;
      for (const unanswered of mayBeGone ? [] : judgeCalm(schedule, report))
        if (isLate) excusable.push({ ...unanswered, wrong: told(unanswered.wrong) });
        else wrongs.push(told(unanswered.wrong));
    }
  };
  await Promise.all(Array.from({ length: schedulesAtOnce }, playOn));
  clearInterval(watch);
  const flags = new Map(gateway.log().map((line) => [line.requestId, line.flags]));
  for (const { id, status, wrong } of excusable)
    if (status !== 408 && !timeOut.test(String(flags.get(id)))) wrongs.push(`${wrong}, ${flags.get(id)}`);
  // Only now: what is wrong with how a request arrived may show when the next one does.
  for (const [id, { arrivals }] of requests)
    for (const { fault } of arrivals) if (fault !== undefined) wrongs.push(`CHAOS_SEED=${seed} ${id}: ${fault}`);
  return { wrongs, counts };
}
