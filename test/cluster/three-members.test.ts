import { expect } from 'chai';
import { MongoClient } from 'mongodb';
import { forward, install, kubectl, kubectlJson, release, underLoad, until } from './cluster.ts';

/** Name of the pod that is primary. */
async function primary(): Promise<string> {
  return until('a primary', 60, async () => {
    const { items } = await kubectlJson<{ items: { metadata: { name: string } }[] }>(
      'get',
      'pod',
      '--selector',
      'app.kubernetes.io/component=mongodb',
    );
    for (const { metadata } of items) {
      await using pod = await forward(`pod/${metadata.name}`, 27_017);
      const client = await MongoClient.connect(`mongodb://127.0.0.1:${pod.port}/?directConnection=true`);
      const hello = await client
        .db('admin')
        .command({ hello: 1 })
        .finally(() => client.close());
      if (hello.isWritablePrimary) return metadata.name;
    }
    return undefined;
  });
}

/** The last of the suite by its name: a release does not go back to one member. */
describe('three MongoDB members', () => {
  before(() => install('mongodb.replicas=3'));

  it('do not become fewer by a slip: that would take the majority', async () => {
    const refusal = await install().then(
      () => '',
      (error: Error) => error.message,
    );
    expect(refusal).to.include('mongodb.replicas cannot shrink from 3');
  });

  it('write on within 15 s after their primary is killed, and every acknowledged expense is there', async () => {
    await until('three members', 120, async () => {
      const { status } = await kubectlJson<{ status: { readyReplicas?: number } }>(
        'get',
        'statefulset',
        `${release}-mongodb`,
      );
      return status.readyReplicas === 3;
    });
    await kubectl(
      'wait',
      'job',
      '--selector',
      'app.kubernetes.io/component=database-setup',
      '--for=condition=Complete',
      '--timeout=180s',
    );
    const report = await underLoad('primary', 45, async () => {
      await kubectl('delete', 'pod', await primary(), '--grace-period=0', '--force');
    });
    expect({ lost: report.lost, doubled: report.doubled }).to.deep.equal({ lost: 0, doubled: 0 });
    expect(report.longestPauseMs).to.be.lessThan(15_000);
  });
});
