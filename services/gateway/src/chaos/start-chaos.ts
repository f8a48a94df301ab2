import { type Pod, startKubernetesApi } from '../testing/kubernetes-api.ts';
import { eventually, startTestGateway, type TestGateway } from '../testing/start-test-gateway.ts';
import { startTlsGateway } from '../testing/start-tls-gateway.ts';
import { type Expected, startChaosService } from './chaos-service.ts';
import type { Random } from './random.ts';
import { bodyBytesMax } from './schedule.ts';

type Service = Awaited<ReturnType<typeof startChaosService>>;

export interface Chaos {
  readonly protocol: 'HTTP/1.1' | 'HTTP/1.1 over TLS' | 'HTTP/2';
  readonly gateway: TestGateway;
  readonly services: readonly Service[];
  /** Requests that are played, by their id. */
  readonly requests: Map<string, Expected>;
  /** Of their answers, as the clients saw them. */
  readonly statuses: Map<string, number>;
  /** Of tunnels that ended in good order, the bytes that went up and down, as their clients count them. */
  readonly carried: Map<string, readonly [up: number, down: number]>;
  /** The configuration; each version with other time-outs, and one cluster that is made anew. */
  readonly yaml: (version: number) => string;
  /** Some services go, some are back; one is always there, as is the endpoint where nobody is. */
  move(random: Random): void;
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
const podOf = (url: string): Pod => ({ port: Number(new URL(url).port), zone: 'zone-a' });

/**
 * The gateway with short time-outs, before services that are never well for long, and one that is not there.
 * @param protocol of its clients, who are played by it too
 */
export async function startChaos(protocol: Chaos['protocol']): Promise<Chaos> {
  const requests = new Map<string, Expected>();
  const services = await Promise.all(Array.from({ length: 3 }, () => startChaosService(requests)));
  const urls = [...services.map(({ url }) => url), nobodyThere];
  const endpoints = urls.map((url) => `'${url}'`).join(', ');
  const kubernetes = await startKubernetesApi({ roving: urls.map(podOf) });
  const yaml = (version: number) => configOf(endpoints, version);
  const start = protocol === 'HTTP/1.1' ? startTestGateway : startTlsGateway;
  const gateway = await start({ edit: () => yaml(0) });
  await eventually(() => kubernetes.watching('roving') === 1);
  return {
    protocol,
    gateway,
    services,
    requests,
    statuses: new Map(),
    carried: new Map(),
    yaml,
    move(random) {
      const stays = random.pick(services);
      const there = services.filter((service) => service === stays || random.chance(50));
      kubernetes.set('roving', [...there.map(({ url }) => url), nobodyThere].map(podOf));
    },
    idle: openResources(),
    async close() {
      await Promise.all(services.map((service) => service.close()));
      await gateway.close();
      await kubernetes.close();
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
          - { match: { prefix: /roving/ }, route: { cluster: roving, timeout: 1500ms }, requires: none }
          - match: { prefix: /tunnel/ }
            route: { cluster: roving, timeout: 1500ms, upgrade_configs: [{ upgrade_type: websocket }] }
            requires: none
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
    circuit_breakers: &roomy { thresholds: { retry_budget: { budget_percent: 100, min_retry_concurrency: 1000 } } }
  - name: roving
    type: KUBERNETES
    kubernetes: { namespace: chaos, service: roving }
    idle_timeout: 1s
    circuit_breakers: *roomy
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
