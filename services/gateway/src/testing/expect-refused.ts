import { expect } from 'chai';
import { exchangeRaw, type RawAnswer } from './raw-client.ts';
import type { TestGateway } from './start-test-gateway.ts';

/** A request for a public route, with nothing wrong but what the test adds. */
export const login = (...lines: string[]) =>
  ['POST /api/v1/auth/login HTTP/1.1', 'Host: a', 'Connection: close', ...lines].join('\r\n');

/** What an attacker hides behind or within a request, for the next one to be glued to. */
export const smuggled = 'GET /api/v1/auth/smuggled HTTP/1.1\r\nHost: a\r\nX: ';

/** Sends bytes over a connection of their own, then a good request: what arrived at the service of both. */
export async function arrivedOf(
  gateway: TestGateway,
  bytes: string,
): Promise<{ answer: RawAnswer; arrived: string[] }> {
  const before = gateway.auth.arrived.length;
  const answer = await exchangeRaw(gateway.port, bytes);
  // Whoever comes next gets what was glued to a kept connection.
  await exchangeRaw(gateway.port, 'POST /api/v1/auth/refresh HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  return {
    answer,
    arrived: gateway.auth.arrived.slice(before).map(({ method, url, body }) => `${method} ${url} ${body}`),
  };
}

/** Expects exactly one answer, a problem of that status, and that the service never got to see the request whole, nor another. */
export async function expectRefused(gateway: TestGateway, bytes: string, status: number): Promise<void> {
  const { answer, arrived } = await arrivedOf(gateway, bytes);

  expect(answer.status).to.equal(status);
  expect(answer.headers['content-type']).to.equal('application/problem+json');
  expect(answer.headers.connection).to.equal('close');
  expect(JSON.parse(answer.body).traceId).to.match(/^[0-9a-f]{32}$/);
  expect(answer.text.match(/HTTP\/1\.1 \d/g)).to.have.length(1);
  expect(arrived).to.deep.equal(['POST /api/v1/auth/refresh ']);
  expect(gateway.auth.wire()).not.to.include('smuggled');
}
