import { expect } from 'chai';
import { init } from 'echarts';
import { newId } from '../../../../test/support/new-id.ts';
import { type Api, serviceApi } from '../../../../test/support/request.ts';
import { createTestIdentity } from '../../../../test/support/test-identity.ts';
import type { TestServer } from '../../../../test/support/test-server.ts';
import { answerBuckets, type ExpenseStandIn, startExpenseStandIn } from '../../test/expense-stand-in.ts';
import { startTestAnalytics } from '../../test/start-test-analytics.ts';

const path = (figure: string) => `/api/v1/ledgers/default/analytics/${figure}`;

describe('the form of a figure', () => {
  const identity = createTestIdentity();
  let expense: ExpenseStandIn;
  let server: TestServer;
  let api: Api;

  before(async () => {
    expense = await startExpenseStandIn();
    server = await startTestAnalytics({ expenseUrl: expense.url, identity });
    api = serviceApi(server.baseUrl, identity, 'analytics').as(newId());
  });
  after(async () => {
    await server.stop();
    await expense.stop();
  });
  beforeEach(() => {
    expense.requests.length = 0;
    expense.answer = answerBuckets(
      ['=Food', 'Rent, "warm"'],
      [
        { start: '2026-10-05', category: 0, payee: '@Shop', expense: 50_00 },
        { start: '2026-11-01', category: 1, payee: 'Landlord', expense: 850_05 },
        { start: '2026-11-01', category: 0, payee: '@Shop', expense: 12_50, refund: 2_50 },
        { start: '2026-11-15', income: 2_000_00 },
      ],
    );
  });

  const csv = 'text/csv; charset=utf-8; header=present';
  const json = 'application/json; charset=utf-8';
  for (const [accept, type] of [
    [undefined, json],
    ['*/*', json],
    ['application/json', json],
    ['application/*', json],
    ['text/csv', csv],
    ['text/*', csv],
    ['TEXT/CSV', csv],
    ['text/csv;charset=utf-8', csv],
    ['text/csv; header=present', csv],
    ['text/csv, */*;q=0.1', csv],
    ['*/*, text/csv', csv],
    ['text/csv;q=0.5, application/json', json],
    ['text/csv;q=0.5, application/json;q=0.4', csv],
    ['application/json;q=0, */*', csv],
    ['text/csv;q=0, */*', json],
    ['text/html, */*;q=0.8', json],
    ['text/html', undefined],
    ['text/csv;q=0', undefined],
    ['application/json;q=0, text/csv;q=0, */*', undefined],
    ['text/csv;charset=utf-16', undefined],
    ['nonsense', undefined],
  ] as const)
    it(`is ${type ?? 'refused'} for Accept: ${accept ?? '(none)'}`, async () => {
      // fetch sends */* of itself; an empty value is none to the negotiation.
      const { status, headers, body } = await api.get(path('trend'), { accept: accept ?? ' ' });
      expect(headers.get('vary')).to.equal('Accept');
      if (type) return expect([status, headers.get('content-type')]).to.deep.equal([200, type]);
      expect([status, headers.get('content-type')]).to.deep.equal([406, 'application/problem+json']);
      expect(body.type).to.equal('/problems/not-acceptable');
      expect(expense.requests).to.have.length(0);
    });

  for (const [figure, lines] of [
    [
      'summary',
      [
        'period,from,to,currency,expense,income,refund,spent,net,count',
        'current,2026-11-01,2026-11-30,EUR,862.55,2000.00,2.50,860.05,1139.95,4',
        'previous,2026-10-01,2026-10-31,EUR,50.00,0.00,0.00,50.00,-50.00,1',
      ],
    ],
    [
      'trend?from=2026-10-15&to=2026-11-30',
      [
        'start,end,currency,expense,income,refund,spent,net,count',
        '2026-10-15,2026-10-31,EUR,0.00,0.00,0.00,0.00,0.00,0',
        '2026-11-01,2026-11-30,EUR,862.55,2000.00,2.50,860.05,1139.95,4',
      ],
    ],
    [
      'categories?from=2026-11-01&to=2026-11-01',
      [
        'category,parent,name,currency,spent,income,count,share',
        `000000000000000000000001,,"Rent, ""warm""",EUR,850.05,0.00,1,${850_05 / 860_05}`,
        `000000000000000000000000,,'=Food,EUR,10.00,0.00,2,${10_00 / 860_05}`,
      ],
    ],
    [
      'compare',
      [
        'category,parent,name,currency,spent,spent_before,change,weight',
        `000000000000000000000001,,"Rent, ""warm""",EUR,850.05,0.00,850.05,${850_05 / 890_05}`,
        `000000000000000000000000,,'=Food,EUR,10.00,50.00,-40.00,${40_00 / 890_05}`,
      ],
    ],
    [
      'compare?by=payee',
      [
        'payee,others,currency,spent,spent_before,change,weight',
        `Landlord,0,EUR,850.05,0.00,850.05,${850_05 / 890_05}`,
        `'@Shop,0,EUR,10.00,50.00,-40.00,${40_00 / 890_05}`,
      ],
    ],
    [
      'payees?from=2026-11-01&to=2026-11-01&limit=1',
      [
        'payee,others,currency,spent,income,count,share,2026-11',
        `Landlord,0,EUR,850.05,0.00,1,${850_05 / 860_05},850.05`,
        `,1,EUR,10.00,0.00,2,${10_00 / 860_05},`,
      ],
    ],
    [
      'cash-flow?from=2026-10-15&to=2026-11-30',
      [
        'start,end,currency,income,spent,net,balance',
        '2026-10-15,2026-10-31,EUR,0.00,0.00,0.00,0.00',
        '2026-11-01,2026-11-30,EUR,2000.00,860.05,1139.95,1139.95',
      ],
    ],
  ] as [string, string[]][])
    it(`of ${figure} as CSV is a table that names its currency`, async () => {
      const { status, text } = await api.get(path(figure), { accept: 'text/csv' });
      expect(status).to.equal(200);
      expect(text).to.equal(`${lines.join('\r\n')}\r\n`);
    });

  it('of a forecast as CSV is a row for this month and the twelve after it', async () => {
    const rent = ['2026-08-01', '2026-09-01', '2026-10-01'].map((start) => ({
      start,
      payee: 'Landlord',
      expense: 950_00,
    }));
    expense.answer = answerBuckets([], rent);
    const { text } = await api.get(path('forecast?asOf=2026-11-23'), { accept: 'text/csv' });
    const lines = text.split('\r\n');
    expect(lines).to.have.length(1 + 13 + 1);
    expect(lines.slice(0, 3)).to.deep.equal([
      'start,end,currency,measure,expected,low,high,repeating',
      '2026-11-01,2026-11-30,EUR,spent,950.00,950.00,950.00,950.00',
      '2026-12-01,2026-12-31,EUR,spent,950.00,950.00,950.00,950.00',
    ]);
    const { body } = await api.get(path('forecast?asOf=2026-11-23&chart=echarts'));
    expect(body.chart.series[0].data).to.deep.equal(Array(13).fill(950));
    const picture = init(null, null, { renderer: 'svg', ssr: true, width: 1_200, height: 600 });
    picture.setOption(body.chart);
    expect(picture.renderToSVGString()).to.include('Expected');
    picture.dispose();
  });

  it('of anomalies as CSV is a row each, with the reason', async () => {
    const months = Array.from({ length: 12 }, (_, index) => ({
      start: `${2025 + Number(index > 1)}-${String(((10 + index) % 12) + 1).padStart(2, '0')}-01`,
      payee: '=Shop',
      expense: 100_00,
    }));
    expense.answer = answerBuckets([], [...months, { start: '2026-11-01', payee: '=Shop', expense: 250_00 }]);
    const { text } = await api.get(path('anomalies'), { accept: 'text/csv' });
    expect(text.split('\r\n')).to.deep.equal([
      'type,start,payee,category,name,currency,amount,usual,score,reason',
      `payee,2026-11-01,'=Shop,,'=Shop,EUR,250.00,100.00,30,"'=Shop: 250.00 EUR in November 2026, usually 100.00 EUR a month."`,
      '',
    ]);
  });

  it('of the calendar as CSV has a row for every day', async () => {
    const lines = (await api.get(path('calendar?year=2026'), { accept: 'text/csv' })).text.split('\r\n');
    expect(lines).to.have.length(1 + 365 + 1);
    expect(lines[0]).to.equal('date,currency,spent,income,count');
    expect(lines.filter((line) => line.startsWith('2026-11-01') || line.startsWith('2026-11-02'))).to.deep.equal([
      '2026-11-01,EUR,860.05,0.00,3',
      '2026-11-02,EUR,0.00,0.00,0',
    ]);
  });

  it('as CSV counts a currency’s own digits', async () => {
    expense.answer = answerBuckets([], [{ start: '2026-11-01', expense: 1250 }], 'JPY');
    const { text } = await api.get(path('trend?from=2026-11-01&to=2026-11-01&currency=JPY'), { accept: 'text/csv' });
    expect(text.split('\r\n')[1]).to.equal('2026-11-01,2026-11-01,JPY,1250,0,0,1250,-1250,1');
  });

  it('is a problem where the figure is refused, also for who wants CSV', async () => {
    const { status, headers } = await api.get(path('trend?from=2026-02-30'), { accept: 'text/csv' });
    expect([status, headers.get('content-type')]).to.deep.equal([422, 'application/problem+json']);
  });

  describe('with chart=echarts', () => {
    for (const [figure, type, data] of [
      ['trend?from=2026-10-15&to=2026-11-30', 'bar', [0, 860.05]],
      [
        'categories?from=2026-11-01&to=2026-11-01',
        'pie',
        [
          { name: 'Rent, "warm"', value: 850.05, itemStyle: { color: '#2f9e44' } },
          { name: '=Food', value: 10, itemStyle: { color: '#2f9e44' } },
        ],
      ],
      [
        'compare?from=2026-11-01&to=2026-11-30',
        'bar',
        [
          { value: 850.05, itemStyle: { color: '#2f9e44' } },
          { value: -40, itemStyle: { color: '#2f9e44' } },
        ],
      ],
      ['payees?from=2026-11-01&to=2026-11-01', 'bar', [850.05]],
      ['cash-flow?from=2026-10-15&to=2026-11-30', 'bar', [0, 2000]],
      ['calendar?year=2026', 'heatmap', undefined],
    ] as [string, string, unknown[] | undefined][])
      it(`is ${figure.split('?')[0]} and its picture in major units`, async () => {
        const { body: plain } = await api.get(path(figure));
        const { body } = await api.get(path(`${figure}&chart=echarts`));
        const { chart, ...rest } = body;
        expect(rest).to.deep.equal(plain);
        expect(plain).to.not.have.property('chart');
        expect(chart.series[0].type).to.equal(type);
        if (data) expect(chart.series[0].data).to.deep.equal(data);
      });

    for (const [figure, seen] of [
      ['trend?from=2026-10-15&to=2026-11-30', ['2026-10-15', 'Spent', 'Income', 'EUR']],
      ['categories?from=2026-11-01&to=2026-11-01', ['=Food']],
      ['compare?from=2026-11-01&to=2026-11-30', ['=Food', 'EUR']],
      ['payees?from=2026-11-01&to=2026-11-01', ['@Shop', 'Landlord', 'EUR']],
      ['compare?from=2026-11-01&to=2026-11-30&by=payee', ['@Shop', 'EUR']],
      ['cash-flow?from=2026-10-15&to=2026-11-30', ['Balance', '2026-11-01', 'EUR']],
      ['calendar?year=2026', ['Nov', 'EUR']],
    ] as [string, string[]][])
      it(`is an option that ECharts draws: ${figure.split('?')[0]}`, async () => {
        const { body } = await api.get(path(`${figure}&chart=echarts`));
        const picture = init(null, null, { renderer: 'svg', ssr: true, width: 1_200, height: 600 });
        picture.setOption(body.chart);
        const svg = picture.renderToSVGString();
        picture.dispose();
        for (const text of seen) expect(svg).to.include(text);
      });

    it('is refused for any other library, and for the summary, which is no series', async () => {
      for (const asked of ['trend?chart=d3', 'summary?chart=echarts']) {
        const { status, body } = await api.get(path(asked));
        expect([status, body.errors[0].parameter]).to.deep.equal([422, 'chart']);
      }
    });
  });
});
