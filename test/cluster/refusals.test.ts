import { setTimeout as delay } from 'node:timers/promises';
import { Client } from '@outlay/journey/client.ts';
import { expect } from 'chai';
import { MongoClient } from 'mongodb';
import { forward, install, kubectl, kubectlJson, namespace, outputOf, release, startPod } from './cluster.ts';

const ports = { auth: 3001, expense: 3002, analytics: 3003 } as const;
type Service = keyof typeof ports;
/** A path of each service that the gateway may call. */
const paths: Record<Service, string> = {
  auth: '/api/v1/auth/me',
  expense: '/api/v1/ledgers',
  analytics: '/api/v1/ledgers/default/analytics/summary',
};

const tokenOf = async (account: string, audience: string, ...more: string[]) =>
  (await kubectl('create', 'token', account, '--audience', audience, ...more)).trim();

/** Straight to a pod of the service, as nobody inside the cluster could. */
async function ask(service: Service, path: string, workloadToken?: string, userToken?: string): Promise<number> {
  await using pod = await forward(`deployment/${release}-${service}`, ports[service]);
  const answer = await fetch(`http://127.0.0.1:${pod.port}${path}`, {
    headers: {
      ...(workloadToken && { 'x-outlay-workload-token': workloadToken }),
      ...(userToken && { authorization: `Bearer ${userToken}` }),
    },
  });
  await answer.arrayBuffer();
  return answer.status;
}

describe('who may not', () => {
  let expiring: { token: string; issuedAt: number };
  let user: string;

  before(async () => {
    await install();
    // Ten minutes is the shortest that an API server issues, so scripts/test-cluster.ts has it issued before all suites.
    const { CLUSTER_EXPIRING_TOKEN: token, CLUSTER_EXPIRING_SINCE: since } = process.env;
    expiring = token
      ? { token, issuedAt: Number(since) }
      : { token: await tokenOf(`${release}-gateway`, 'expense', '--duration', '10m'), issuedAt: Date.now() };
    await using gateway = await forward(`service/${release}-gateway`, 80);
    user = (await new Client(`http://127.0.0.1:${gateway.port}`).register()).accessToken;
  });

  for (const service of Object.keys(ports) as Service[]) {
    it(`${service} refuses a caller without a workload token`, async () => {
      expect(await ask(service, paths[service], undefined, user)).to.equal(401);
    });

    it(`${service} refuses a token made for another audience`, async () => {
      const audience = service === 'auth' ? 'expense' : 'auth';
      expect(await ask(service, paths[service], await tokenOf(`${release}-gateway`, audience), user)).to.equal(401);
    });

    it(`${service} refuses an account that is no service of ours`, async () => {
      expect(await ask(service, paths[service], await tokenOf('default', service), user)).to.equal(401);
    });

    it(`${service} refuses a service that is not on the route’s allow-list`, async () => {
      expect(await ask(service, paths[service], await tokenOf(`${release}-mongodb`, service), user)).to.equal(403);
    });

    it(`${service} takes the gateway’s token, so that the refusals above say something`, async () => {
      expect(await ask(service, paths[service], await tokenOf(`${release}-gateway`, service), user)).to.equal(200);
    });
  }

  it('auth tells of ended sessions to the gateway only', async () => {
    const token = await tokenOf(`${release}-expense`, 'auth');
    expect(await ask('auth', '/internal/v1/session-ends', token)).to.equal(403);
  });

  it('expense keeps its internal API to analytics', async () => {
    expect(
      await ask(
        'expense',
        '/internal/v1/ledgers/default/figures',
        await tokenOf(`${release}-gateway`, 'expense'),
        user,
      ),
    ).to.equal(403);
  });

  it('a token is refused once its pod is deleted', async () => {
    await startPod('short-lived', {
      args: ['-e', 'setTimeout(() => {}, 600_000)'],
      inside: false,
      account: `${release}-gateway`,
    });
    await kubectl('wait', 'pod/short-lived', '--for=jsonpath={.status.phase}=Running', '--timeout=60s');
    const bound = ['--bound-object-kind=Pod', '--bound-object-name=short-lived'];
    const [early, late] = [
      await tokenOf(`${release}-gateway`, 'expense', ...bound),
      await tokenOf(`${release}-gateway`, 'expense', ...bound),
    ];
    expect(await ask('expense', paths.expense, early, user), 'while the pod lives').to.equal(200);

    await kubectl('delete', 'pod', 'short-lived', '--grace-period=0', '--force');

    expect(await ask('expense', paths.expense, late, user)).to.equal(401);
  });

  it('a pod outside of the arrows connects to nothing but the gateway', async () => {
    const targets = [
      ...Object.entries(ports).map(([service, port]) => `${release}-${service}:${port}`),
      ...Object.entries(ports).map(([service, port]) => `${release}-${service}:${port + 6_000}`),
      `${release}-mongodb:27017`,
      `${release}-jaeger:4318`,
      `${release}-gateway:9000`,
      `${release}-gateway:80`,
    ];
    const script = `
      const net = require('node:net');
      Promise.all(${JSON.stringify(targets)}.map((target) => new Promise((resolve) => {
        const [host, port] = target.split(':');
        const socket = net.connect({ host, port: Number(port), timeout: 4000 });
        const end = (what) => { socket.destroy(); resolve(target + ' ' + what); };
        socket.on('connect', () => end('open')).on('timeout', () => end('closed')).on('error', () => end('closed'));
      }))).then((lines) => console.log(lines.join('\\n')));`;
    await startPod('stranger', { args: ['-e', script], inside: false });

    const lines = (await outputOf('stranger', 60)).trim().split('\n');

    expect(lines).to.deep.equal(
      targets.map((target) => `${target} ${target.endsWith('gateway:80') ? 'open' : 'closed'}`),
    );
    await kubectl('delete', 'pod', 'stranger');
  });

  it('MongoDB keeps each database to its own user', async () => {
    const secret = await kubectlJson<{ data: Record<string, string> }>('get', 'secret', `${release}-mongodb`);
    const { items } = await kubectlJson<{ items: { metadata: { name: string } }[] }>(
      'get',
      'pod',
      '--selector',
      'app.kubernetes.io/component=mongodb',
    );
    await using mongodb = await forward(`pod/${items[0]!.metadata.name}`, 27_017);
    for (const [name, other] of [
      ['auth', 'expense'],
      ['expense', 'auth'],
    ] as const) {
      const password = Buffer.from(secret.data[`${name}-password`]!, 'base64').toString();
      const client = await MongoClient.connect(
        `mongodb://${name}:${password}@127.0.0.1:${mongodb.port}/${name}?directConnection=true&readPreference=primaryPreferred&authSource=${name}`,
      );
      try {
        await client.db(name).collection('any').findOne({});
        const refusal = await client
          .db(other)
          .collection('users')
          .findOne({})
          .then(
            () => undefined,
            (error: { code?: number }) => error,
          );
        expect(refusal?.code, `${name} on ${other}`).to.equal(13);
      } finally {
        await client.close();
      }
    }
  });

  it('an expired token is refused', async () => {
    await delay(Math.max(0, expiring.issuedAt + 606_000 - Date.now()));
    expect(await ask('expense', paths.expense, expiring.token, user)).to.equal(401);
  });

  after(() =>
    kubectl(
      'delete',
      'pod',
      '--selector',
      'app=stranger',
      '--namespace',
      namespace,
      '--ignore-not-found',
      '--wait=false',
    ),
  );
});
