import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { emptyCell, figureLinesType, partBucketsMax } from '@outlay/contracts/internal.ts';
import { expect } from 'chai';
import { insertManyPayees, manyPayees } from '../../test/many-payees.ts';
import { type Person, startTestExpense, type TestExpense } from '../../test/start-test-expense.ts';

/** Of two years: beside it there is no room for another like it. */
const large = { ranges: '2024-01-01..2025-12-31', by: 'month', payees: 'true' };
const pathOf = (query: Record<string, string>) => `/internal/v1/ledgers/default/figures?${new URLSearchParams(query)}`;

describe('a figure is told', function () {
  this.timeout(30_000);
  let expense: TestExpense;
  let person: Person;
  before(async () => {
    // Longer than a test may take: here a room is free because its client has gone, or has read all.
    expense = await startTestExpense({ tellMs: 60_000 });
    person = expense.person();
    await insertManyPayees(expense.database.connection, (await person.ledger.get('')).body.id);
  });
  after(() => expense.stop());

  const analytics = () => expense.apiOf('analytics').as(person.id);

  it('in lines: what is true of all, the buckets of each range, how many there were', async () => {
    const other = expense.person();
    await other.record({ date: '2026-01-31', amount: 20 });
    await other.record({ date: '2026-02-28', amount: 300, payee: 'Café' });
    const query = { ranges: '2026-03-01..2026-03-31,2026-01-01..2026-02-28', by: 'month', payees: 'true' };
    const answer = await expense.apiOf('analytics').as(other.id).get(pathOf(query), { accept: figureLinesType });

    expect(answer.headers.get('content-type')).to.equal('application/x-ndjson');
    const [head, ...lines] = answer.text.split('\n');
    expect(JSON.parse(head!)).to.deep.equal({
      ledger: (await other.ledger.get('')).body,
      currency: 'EUR',
      categories: [],
      ranges: [
        { from: '2026-03-01', to: '2026-03-31', currencies: [] },
        { from: '2026-01-01', to: '2026-02-28', currencies: ['EUR'] },
      ],
    });
    const cell = (expense: number) => ({ ...emptyCell(), expense, expenseCount: 1 });
    const buckets = [
      { start: '2026-01-01', category: null, payee: '', cell: cell(20) },
      { start: '2026-02-01', category: null, payee: 'Café', cell: cell(300) },
    ];
    expect(lines.slice(0, 2).map((line) => JSON.parse(line))).to.deep.equal([
      { range: 1, buckets },
      { bucketCount: 2 },
    ]);
    expect(lines.slice(2)).to.deep.equal(['']);
  });

  it('in one document to the release before the lines, which names no media type', async () => {
    const small = { ranges: '2025-01-01..2025-12-31', by: 'month', categories: 'true' };
    for (const query of [small, large]) {
      const { headers, body } = await analytics().get(pathOf(query), { accept: '' });
      expect(headers.get('content-type')).to.match(/^application\/json/);
      expect(body).to.deep.equal((await person.figures(query)).body);
    }
  });

  it('in lines of some buckets, a large one; and again once it is read', async () => {
    for (let asked = 0; asked < 3; asked++) {
      const { status, text, body } = await person.figures(large);
      expect(status).to.equal(200);
      expect(body.ranges[0].buckets).to.have.length(24 * manyPayees);
      const { buckets } = JSON.parse(text.split('\n')[1]!);
      expect(buckets).to.have.length(partBucketsMax);
    }
  });

  function ask(from: TestExpense): Socket {
    const socket = connect(from.server.port, '127.0.0.1');
    const workload = from.identity.workloadToken('analytics', 'expense');
    socket.write(
      `GET ${pathOf(large)} HTTP/1.1\r\nhost: expense\r\naccept: ${figureLinesType}\r\nx-outlay-workload-token: ${workload}\r\nauthorization: Bearer ${from.identity.userToken(person.id)}\r\n\r\n`,
    );
    return socket;
  }
  /** Asks and reads no more than the beginning. */
  async function beginToRead(from: TestExpense): Promise<Socket> {
    const socket = ask(from);
    const [data] = await once(socket, 'data');
    socket.pause();
    expect(String(data)).to.match(/^HTTP\/1\.1 200 /);
    return socket;
  }
  /** Its room is free where another has found one. */
  async function hasRoom(): Promise<void> {
    while ((await person.figures(large)).status !== 200);
  }

  it('to a client that reads slowly, as slowly as it reads; others wait for its room', async () => {
    const socket = await beginToRead(expense);
    expect((await person.figures(large)).status).to.equal(503);
    let text = '';
    for await (const data of socket) {
      text += data;
      if (text.endsWith('\r\n0\r\n\r\n')) break;
      await new Promise(setImmediate);
    }
    expect(text).to.include(`{"bucketCount":${24 * manyPayees}}\n`);
    await hasRoom();
  });

  it('to a client that leaves: its room is free', async () => {
    for (let left = 0; left < 3; left++) {
      const socket = await beginToRead(expense);
      expect((await person.figures(large)).status).to.equal(503);
      socket.destroy();
      await hasRoom();
    }
  });

  it('to nobody where the client has left while it was worked out: its room is free', async () => {
    for (let left = 0; left < 3; left++) {
      const arrived = new Promise<void>((resolve) => {
        const begin = 'http.server.request.start';
        subscribe(begin, function onBegin() {
          unsubscribe(begin, onBegin);
          resolve();
        });
      });
      const socket = ask(expense);
      await arrived;
      socket.destroy();
      await hasRoom();
    }
  });

  it('to one that wants to know its head only: its room is free', async () => {
    expect((await analytics().send('HEAD', pathOf(large), undefined, { accept: figureLinesType })).status).to.equal(
      200,
    );
    await hasRoom();
  });

  it('to a client that reads no further, until its time is over: it is cut off, and its room is free', async () => {
    const hasty = await startTestExpense({ database: expense.database, identity: expense.identity, tellMs: 500 });
    const socket = await beginToRead(hasty);
    await hasRoom();
    let text = '';
    socket
      .on('error', () => undefined)
      .on('data', (data) => {
        text += data;
      });
    socket.resume();
    await once(socket, 'close');
    expect(text).to.not.include('bucketCount');
    expect(hasty.lines.filter((line) => line.includes('figure not read in time'))).to.have.length(1);
    await hasty.stop();
  });
});
