import { expect } from 'chai';
import { newId } from '../../../test/support/new-id.ts';
import { type Answer, type Api, serviceApi } from '../../../test/support/request.ts';
import { createTestIdentity } from '../../../test/support/test-identity.ts';
import { captureLog, type TestServer } from '../../../test/support/test-server.ts';
import {
  answerFigures,
  answerJson,
  answerLines,
  type ExpenseStandIn,
  figuresAsked,
  startExpenseStandIn,
} from '../test/expense-stand-in.ts';
import { startTestAnalytics } from '../test/start-test-analytics.ts';

const figures = ['summary', 'trend', 'categories', 'compare', 'cash-flow', 'payees', 'anomalies', 'report'] as const;
const path = (figure: string, query = '') => `/api/v1/ledgers/default/analytics/${figure}${query}`;

describe('the analytics API', () => {
  const identity = createTestIdentity();
  const user = newId();
  let now = new Date('2026-11-23T12:00:00Z');
  let expense: ExpenseStandIn;
  let server: TestServer;
  let api: Api;
  const logged = captureLog('analytics');

  const startAnalytics = (expenseUrl: string, how: { expenseTimeoutMs?: number } = {}): Promise<TestServer> =>
    startTestAnalytics({ expenseUrl, identity, now: () => now, log: logged.log, ...how });

  before(async () => {
    expense = await startExpenseStandIn();
    server = await startAnalytics(expense.url);
    api = serviceApi(server.baseUrl, identity, 'analytics').as(user);
  });
  after(async () => {
    await server.stop();
    await expense.stop();
  });
  beforeEach(() => {
    now = new Date('2026-11-23T12:00:00Z');
    expense.requests.length = 0;
    expense.answer = answerFigures('Europe/Berlin');
  });

  describe('asks expense once a figure', () => {
    it('in its own name and for the user', async () => {
      const token = identity.userToken(user);
      const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
      await api.get(path('summary'), { authorization: `Bearer ${token}`, traceparent });

      expect(expense.requests).to.have.length(1);
      const { url, headers } = expense.requests[0]!;
      expect(url.pathname).to.equal('/internal/v1/ledgers/default/figures');
      expect(headers.authorization).to.equal(`Bearer ${token}`);
      expect(headers.traceparent).to.equal(traceparent);
      const caller = await identity.workloadVerifierFor('expense').verify(String(headers['x-outlay-workload-token']));
      expect(caller.name).to.equal('analytics');
    });

    for (const [asked, query] of [
      [
        path('summary', '?from=2026-03-01&to=2026-03-31'),
        'ranges=2026-03-01..2026-03-31,2026-02-01..2026-02-28&by=total&categories=false',
      ],
      [
        path('summary', '?from=2026-03-02&to=2026-03-08&currency=JPY'),
        'ranges=2026-03-02..2026-03-08,2026-02-23..2026-03-01&by=total&categories=false&currency=JPY',
      ],
      [path('trend'), 'ranges=2025-12-01..2026-11-30&by=month&categories=false'],
      [
        path('trend', '?from=2026-11-01&to=2026-11-30&interval=week'),
        'ranges=2026-11-01..2026-11-30&by=day&categories=false',
      ],
      [
        path('trend', '?from=2020-01-01&to=2026-11-30&interval=year'),
        'ranges=2020-01-01..2026-11-30&by=month&categories=false',
      ],
      [path('categories'), 'ranges=2026-11-01..2026-11-30&by=total&categories=true'],
      [path('cash-flow'), 'ranges=2025-12-01..2026-11-30&by=month&categories=false'],
      [
        path('cash-flow', '?from=2026-11-01&to=2026-11-30&interval=day&currency=JPY'),
        'ranges=2026-11-01..2026-11-30&by=day&categories=false&currency=JPY',
      ],
      [path('calendar'), 'ranges=2026-01-01..2026-12-31&by=day&categories=false'],
      [path('calendar', '?year=2024'), 'ranges=2024-01-01..2024-12-31&by=day&categories=false'],
      [path('calendar', '?from=2026-04-06'), 'ranges=2026-04-06..2027-04-05&by=day&categories=false'],
      [path('payees'), 'ranges=2026-11-01..2026-11-30&by=month&categories=false&payees=true'],
      [
        path('compare', '?by=payee'),
        'ranges=2026-11-01..2026-11-30,2026-10-01..2026-10-31&by=total&categories=false&payees=true',
      ],
      [
        path('summary', '?asOf=2025-02-10&category=none&tag=trip&payee=Shop&kind=refund'),
        'ranges=2025-02-01..2025-02-28,2025-01-01..2025-01-31&by=total&categories=false&category=none&tag=trip&payee=Shop&kind=refund&asOf=2025-02-10',
      ],
      [
        path('summary', '?convert=EUR&from=2026-11-01&to=2026-11-30'),
        'ranges=2026-11-01..2026-11-30,2026-10-01..2026-10-31&by=total&categories=true&currency=EUR&currencies=each',
      ],
      [path('report'), 'ranges=2026-11-01..2026-11-30&by=total&categories=true'],
      [
        path('report', '?rows=payee&columns=week&tag=trip'),
        'ranges=2026-11-01..2026-11-30&by=day&categories=false&payees=true&tag=trip',
      ],
      [
        path('report', '?rows=tag&columns=year&from=2020-01-01'),
        'ranges=2020-01-01..2026-11-30&by=month&categories=false&tags=true',
      ],
      [
        path('forecast'),
        'ranges=2023-11-01..2026-10-31,2026-11-01..2026-11-23,2026-11-01..2026-11-24&by=month&categories=false&payees=true',
      ],
      [
        path('forecast', '?asOf=2026-01-05&kind=expense'),
        'ranges=2023-01-01..2025-12-31,2026-01-01..2026-01-05&by=month&categories=false&payees=true&kind=expense&asOf=2026-01-05',
      ],
      [
        path('forecast', '?asOf=2026-01-05&from=2020-12-15&to=2025-06-30'),
        'ranges=2021-01-01..2025-12-31,2026-01-01..2026-01-05&by=month&categories=false&payees=true&asOf=2026-01-05',
      ],
      [
        path('anomalies'),
        'ranges=2025-11-01..2026-11-30&by=month&categories=true&payees=true&apart=true&doublesFrom=2026-11-01',
      ],
      [
        path('payees', '?convert=USD'),
        'ranges=2026-11-01..2026-11-30&by=month&categories=false&payees=true&currency=USD&currencies=each',
      ],
      [path('compare'), 'ranges=2026-11-01..2026-11-30,2026-10-01..2026-10-31&by=total&categories=true'],
      [
        path('compare', '?from=2026-11-01&to=2026-11-30&withFrom=2025-11-01&withTo=2025-11-30'),
        'ranges=2026-11-01..2026-11-30,2025-11-01..2025-11-30&by=total&categories=true',
      ],
    ] as const)
      it(`for ${asked}`, async () => {
        expect((await api.get(asked)).status).to.equal(200);
        expect(expense.requests.map(({ url }) => decodeURIComponent(url.search.slice(1)))).to.deep.equal([query]);
      });
  });

  describe('takes this month from the ledger’s time zone', () => {
    for (const [timeZone, at, from, to] of [
      ['Pacific/Auckland', '2026-12-31T11:30:00Z', '2027-01-01', '2027-01-31'],
      ['Europe/Berlin', '2026-12-31T11:30:00Z', '2026-12-01', '2026-12-31'],
      ['Europe/Berlin', '2026-12-31T23:30:00Z', '2027-01-01', '2027-01-31'],
      ['America/Los_Angeles', '2027-01-01T07:59:00Z', '2026-12-01', '2026-12-31'],
    ] as const)
      it(`${timeZone} at ${at}: from ${from}`, async () => {
        now = new Date(at);
        expense.answer = answerFigures(timeZone, (start) => Number(start.replaceAll('-', '')));
        const { body } = await api.get(path('summary'));

        expect(body).to.deep.include({ from, to });
        expect(body.totals.spent).to.equal(Number(from.replaceAll('-', '')));
        expect(body.previous.totals.spent).to.equal(from === '2027-01-01' ? 20_261_201 : 20_261_101);
        expect(expense.requests).to.have.length(1);
      });

    it('and this year likewise', async () => {
      now = new Date('2026-12-31T11:30:00Z');
      for (const [timeZone, year, days] of [
        ['Pacific/Auckland', 2027, 365],
        ['Europe/Berlin', 2026, 365],
      ] as const) {
        expense.answer = answerFigures(timeZone, (start) => Number(start.slice(0, 4)));
        const { body } = await api.get(path('calendar'));
        expect([body.year, body.days.length]).to.deep.equal([year, days]);
        expect(body.days[0]).to.deep.equal({ date: `${year}-01-01`, spent: year, income: 0, count: 1 });
        expect(body.totals.spent).to.equal(year);
      }
      expect(expense.requests).to.have.length(2);
    });

    it('also where only one of the months that it may be makes the question valid', async () => {
      now = new Date('2026-12-31T11:30:00Z');
      expense.answer = answerFigures('Pacific/Auckland');
      expect((await api.get(path('categories', '?from=2027-01-01'))).status).to.equal(200);
      expense.answer = answerFigures('Europe/Berlin');
      const { status, body } = await api.get(path('categories', '?from=2027-01-01'));
      expect([status, body.errors[0].parameter]).to.deep.equal([422, 'from']);
    });
  });

  describe('refuses, without asking expense,', () => {
    for (const [query, parameter] of [
      ['?from=2026-12-01&to=2026-11-30', 'to'],
      ['?from=2027-01-01', 'from'],
      ['?from=2026-02-30', 'from'],
      ['?to=yesterday', 'to'],
      ['?from=1900-01-02&to=1899-12-31', 'to'],
      ['?from=2026-01-01&from=2026-02-01', 'from'],
      ['?currency=XXQ', 'currency'],
      ['?currency=eur', 'currency'],
      ['?asof=2026-01-01', 'asof'],
      ['?asOf=today', 'asOf'],
      ['?kind=transfer', 'kind'],
      ['?convert=eur', 'convert'],
      ['?convert=EUR&currency=USD', 'convert'],
      ['?category=food', 'category'],
      ['?tag=', 'tag'],
      ['?payee=', 'payee'],
    ] as const)
      for (const figure of figures)
        it(`${figure}${query} naming \`${parameter}\``, async () => {
          const { status, body } = await api.get(path(figure, query));
          expect([status, body.type]).to.deep.equal([422, '/problems/validation']);
          expect(body.errors.map((error: { parameter: string }) => error.parameter)).to.deep.equal([parameter]);
          expect(expense.requests).to.have.length(0);
        });

    for (const [query, parameter] of [
      ['trend?interval=decade', 'interval'],
      ['trend?interval=day&from=2010-01-01&to=2026-11-30', 'interval'],
      ['summary?from=1900-01-01&to=2026-11-30', 'from'],
      ['summary?interval=decade', 'interval'],
      ['cash-flow?interval=day&from=2010-01-01&to=2026-11-30', 'interval'],
      ['payees?limit=0', 'limit'],
      ['payees?limit=101', 'limit'],
      ['compare?by=tag', 'by'],
      ['forecast?measure=balance', 'measure'],
      ['report?rows=month&columns=month', 'columns'],
      ['report?rows=colour', 'rows'],
      ['report?columns=day&from=2026-01-01', 'columns'],
      ['report?rows=day&from=2024-01-01', 'rows'],
      ['forecast?from=2026-10-02', 'from'],
      ['forecast?from=2016-10-01', 'from'],
      ['forecast?from=2026-01-01&to=2025-12-31', 'to'],
      ['forecast?asOf=1902-12-31', 'asOf'],
      ['anomalies?from=2025-11-30', 'from'],
      ['anomalies?from=1900-05-01&to=1900-05-31', 'from'],
      ['calendar?kind=transfer', 'kind'],
      ['calendar?year=1899', 'year'],
      ['calendar?year=2201', 'year'],
      ['calendar?year=', 'year'],
      ['calendar?year=this', 'year'],
      ['calendar?year=2026.5', 'year'],
      ['calendar?year=2026&from=2026-01-01', 'year'],
      ['calendar?from=2026-01-01&to=2025-12-31', 'to'],
      ['calendar?from=2026-01-01&to=2027-02-05', 'to'],
      ['compare?from=1900-01-01&to=2026-11-30', 'from'],
      ['compare?withFrom=2026-01-01', 'withTo'],
      ['compare?withTo=2026-01-01', 'withFrom'],
      ['compare?withFrom=2026-01-02&withTo=2026-01-01', 'withTo'],
      ['compare?withFrom=2026-02-30&withTo=2026-03-01', 'withFrom'],
    ] as const)
      it(`${query} naming \`${parameter}\``, async () => {
        const { status, body } = await api.get(path(query));
        expect([status, body.errors[0].parameter]).to.deep.equal([422, parameter]);
        expect(expense.requests).to.have.length(0);
      });

    it('a ledger that is no id', async () => {
      const { status, body } = await api.get('/api/v1/ledgers/..%2Fsecret/analytics/summary');
      expect([status, body.errors[0].parameter]).to.deep.equal([422, 'ledger']);
      expect(expense.requests).to.have.length(0);
    });
  });

  describe('gives no figure rather than a wrong one: 503 in bounded time', () => {
    let hasty: TestServer;
    let api: Api;
    before(async () => {
      hasty = await startAnalytics(expense.url, { expenseTimeoutMs: 300 });
      api = serviceApi(hasty.baseUrl, identity, 'analytics').as(user);
    });
    after(() => hasty.stop());

    const unavailable = (answer: Answer) => {
      expect(answer.status).to.equal(503);
      expect(answer.headers.get('retry-after')).to.equal('1');
      expect(answer.body).to.include({
        type: '/problems/unavailable',
        detail: 'expense gives no answer at the moment.',
      });
    };
    const partOfAnAnswer = '{"ledger":{"id":"6742c0ffee00c0ffee00beef","name":"Hou';
    const otherRange: ExpenseStandIn['answer'] = (request, response) => {
      request.url = request.url!.replace(/2026-11-01/, '2026-10-01');
      answerFigures('Europe/Berlin', () => 100)(request, response);
    };
    const bucketOutside = answerLines(
      figuresAsked('Europe/Berlin', () => 100),
      (lines) => lines.map((line) => line.replace('"start":"2026-11-01"', '"start":"2026-12-01"')),
    );
    for (const [what, answer] of [
      ['never answers', () => undefined],
      [
        'starts and never ends its answer',
        (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).write(partOfAnAnswer),
      ],
      ['cuts the connection', (request) => request.socket.resetAndDestroy()],
      [
        'cuts the connection in the middle of its answer',
        (_, response) =>
          response
            .writeHead(200, { 'content-length': '1000' })
            .write(partOfAnAnswer, () => response.socket?.resetAndDestroy()),
      ],
      ['answers something that is not JSON', (_, response) => response.end('<html>It works!</html>')],
      ['answers JSON that is no figures', answerJson(200, { ledger: null })],
      ['answers an amount that is not an integer', answerFigures('Europe/Berlin', () => 0.5)],
      ['answers for another period', otherRange],
      ['answers with a bucket outside of the period', bucketOutside],
      ['answers 500 with a problem', answerJson(500, { type: '/problems/internal', title: 'Broken', status: 500 })],
      ['answers 500 with anything else', (_, response) => response.writeHead(500).end('oops')],
      ['answers 503', answerJson(503, { type: '/problems/unavailable', title: 'Away', status: 503 })],
      ['refuses us as a caller', answerJson(401, { type: '/problems/unauthenticated', title: 'No', status: 401 })],
      ['redirects us', (_, response) => response.writeHead(302, { location: expense.url }).end()],
    ] as [string, ExpenseStandIn['answer']][])
      it(`expense ${what}`, async () => {
        expense.answer = answer;
        const startedAt = performance.now();
        unavailable(await api.get(path('categories')));
        expect(performance.now() - startedAt).to.be.lessThan(2_000);
      });

    it('expense answers in another currency than was asked for', async () => {
      expense.answer = (request, response) => {
        request.url = request.url!.replace('currency=USD', 'currency=EUR');
        answerFigures('Europe/Berlin', () => 100)(request, response);
      };
      unavailable(await api.get(path('summary', '?currency=USD')));
    });

    it('nobody listens where expense should be', async () => {
      const gone = await startExpenseStandIn();
      await gone.stop();
      const alone = await startAnalytics(gone.url);
      unavailable(await serviceApi(alone.baseUrl, identity, 'analytics').as(user).get(path('trend')));
      await alone.stop();
    });
  });

  it('passes on expense’s refusal as it stands: another’s ledger is not found', async () => {
    const refusal = {
      type: '/problems/ledger-not-found',
      title: 'Ledger not found',
      status: 404,
      detail: 'No such ledger.',
    };
    expense.answer = answerJson(404, refusal);
    const { status, body, headers } = await api.get(path('summary'));
    expect([status, body]).to.deep.equal([404, refusal]);
    expect(headers.get('content-type')).to.match(/^application\/problem\+json/);
  });

  it('answers nobody but the gateway, and nobody without a user', async () => {
    for (const figure of figures) {
      for (const other of ['auth', 'expense', 'web'])
        expect(
          (await serviceApi(server.baseUrl, identity, 'analytics', other).as(user).get(path(figure))).status,
        ).to.equal(403);
      expect((await api.get(path(figure), { 'x-outlay-workload-token': '' })).status).to.equal(401);
      expect((await api.get(path(figure), { authorization: '' })).status).to.equal(401);
    }
    expect(expense.requests).to.have.length(0);
  });

  it('writes no token and no query into its log', async () => {
    const token = identity.userToken(user);
    expense.answer = (request) => request.socket.resetAndDestroy();
    logged.lines.length = 0;
    await api.get(path('summary', '?from=2026-03-02&to=2026-03-08'), { authorization: `Bearer ${token}` });
    const text = logged.lines.join('');
    expect(text).to.include('/api/v1/ledgers/{ledger}/analytics/summary');
    expect(text).to.not.include(token);
    expect(text).to.not.include('2026-03-08');
  });
});
