import { expect } from 'chai';
import { exchangeRaw } from '../testing/raw-client.ts';
import type { ClusterDescription } from '../upstream/cluster-description.ts';
import { type Chaos, openResources } from './start-chaos.ts';

/** Whether no more connections and ports are open than before its first request. */
export function isIdle({ idle }: Chaos): boolean {
  const { sockets, servers } = openResources();
  return sockets <= idle.sockets && servers <= idle.servers;
}

/** What still counts something: breakers, budgets, and requests under way, which tunnels are among. */
export async function countsInUse({ gateway }: Chaos): Promise<string[]> {
  // HTTP/1.0 keeps no connection, and knows no chunks.
  const ask = async (path: string) =>
    (await exchangeRaw(gateway.adminPort, `GET ${path} HTTP/1.0\r\nHost: localhost\r\n\r\n`)).body;
  const { clusters } = JSON.parse(await ask('/clusters?format=json')) as { clusters: ClusterDescription[] };
  const limits = clusters
    .filter(({ name }) => name !== 'auth')
    .flatMap(({ name, circuitBreakers }) =>
      Object.entries(circuitBreakers).flatMap(([limit, { count }]) => (count === 0 ? [] : `${name} ${limit} ${count}`)),
    );
  const [, active] = /^outlay_gateway_requests_active\{.*\} (.+)$/m.exec(await ask('/metrics')) ?? [];
  return active === '0' ? limits : [...limits, `requests ${active}`];
}

/** One line for each request that arrived, with the status that its client saw. */
export function expectTrueLog({ gateway, requests, statuses, carried }: Chaos): void {
  const lines = new Map<unknown, Record<string, unknown>[]>();
  for (const line of gateway.log().filter(({ msg }) => msg === 'request'))
    lines.set(line.requestId, [...(lines.get(line.requestId) ?? []), line]);

  for (const [id, { arrivals }] of requests) if (arrivals.length > 0) expect(lines.get(id), id).to.have.length(1);
  for (const [id, status] of statuses) expect(lines.get(id)?.[0]?.status, id).to.equal(status);
  for (const [id, [up, down]] of carried)
    expect(lines.get(id)?.[0], id).to.include({ requestBytes: up, responseBytes: down, flags: '-' });
}
