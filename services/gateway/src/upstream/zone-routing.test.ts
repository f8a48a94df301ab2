import { networkInterfaces } from 'node:os';
import { expect } from 'chai';
import fc from 'fast-check';
import { CircuitBreakers } from './circuit-breakers.ts';
import { type Address, Endpoint } from './endpoint.ts';
import { LoadBalancer } from './load-balancer.ts';
import { neighbourhoodOf, ZoneRouting } from './zone-routing.ts';

const breakers = new CircuitBreakers({ max_connections: 1, max_pending_requests: 1, max_requests: 1 });
/** So many addresses in each zone. */
const addressesOf = (counts: Readonly<Record<string, number>>): Address[] =>
  Object.entries(counts).flatMap(([zone, count]) =>
    Array.from({ length: count }, (_, i) => ({ host: `${zone}-${i}`, port: 1, authority: 'a', zone })),
  );
const endpointsOf = (counts: Readonly<Record<string, number>>): Endpoint[] =>
  addressesOf(counts).map((address) => new Endpoint(address, breakers, 0));

/** The part of a gateway's requests that goes to each zone. */
function partsOf(
  zone: string,
  gateways: Readonly<Record<string, number>>,
  services: Readonly<Record<string, number>>,
): Record<string, number> {
  const neighbourhood = neighbourhoodOf(addressesOf(gateways), zone);
  const routing = neighbourhood && ZoneRouting.of(endpointsOf(services), neighbourhood);
  const parts: Record<string, number> = {};
  const steps = 10_000;
  for (let i = 0; i < steps; i++) {
    const to = routing?.choose(i / steps)[0]?.zone ?? 'any';
    parts[to] = (parts[to] ?? 0) + 1 / steps;
  }
  return parts;
}

describe('zone-aware routing', () => {
  const cases: [what: string, Record<string, number>, Record<string, number>, parts: Record<string, number>][] = [
    ['keeps all to our zone where it has its part of the endpoints', { a: 1, b: 1 }, { a: 3, b: 3 }, { a: 1 }],
    ['keeps all to our zone where it has more', { a: 1, b: 1 }, { a: 5, b: 1 }, { a: 1 }],
    ['sends on what our zone does not bear', { a: 1, b: 1 }, { a: 1, b: 3 }, { a: 0.5, b: 0.5 }],
    ['sends it where more is borne than sent', { a: 2, b: 1, c: 1 }, { a: 1, b: 1, c: 2 }, { a: 0.5, c: 0.5 }],
    ['divides it by what can be borne', { a: 4 }, { a: 1, b: 1, c: 2 }, { a: 0.25, b: 0.25, c: 0.5 }],
    ['makes no difference where the service is not in our zone', { a: 1, b: 1 }, { b: 2, c: 2 }, { any: 1 }],
    ['makes no difference where there is one zone', { a: 2 }, { a: 2 }, { any: 1 }],
  ];
  for (const [what, gateways, services, parts] of cases)
    it(what, () => {
      const found = partsOf('a', gateways, services);

      expect(Object.keys(found).sort()).to.deep.equal(Object.keys(parts));
      for (const [zone, part] of Object.entries(parts)) expect(found[zone], zone).to.be.closeTo(part, 0.001);
    });

  it('loads every endpoint alike, and crosses zones no more than that takes', () => {
    const counts = fc.record({ a: fc.integer({ min: 1, max: 6 }), b: fc.integer({ min: 1, max: 6 }), c: fc.nat(6) });
    fc.assert(
      fc.property(counts, counts, (gateways, services) => {
        fc.pre(services.c > 0 || gateways.c === 0);
        const gatewaySum = gateways.a + gateways.b + gateways.c;
        const serviceSum = services.a + services.b + services.c;
        const received: Record<string, number> = {};
        for (const [zone, count] of Object.entries(gateways)) {
          if (count === 0) continue;
          const parts = partsOf(zone, gateways, services);
          const sent = count / gatewaySum;
          for (const [to, part] of Object.entries(parts)) received[to] = (received[to] ?? 0) + part * sent;
          const borne = services[zone as 'a'] / serviceSum;
          expect(parts[zone], `kept in ${zone}`).to.be.closeTo(Math.min(1, borne / sent), 0.001);
        }
        for (const [zone, count] of Object.entries(services))
          expect(received[zone] ?? 0, `to ${zone}`).to.be.closeTo(count / serviceSum, 0.002);
      }),
      { numRuns: 50 },
    );
  });

  it('finds our zone by our address among the gateways, where none is configured', () => {
    const address = Object.values(networkInterfaces()).flat()[0]?.address as string;
    const gateways = [...addressesOf({ a: 1 }), { host: address, port: 1, authority: 'a', zone: 'b' }];

    expect(neighbourhoodOf(gateways, '')?.zone).to.equal('b');
    expect(neighbourhoodOf(gateways, 'c')?.zone).to.equal('c');
    expect(neighbourhoodOf(addressesOf({ a: 1 }), '')).to.equal(undefined);
  });

  it('is left off with few healthy endpoints, and in a panic', () => {
    const balancer = new LoadBalancer({ choiceCount: 2, slowStart: undefined, panicPercent: 50, zoneAwareMin: 4 });
    const neighbourhood = neighbourhoodOf(addressesOf({ a: 1, b: 1 }), 'a');
    const endpoints = endpointsOf({ a: 4, b: 4 });
    const pickedZones = () => new Set(Array.from({ length: 200 }, () => balancer.pick()?.zone));
    balancer.update(endpoints, neighbourhood);
    expect(pickedZones()).to.deep.equal(new Set(['a']));

    for (const endpoint of endpoints.slice(0, 3)) endpoint.isEjected = true;
    balancer.update(endpoints, neighbourhood);
    const borne = pickedZones();
    for (const endpoint of endpoints.slice(3, 5)) endpoint.isEjected = true;
    balancer.update(endpoints, neighbourhood);

    expect(borne).to.deep.equal(new Set(['a', 'b']));
    expect(balancer.isPanicking).to.equal(true);
    expect(pickedZones()).to.deep.equal(new Set(['a', 'b']));
  });
});
