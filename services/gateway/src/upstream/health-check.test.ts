import { expect } from 'chai';
import { eventually } from '../testing/start-test-gateway.ts';
import { startRawUpstream } from '../testing/test-upstream.ts';
import { CircuitBreakers } from './circuit-breakers.ts';
import { addressOf } from './discovery/static-addresses.ts';
import { Endpoint } from './endpoint.ts';
import { HealthCheck } from './health-check.ts';

const breakers = new CircuitBreakers({ max_connections: 1, max_pending_requests: 1, max_requests: 1 });
const config = { interval: 10, timeout: 500, healthy_threshold: 3, unhealthy_threshold: 2 };

type Play = 'well' | 'unwell' | 'hang' | 'hang up' | 'garble';

/** A service that plays what it is told, and then the last again and again. @returns health after each check */
async function watch(...plays: Play[]): Promise<{ healths: boolean[]; connections: number }> {
  const service = await startRawUpstream((socket) => {
    socket.on('data', () => {
      const play = plays.length > 1 ? plays.shift() : plays[0];
      if (play === 'hang up') socket.destroy();
      else if (play === 'garble') socket.write('220 smtp\r\n\r\n');
      else if (play !== 'hang')
        socket.write(`HTTP/1.1 ${play === 'well' ? '200 OK' : '503 Busy'}\r\nContent-Length: 2\r\n\r\nok`);
    });
  });
  const endpoint = new Endpoint(addressOf(service.url), breakers, 0);
  const healths: boolean[] = [];
  const expected = plays.length;
  const check = new HealthCheck(
    endpoint,
    { ...config, http_health_check: { path: '/healthz' } },
    { onResult: () => healths.push(!endpoint.failsChecks) },
  );
  await eventually(() => healths.length >= expected);
  check.close();
  const connections = service.accepted();
  await service.close();
  return { healths: healths.slice(0, expected), connections };
}

describe('an active health check', () => {
  const cases: [what: string, plays: Play[], healths: boolean[]][] = [
    ['takes the first pass at once', ['well', 'well'], [true, true]],
    ['takes several failures to fail', ['well', 'hang up', 'hang up'], [true, true, false]],
    ['forgets a failure once it passed', ['well', 'hang up', 'well', 'garble', 'well'], [true, true, true, true, true]],
    ['takes silence for a failure', ['well', 'hang', 'hang'], [true, true, false]],
    ['takes an answer other than 200 at its word', ['well', 'unwell'], [true, false]],
    [
      'takes several passes to pass again',
      ['well', 'unwell', 'well', 'well', 'well'],
      [true, false, false, false, true],
    ],
    ['does not pass before it has', ['hang up', 'unwell', 'hang'], [false, false, false]],
  ];
  for (const [what, plays, healths] of cases)
    it(what, async () => {
      expect((await watch(...plays)).healths).to.deep.equal(healths);
    });

  it('keeps its connection', async () => {
    expect((await watch('well', 'well', 'well')).connections).to.equal(1);
  });
});
