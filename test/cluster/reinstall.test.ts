import type { Expense } from '@outlay/contracts/expense.ts';
import { Client } from '@outlay/journey/client.ts';
import { expect } from 'chai';
import { forward, helm, install, kubectlJson, namespace, release, until } from './cluster.ts';

const credentials = { email: 'survivor@example.org', password: 'correct horse battery', delivery: 'body' };

describe('helm uninstall', () => {
  before(() => install());

  it('leaves nothing but the volumes, and a fresh install finds the data', async () => {
    {
      await using gateway = await forward(`service/${release}-gateway`, 80);
      const client = new Client(`http://127.0.0.1:${gateway.port}`);
      const { accessToken } = await client.call<{ accessToken: string }>('/api/v1/auth/register', {
        body: { ...credentials, name: 'Survivor' },
      });
      const body = { date: '2026-11-01', amount: 4_200, currency: 'EUR', payee: 'Before the end' };
      await client.call('/api/v1/ledgers/default/expenses', {
        body,
        headers: { authorization: `Bearer ${accessToken}` },
      });
    }

    await helm('uninstall', release, '--wait', '--timeout', '3m');

    const kinds =
      'all,configmap,secret,serviceaccount,networkpolicy,poddisruptionbudget,persistentvolumeclaim,clusterrole,clusterrolebinding';
    const left = await until('everything to be gone', 120, async () => {
      const { items } = await kubectlJson<{ items: { kind: string; metadata: { name: string } }[] }>(
        'get',
        kinds,
        '--selector',
        `app.kubernetes.io/instance=${release}`,
      );
      // What belongs to no namespace is named after ours; a release of the same name may live in another.
      const ours = items.filter(
        ({ kind, metadata }) => !kind.startsWith('ClusterRole') || metadata.name.startsWith(`${namespace}-`),
      );
      return ours.every(({ kind }) => kind === 'PersistentVolumeClaim') && ours;
    });
    expect(left.map(({ kind }) => kind)).to.not.be.empty;

    await install();
    await using gateway = await forward(`service/${release}-gateway`, 80);
    const client = new Client(`http://127.0.0.1:${gateway.port}`);
    const { accessToken } = await client.call<{ accessToken: string }>('/api/v1/auth/login', { body: credentials });
    const { items } = await client.call<{ items: Expense[] }>('/api/v1/ledgers/default/expenses', {
      headers: { authorization: `Bearer ${accessToken}` },
    });
    expect(items.map(({ payee }) => payee)).to.deep.equal(['Before the end']);
  });
});
