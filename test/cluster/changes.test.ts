import { Client } from '@outlay/journey/client.ts';
import type { LoadReport } from '@outlay/journey/load.ts';
import { expect } from 'chai';
import { forward, install, kubectl, kubectlJson, release, underLoad, until } from './cluster.ts';

const services = ['gateway', 'auth', 'expense', 'analytics'] as const;
const deployments = services.map((service) => `deployment/${release}-${service}`);

const expectNothingLost = ({ lost, doubled, acknowledged }: LoadReport) => {
  expect({ lost, doubled }).to.deep.equal({ lost: 0, doubled: 0 });
  expect(acknowledged).to.be.greaterThan(0);
};

describe('a change under a load of 60 requests a second', () => {
  before(() => install());

  it('fails no request while every service is rolled', async () => {
    const report = await underLoad('rolling', 75, async () => {
      for (const deployment of deployments) {
        await kubectl('rollout', 'restart', deployment);
        await kubectl('rollout', 'status', deployment, '--timeout=120s');
      }
    });
    expect(report.failed).to.deep.equal([]);
    expectNothingLost(report);
  });

  it('fails no request while helm upgrade changes a value', async () => {
    const report = await underLoad('upgrade', 60, () => install('defaults.logLevel=warn'));
    expect(report.failed).to.deep.equal([]);
    expectNothingLost(report);
  });

  it('fails no request while the signing keys rotate', async () => {
    /** The key that signs now, as the header of a fresh token says. */
    const signingKey = async () => {
      await using gateway = await forward(`service/${release}-gateway`, 80);
      const { accessToken } = await new Client(`http://127.0.0.1:${gateway.port}`).register();
      return (JSON.parse(Buffer.from(accessToken.split('.')[0]!, 'base64url').toString()) as { kid: string }).kid;
    };
    const before = await signingKey();
    const report = await underLoad('rotation', 75, async () => {
      await install('auth.keyRotationHours=0.005', 'auth.keyPublishAheadSeconds=5');
      await until('another key to sign', 60, async () => (await signingKey()) !== before);
    });
    await install();
    expect(report.failed).to.deep.equal([]);
    expectNothingLost(report);
  });

  for (const service of services) {
    it(`loses no write and little else when a pod of ${service} is killed`, async () => {
      let killedAtMs = 0;
      const startedAt = Date.now();
      const report = await underLoad(`kill-${service}`, 20, async () => {
        const { items } = await kubectlJson<{ items: { metadata: { name: string } }[] }>(
          'get',
          'pod',
          '--selector',
          `app.kubernetes.io/component=${service}`,
        );
        killedAtMs = Date.now() - startedAt;
        await kubectl('delete', 'pod', items[0]!.metadata.name, '--grace-period=0', '--force');
        await kubectl('rollout', 'status', `deployment/${release}-${service}`, '--timeout=120s');
      });
      expectNothingLost(report);
      // What was in flight on that pod, and what was on its way to it before the endpoints were told: well under a second's worth.
      expect(report.failed.length, JSON.stringify(report.failed.slice(0, 5))).to.be.at.most(30);
      const times = report.failed.map(({ atMs }) => atMs);
      if (times.length)
        expect(Math.max(...times) - Math.min(...times), `from ${killedAtMs} ms on`).to.be.lessThan(3_000);
    });
  }
});
