import { expect } from 'chai';
import { newId } from '../../../../test/support/new-id.ts';
import { type Api, serviceApi } from '../../../../test/support/request.ts';
import { createTestIdentity } from '../../../../test/support/test-identity.ts';
import type { TestServer } from '../../../../test/support/test-server.ts';
import { answerFigures, answerJson, type ExpenseStandIn, startExpenseStandIn } from '../../test/expense-stand-in.ts';
import { startTestAnalytics } from '../../test/start-test-analytics.ts';

const summary = '/api/v1/ledgers/default/analytics/summary';

describe('while expense is away or slow', () => {
  const identity = createTestIdentity();
  let expense: ExpenseStandIn;
  let server: TestServer;
  /** One person with one token, as a page in several tabs. */
  let api: Api;

  const cut: ExpenseStandIn['answer'] = (request) => request.socket.resetAndDestroy();
  const spent = (amount: number) => answerFigures('Europe/Berlin', () => amount);

  const start = async (how: { expenseTimeoutMs?: number } = {}) => {
    server = await startTestAnalytics({ expenseUrl: expense.url, identity, ...how });
    api = serviceApi(server.baseUrl, identity, 'analytics').as(newId());
  };
  /** For what is about the time. */
  const startAnew = async (expenseTimeoutMs: number) => {
    await server.stop();
    await start({ expenseTimeoutMs });
  };

  beforeEach(async () => {
    expense = await startExpenseStandIn();
    expense.answer = spent(100);
    await start();
  });
  afterEach(async () => {
    await server.stop();
    await expense.stop();
  });

  for (const [what, failure] of [
    ['a cut connection', cut],
    ['a 503', answerJson(503, { type: '/problems/unavailable', title: 'Away', status: 503 })],
    ['a proxy’s 502', (_, response) => response.writeHead(502).end('<html>Bad gateway</html>')],
  ] as [string, ExpenseStandIn['answer']][])
    it(`asks once more after ${what}, and gives the figure`, async () => {
      expense.answer = (request, response) => {
        expense.answer = spent(700);
        failure(request, response);
      };
      const { status, body } = await api.get(summary);
      expect([status, body.totals.spent]).to.deep.equal([200, 700]);
      expect(expense.requests).to.have.length(2);
    });

  it('asks no third time', async () => {
    expense.answer = cut;
    const { status, headers } = await api.get(summary);
    expect([status, headers.get('retry-after')]).to.deep.equal([503, '1']);
    expect(expense.requests).to.have.length(2);
  });

  it('asks again for no refusal', async () => {
    expense.answer = answerJson(404, { type: '/problems/ledger-not-found', title: 'Ledger not found', status: 404 });
    expect((await api.get(summary)).status).to.equal(404);
    expect(expense.requests).to.have.length(1);
  });

  it('asks again for no answer that used up the time', async () => {
    await startAnew(300);
    expense.answer = () => undefined;
    expect((await api.get(summary)).status).to.equal(503);
    expect(expense.requests).to.have.length(1);
  });

  it('asks again only within a budget, so that an expense that fails for all is not asked twice as often', async () => {
    expense.answer = cut;
    for (let asked = 0; asked < 100; asked++) expect((await api.get(summary)).status).to.equal(503);
    expect(expense.requests.length).to.be.within(110, 130);
  });

  it('ends in time for all who wait for the same figure', async () => {
    await startAnew(300);
    expense.answer = () => undefined;
    const startedAt = performance.now();
    const answers = await Promise.all(Array.from({ length: 10 }, () => api.get(summary)));
    expect(performance.now() - startedAt).to.be.lessThan(1_500);
    expect(answers.map(({ status }) => status)).to.deep.equal(Array(10).fill(503));
  });

  it('asks for many equal questions at a time only a few times, and answers all', async () => {
    const waiting: (() => void)[] = [];
    expense.answer = (request, response) => void waiting.push(() => spent(100)(request, response));
    const answers = Array.from({ length: 12 }, () => api.get(summary));
    while (waiting.length === 0) await new Promise(setImmediate);
    // All have come by the time that one of another figure, sent after them, has been passed on.
    const marker = api.get(`${summary}?currency=USD`);
    while (waiting.length < 2) await new Promise(setImmediate);
    expense.answer = spent(100);
    for (const answer of waiting) answer();

    for (const { status, body } of await Promise.all(answers))
      expect([status, body.totals.spent]).to.deep.equal([200, 100]);
    expect((await marker).status).to.equal(200);
    expect(expense.requests.filter(({ url }) => !url.search.includes('USD')).length).to.be.at.most(4);
  });

  it('never answers with a sum read before the question came: a write in between is in it', async () => {
    let answerFirst: (() => void) | undefined;
    expense.answer = (request, response) => {
      answerFirst = () => spent(100)(request, response);
    };
    const first = api.get(summary);
    while (!answerFirst) await new Promise(setImmediate);
    expense.answer = spent(250);
    const second = api.get(summary);
    answerFirst();

    expect((await first).body.totals.spent).to.equal(100);
    expect((await second).body.totals.spent).to.equal(250);
  });

  it('shares nothing between two people', async () => {
    const others = serviceApi(server.baseUrl, identity, 'analytics').as(newId());
    await Promise.all([api.get(summary), others.get(summary)]);
    const tokens = new Set(expense.requests.map(({ headers }) => headers.authorization));
    expect([expense.requests.length, tokens.size]).to.deep.equal([2, 2]);
  });
});
