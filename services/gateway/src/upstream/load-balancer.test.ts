import { expect } from 'chai';
import fc from 'fast-check';
import { CircuitBreakers } from './circuit-breakers.ts';
import { Endpoint } from './endpoint.ts';
import { LoadBalancer, type LoadBalancerConfig } from './load-balancer.ts';

const breakers = new CircuitBreakers({ max_connections: 1, max_pending_requests: 1, max_requests: 1 });
const plain: LoadBalancerConfig = { choiceCount: 2, slowStart: undefined, panicPercent: 50, zoneAwareMin: 6 };

const endpointsOf = (count: number, startedAt = 0): Endpoint[] =>
  Array.from(
    { length: count },
    (_, i) => new Endpoint({ host: `10.0.0.${i}`, port: 1, authority: 'a', zone: '' }, breakers, startedAt),
  );

/** A source of chance that starts anew from a seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const seed = fc.integer();
/** Some endpoints with what they have under way and how they are. */
const someEndpoints = fc
  .array(fc.record({ active: fc.nat(50), isEjected: fc.boolean(), failsChecks: fc.boolean() }), {
    minLength: 1,
    maxLength: 12,
  })
  .map((states) => endpointsOf(states.length).map((endpoint, i) => Object.assign(endpoint, states[i])));

describe('the load balancer', () => {
  it('never picks an ejected or unhealthy endpoint, unless so few are left that all are used', () => {
    fc.assert(
      fc.property(someEndpoints, fc.nat(100), seed, (endpoints, panicPercent, from) => {
        const balancer = new LoadBalancer({ ...plain, panicPercent }, randomOf(from));
        balancer.update(endpoints);
        const healthy = endpoints.filter((endpoint) => !endpoint.isEjected && !endpoint.failsChecks);
        const isPanicking = (healthy.length / endpoints.length) * 100 < panicPercent - 1e-9;

        for (let i = 0; i < 30; i++) {
          const picked = balancer.pick();
          if (isPanicking) expect(endpoints).to.include(picked);
          else if (healthy.length) expect(healthy).to.include(picked);
          else expect(picked).to.equal(undefined);
        }
        expect(balancer.isPanicking).to.equal(isPanicking);
      }),
    );
  });

  it('gives endpoints that are equally busy equal shares', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 8 }), seed, (count, from) => {
        const endpoints = endpointsOf(count);
        const balancer = new LoadBalancer(plain, randomOf(from));
        balancer.update(endpoints);
        const picks = new Map(endpoints.map((endpoint) => [endpoint, 0]));
        const rounds = 4_000;

        for (let i = 0; i < rounds; i++) {
          const picked = balancer.pick() as Endpoint;
          picks.set(picked, (picks.get(picked) as number) + 1);
        }

        // Five standard deviations of a binomial share.
        const share = 1 / count;
        const slack = 5 * Math.sqrt(rounds * share * (1 - share));
        for (const picked of picks.values()) expect(picked).to.be.closeTo(rounds * share, slack);
      }),
      { numRuns: 20 },
    );
  });

  it('never picks the busiest of endpoints that are all differently busy, and of two the idler always', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(100), { minLength: 2, maxLength: 10 }), seed, (actives, from) => {
        const endpoints = endpointsOf(actives.length).map((endpoint, i) =>
          Object.assign(endpoint, { active: actives[i] }),
        );
        const balancer = new LoadBalancer(plain, randomOf(from));
        balancer.update(endpoints);

        for (let i = 0; i < 50; i++) expect(balancer.pick()?.active).not.to.equal(Math.max(...actives));
      }),
    );
  });

  it('keeps requests of very different length evenly spread', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 6 }), seed, (count, from) => {
        const random = randomOf(from);
        const endpoints = endpointsOf(count);
        const balancer = new LoadBalancer(plain, random);
        balancer.update(endpoints);
        const underWay: Endpoint[] = [];

        for (let i = 0; i < 2_000; i++) {
          const picked = balancer.pick() as Endpoint;
          picked.active++;
          underWay.push(picked);
          if (underWay.length > count * 20) {
            const [ended] = underWay.splice(Math.floor(random() * underWay.length), 1);
            (ended as Endpoint).active--;
          }
        }

        for (const { active } of endpoints) expect(active).to.be.within(12, 28);
      }),
      { numRuns: 20 },
    );
  });

  it('picks one that has not had the request where there is one, else any', () => {
    fc.assert(
      fc.property(someEndpoints, fc.nat(12), seed, (endpoints, triedCount, from) => {
        const balancer = new LoadBalancer({ ...plain, panicPercent: 0 }, randomOf(from));
        balancer.update(endpoints);
        const healthy = endpoints.filter((endpoint) => endpoint.isHealthy);
        const tried = healthy.slice(0, triedCount);

        const picked = balancer.pick(tried);

        if (healthy.length === 0) expect(picked).to.equal(undefined);
        else expect(healthy).to.include(picked);
        if (tried.length < healthy.length) expect(tried).not.to.include(picked);
      }),
    );
  });

  it('lets a newcomer have its share little by little', () => {
    const slowStart = { slow_start_window: 1_000, aggression: 1, min_weight_percent: 10 };
    let now = 100_000;
    const endpoints = endpointsOf(4);
    const newcomer = new Endpoint({ host: 'new', port: 1, authority: 'a', zone: '' }, breakers, now);
    const balancer = new LoadBalancer({ ...plain, slowStart }, randomOf(7), () => now);
    balancer.update([...endpoints, newcomer]);
    const share = () => {
      let picked = 0;
      for (let i = 0; i < 10_000; i++) if (balancer.pick() === newcomer) picked++;
      return picked / 10_000;
    };

    // Its weight is a tenth, a half, one; that of the four is one each.
    const shares = [0, 500, 1_000].map((afterMs) => {
      now = 100_000 + afterMs;
      return share();
    });

    expect(shares[0]).to.be.closeTo(0.1 / 4.1, 0.01);
    expect(shares[1]).to.be.closeTo(0.5 / 4.5, 0.015);
    expect(shares[2]).to.be.closeTo(1 / 5, 0.02);
  });

  it('starts a newcomer more quickly with more aggression', () => {
    const slowStart = { slow_start_window: 1_000, aggression: 2, min_weight_percent: 0 };
    const now = 250;
    const newcomer = new Endpoint({ host: 'new', port: 1, authority: 'a', zone: '' }, breakers, 0);
    const balancer = new LoadBalancer({ ...plain, slowStart }, randomOf(7), () => now);
    balancer.update([...endpointsOf(1, -5_000), newcomer]);

    let picked = 0;
    for (let i = 0; i < 10_000; i++) if (balancer.pick() === newcomer) picked++;

    // A quarter of the window, to the power of a half.
    expect(picked / 10_000).to.be.closeTo(0.5 / 1.5, 0.015);
  });
});
