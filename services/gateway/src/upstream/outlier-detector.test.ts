import { expect } from 'chai';
import { CircuitBreakers } from './circuit-breakers.ts';
import { Endpoint } from './endpoint.ts';
import { type OutlierConfig, OutlierDetector } from './outlier-detector.ts';

const defaults: OutlierConfig = {
  consecutive_5xx: 5,
  enforcing_consecutive_5xx: 100,
  consecutive_gateway_failure: 3,
  enforcing_consecutive_gateway_failure: 0,
  interval: 10_000,
  base_ejection_time: 30_000,
  max_ejection_time: 75_000,
  max_ejection_percent: 10,
};

function detectorOf(count: number, config: Partial<OutlierConfig> = {}) {
  const breakers = new CircuitBreakers({ max_connections: 1, max_pending_requests: 1, max_requests: 1 });
  const endpoints = Array.from(
    { length: count },
    (_, i) => new Endpoint({ host: `10.0.0.${i}`, port: 1, authority: 'a', zone: '' }, breakers, 0),
  );
  const clock = { now: 0 };
  const told: string[] = [];
  const detector = new OutlierDetector(
    { ...defaults, ...config },
    {
      members: () => endpoints,
      onChange: ({ host }, reason) => told.push(`${host} ${reason ?? 'back'}`),
      now: () => clock.now,
    },
  );
  const report = (at: number, ...statuses: number[]) => {
    for (const status of statuses) detector.report(endpoints[at] as Endpoint, status);
  };
  const ejected = () => endpoints.flatMap(({ isEjected }, i) => (isEjected ? [i] : []));
  return { detector, endpoints, clock, told, report, ejected };
}

describe('outlier detection', () => {
  it('ejects at so many 5xx in a row, and no sooner', () => {
    const { report, ejected, told } = detectorOf(3);
    report(0, 500, 500, 500, 500, 404, 500, 500, 500, 500);
    expect(ejected()).to.deep.equal([]);

    report(0, 500);

    expect(ejected()).to.deep.equal([0]);
    expect(told).to.deep.equal(['10.0.0.0 consecutive_5xx']);
  });

  it('ejects at so many gateway failures in a row, which a 500 interrupts, only where told to', () => {
    const strict = detectorOf(3, { enforcing_consecutive_gateway_failure: 100 });
    strict.report(1, 503, 504, 500, 502);
    expect(strict.ejected()).to.deep.equal([]);
    const lenient = detectorOf(3, { consecutive_5xx: 100 });

    strict.report(2, 502, 503, 504);
    lenient.report(2, 502, 503, 504);

    expect(strict.told).to.deep.equal(['10.0.0.2 consecutive_gateway_failure']);
    expect(lenient.ejected()).to.deep.equal([]);
  });

  it('lets back who has been out long enough, at the next interval', () => {
    const { detector, clock, report, ejected, told } = detectorOf(3, { consecutive_5xx: 1 });
    report(0, 500);
    clock.now = 29_999;
    detector.sweep();
    expect(ejected()).to.deep.equal([0]);

    clock.now = 30_000;
    detector.sweep();

    expect(ejected()).to.deep.equal([]);
    expect(told.at(-1)).to.equal('10.0.0.0 back');
  });

  it('ejects for longer each time, up to a bound, and for shorter after intervals without', () => {
    const { detector, endpoints, clock, report } = detectorOf(3, { consecutive_5xx: 1 });
    const durations: number[] = [];
    const eject = () => {
      report(0, 500);
      durations.push((endpoints[0] as Endpoint).ejectedForMs);
      clock.now += 75_000;
      detector.sweep();
    };
    eject();
    eject();
    eject();
    eject();
    // Forgiven three times of four.
    detector.sweep();
    detector.sweep();
    detector.sweep();
    eject();

    expect(durations).to.deep.equal([30_000, 60_000, 75_000, 75_000, 60_000]);
  });

  it('ejects while fewer than the share are out, so the first always, and counts those that would be too many', () => {
    const shares: [count: number, percent: number, out: number][] = [
      [1, 10, 1],
      [3, 10, 1],
      [10, 10, 1],
      [11, 10, 2],
      [4, 50, 2],
      [4, 100, 4],
      [4, 0, 0],
    ];
    for (const [count, max_ejection_percent, out] of shares) {
      const { detector, report, ejected } = detectorOf(count, { consecutive_5xx: 1, max_ejection_percent });
      for (let i = 0; i < count; i++) report(i, 500);

      expect(ejected(), `${max_ejection_percent} % of ${count}`).to.have.length(out);
      expect(detector.ejections.overflow).to.equal(count - out);
    }
  });
});
