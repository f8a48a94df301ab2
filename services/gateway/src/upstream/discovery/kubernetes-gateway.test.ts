import { expect } from 'chai';
import { type KubernetesApi, type Pod, startKubernetesApi } from '../../testing/kubernetes-api.ts';
import { eventually, startTestGateway, type TestGateway } from '../../testing/start-test-gateway.ts';
import { startUpstream, type TestUpstream } from '../../testing/test-upstream.ts';
import type { ClusterDescription } from '../cluster-description.ts';

/** Of the expense service: a real server that counts what it is asked. */
interface Expense {
  readonly zone: string;
  readonly server: TestUpstream;
  asked: number;
  isReady: boolean;
  /** Else it breaks off. */
  isWell: boolean;
}

async function startExpense(zone: string): Promise<Expense> {
  const server = await startUpstream();
  const expense: Expense = { zone, server, asked: 0, isReady: true, isWell: true };
  server.answer((request, response) => {
    expense.asked++;
    if (expense.isWell) response.end('ok');
    else request.socket.destroy();
  });
  return expense;
}

const podOf = ({ server, zone, isReady }: Expense): Pod => ({ port: Number(new URL(server.url).port), zone, isReady });

describe('a gateway in one of three zones of a Kubernetes cluster', () => {
  let api: KubernetesApi;
  let gateway: TestGateway;
  let expenses: readonly Expense[];
  beforeEach(async () => {
    expenses = await Promise.all(['a', 'a', 'b', 'b', 'c', 'c'].map(startExpense));
    api = await startKubernetesApi({
      // We are one of three gateways: the address is our own, the zone is told.
      'outlay-gateway': [
        { port: 8080, zone: 'a' },
        { port: 8080, zone: 'b', address: '192.0.2.77' },
        { port: 8080, zone: 'c', address: '192.0.2.78' },
      ],
      'outlay-expense': expenses.map(podOf),
    });
    gateway = await startTestGateway({
      env: {
        UPSTREAM_TYPE: 'KUBERNETES',
        UPSTREAM_OUTLIER_INTERVAL: '50ms',
        UPSTREAM_BASE_EJECTION_TIME: '4s',
      },
      // The issuer stays where the test started it.
      edit: (yaml) => yaml.replace(/(- name: auth\n {4}type: )\S+/, '$1STRICT_DNS'),
    });
    await eventually(() => api.watching('outlay-expense') === 1);
  });
  afterEach(async () => {
    await gateway.close();
    await Promise.all([...expenses.map(({ server }) => server.close()), api.close()]);
  });

  const ask = async () =>
    (await fetch(`${gateway.url}/api/v1/ledgers`, { headers: { authorization: gateway.bearer } })).status;
  /** How many of so many requests each zone gets, all of them answered. */
  const askedOf = async (count: number) => {
    for (const expense of expenses) expense.asked = 0;
    for (let i = 0; i < count; i++) expect(await ask()).to.equal(200);
    const asked = { a: 0, b: 0, c: 0 };
    for (const expense of expenses) asked[expense.zone as 'a'] += expense.asked;
    return asked;
  };
  const ours = () => expenses.filter(({ zone }) => zone === 'a');
  const endpoints = async () => {
    const answer = await fetch(`http://127.0.0.1:${gateway.adminPort}/clusters?format=json`);
    const { clusters } = (await answer.json()) as { clusters: ClusterDescription[] };
    return clusters.find(({ name }) => name === 'expense')?.endpoints ?? [];
  };
  /** Says by the slices how many there are, and waits until the gateway has heard. */
  const tell = async () => {
    api.set('outlay-expense', expenses.map(podOf));
    const ready = expenses.filter(({ isReady }) => isReady).length;
    await eventually(async () => (await endpoints()).length === ready);
  };

  it('keeps requests to its own, which bears its part', async () => {
    expect(await askedOf(60)).to.deep.equal({ a: 60, b: 0, c: 0 });

    for (const { asked } of ours()) expect(asked).to.be.above(0);
    const [{ server }] = ours() as [Expense];
    expect(server.arrived[0]?.headers).to.deep.include(['host', `outlay-expense.default:${new URL(server.url).port}`]);
  });

  it('sends on what too few pods of its own do not bear, until they are back', async () => {
    const [one] = ours() as [Expense];
    one.isReady = false;
    await tell();

    // Of all gateways' requests a third is ours, and a fifth is what one of five pods bears: 60 % of ours.
    const { a, b, c } = await askedOf(400);
    one.isReady = true;
    await tell();

    expect(a).to.be.within(180, 300);
    expect(b).to.be.above(30);
    expect(c).to.be.above(30);
    expect(await askedOf(60)).to.deep.equal({ a: 60, b: 0, c: 0 });
  });

  it('goes to the other zones where its own has no pod that is ready', async () => {
    for (const expense of ours()) expense.isReady = false;
    await tell();

    const { a, b, c } = await askedOf(100);

    expect(a).to.equal(0);
    expect([b, c].every((asked) => asked > 15)).to.equal(true);
  });

  it('leaves pods of its own that fail, and returns when they are well', async () => {
    for (const expense of ours()) expense.isWell = false;
    const areEjected = async (count: number) =>
      (await endpoints()).filter(({ healthFlags }) => healthFlags.includes('failed_outlier_check')).length === count;

    // Asked again in another zone, nobody notices.
    await eventually(async () => {
      expect(await ask()).to.equal(200);
      return areEjected(2);
    });
    const meanwhile = await askedOf(20);
    for (const expense of ours()) expense.isWell = true;
    await eventually(() => areEjected(0));

    expect(meanwhile.a).to.equal(0);
    expect(await askedOf(60)).to.deep.equal({ a: 60, b: 0, c: 0 });
  });
});
