import { bucketsMax, figureLineBytesMax, figureLinesType } from '@outlay/contracts/internal.ts';
import { expect } from 'chai';
import { newId } from '../../../../test/support/new-id.ts';
import { type Api, serviceApi } from '../../../../test/support/request.ts';
import { createTestIdentity } from '../../../../test/support/test-identity.ts';
import type { TestServer } from '../../../../test/support/test-server.ts';
import {
  answerJson,
  answerLines,
  type ExpenseStandIn,
  figuresAsked,
  startExpenseStandIn,
  toLines,
} from '../../test/expense-stand-in.ts';
import { startTestAnalytics } from '../../test/start-test-analytics.ts';

const summary = '/api/v1/ledgers/default/analytics/summary';

describe('the lines of a figure', () => {
  const identity = createTestIdentity();
  let expense: ExpenseStandIn;
  let server: TestServer;
  let api: Api;
  // Anew each time: retries are bounded.
  beforeEach(async () => {
    expense = await startExpenseStandIn();
    server = await startTestAnalytics({ expenseUrl: expense.url, identity });
    api = serviceApi(server.baseUrl, identity, 'analytics').as(newId());
  });
  afterEach(async () => {
    await server.stop();
    await expense.stop();
  });

  const figures = figuresAsked('Europe/Berlin', () => 700);
  const changed = (change: (lines: string[]) => string[]) => answerLines(figures, change);
  const spent = async () => {
    const { status, body } = await api.get(summary);
    return [status, body.totals?.spent];
  };
  /** In pieces of so many bytes, each a chunk of its own, as a network may carry them. */
  const inPieces =
    (size: number): ExpenseStandIn['answer'] =>
    async (request, response) => {
      response.writeHead(200, { 'content-type': figureLinesType });
      const bytes = Buffer.from(toLines(figures(request)).join(''));
      for (let at = 0; at < bytes.length; at += size)
        await new Promise((resolve) => response.write(bytes.subarray(at, at + size), resolve));
      response.end();
    };

  for (const size of [1, 7, 1_000])
    it(`are read in whatever pieces they come: of ${size} bytes`, async () => {
      expense.answer = inPieces(size);
      expect(await spent()).to.deep.equal([200, 700]);
    });

  it('are asked for, and one document is taken from the release that knows no lines', async () => {
    expense.answer = (request, response) => answerJson(200, figures(request))(request, response);
    expect(await spent()).to.deep.equal([200, 700]);
    expect(expense.requests[0]?.headers.accept).to.equal('application/x-ndjson, application/json;q=0.5');
  });

  const endless: ExpenseStandIn['answer'] = (_, response) => {
    const piece = ' '.repeat(65_536);
    const write = () => {
      while (!response.destroyed && response.write(piece));
    };
    response.writeHead(200, { 'content-type': figureLinesType }).on('drain', write);
    write();
  };
  for (const [what, failure] of [
    ['end before the last', changed((lines) => lines.slice(0, -1))],
    ['end amid the last', changed((lines) => [...lines.slice(0, -1), '{"bucketCount":2}'])],
    ['lack one between', changed(([head, _, ...lines]) => [head!, ...lines])],
    ['have one twice', changed(([head, first, ...lines]) => [head!, first!, first!, ...lines])],
    ['go on after the last', changed((lines) => [...lines, lines.at(-1)!])],
    ['begin with the second', changed((lines) => lines.slice(1))],
    ['are none', changed(() => [])],
    ['tell of a range that was not named', changed((lines) => lines.map((line) => line.replace('e":1', 'e":2')))],
    [
      'are more than were agreed',
      changed(([head, first, ...lines]) => [head!, ...Array(bucketsMax).fill(first!), ...lines]),
    ],
    ['are longer than was agreed', changed((lines) => [`${' '.repeat(2 * figureLineBytesMax)}`, ...lines])],
    ['are one without end', endless],
  ] as [string, ExpenseStandIn['answer']][]) {
    it(`are asked for once more where they ${what}`, async () => {
      expense.answer = (request, response) => {
        expense.answer = changed((lines) => lines);
        failure(request, response);
      };
      expect(await spent()).to.deep.equal([200, 700]);
      expect(expense.requests).to.have.length(2);
    });

    it(`are a 503 where they ${what} again`, async () => {
      expense.answer = failure;
      expect(await spent()).to.deep.equal([503, undefined]);
      expect(expense.requests).to.have.length(2);
    });
  }
});
