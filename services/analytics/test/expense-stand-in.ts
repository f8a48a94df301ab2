import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Figures, figureLinesType } from '@outlay/contracts/internal.ts';

/** A peer that speaks HTTP and nothing else: for what the real expense service does only on its worst days. */
export interface ExpenseStandIn {
  readonly url: string;
  /** Every request, oldest first. */
  readonly requests: { url: URL; headers: IncomingMessage['headers'] }[];
  /** What it does from now on. */
  answer: (request: IncomingMessage, response: ServerResponse) => void;
  stop(): Promise<void>;
}

export async function startExpenseStandIn(): Promise<ExpenseStandIn> {
  const server = createServer((request, response) => {
    standIn.requests.push({ url: new URL(request.url!, 'http://expense'), headers: request.headers });
    standIn.answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const standIn: ExpenseStandIn = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    answer: answerJson(200, {}),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return standIn;
}

export const answerJson =
  (status: number, body: unknown): ExpenseStandIn['answer'] =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

/** A whole figure as expense tells it. */
export const toLines = ({ ranges, ...head }: Figures): string[] =>
  [
    { ...head, ranges: ranges.map(({ buckets: _, ...range }) => range) },
    ...ranges.flatMap(({ buckets }, range) => buckets.map((bucket) => ({ range, buckets: [bucket] }))),
    { bucketCount: ranges.reduce((count, { buckets }) => count + buckets.length, 0) },
  ].map((line) => `${JSON.stringify(line)}\n`);

/** Lines of a figure, those that were asked for or what the test makes of them. */
export const answerLines =
  (figures: (request: IncomingMessage) => Figures, change = (lines: string[]) => lines): ExpenseStandIn['answer'] =>
  (request, response) =>
    void response.writeHead(200, { 'content-type': figureLinesType }).end(change(toLines(figures(request))).join(''));

/** Figures for exactly the ranges that were asked for, with the spending that the test says. */
export const answerFigures = (timeZone: string, spentIn?: (from: string) => number): ExpenseStandIn['answer'] =>
  answerLines(figuresAsked(timeZone, spentIn));

export const figuresAsked =
  (timeZone: string, spentIn: (from: string) => number = () => 0) =>
  (request: IncomingMessage): Figures => {
    const query = new URL(request.url!, 'http://expense').searchParams;
    return {
      ledger: {
        id: '6742c0ffee00c0ffee00beef',
        name: 'Household',
        currency: 'EUR',
        timeZone,
        isDefault: true,
        createdAt: '2026-01-01T00:00:00.000Z',
      },
      currency: query.get('currency') ?? 'EUR',
      categories: [],
      ranges: (query.get('ranges') ?? '').split(',').map((range) => {
        const [from = '', to = ''] = range.split('..');
        const expense = spentIn(from);
        const cell = { expense, income: 0, refund: 0, expenseCount: 1, incomeCount: 0, refundCount: 0 };
        return { from, to, currencies: ['EUR'], buckets: expense ? [{ start: from, category: null, cell }] : [] };
      }),
    };
  };

/** The same figures whatever is asked, with the category names and the buckets that the test says, for the first range asked. */
export const answerBuckets = (
  names: readonly string[],
  buckets: readonly {
    start: string;
    category?: number;
    payee?: string;
    expense?: number;
    income?: number;
    refund?: number;
  }[],
  currency = 'EUR',
): ExpenseStandIn['answer'] => {
  const ids = names.map((_, index) => String(index).padStart(24, '0'));
  const asked = figuresAsked('Europe/Berlin');
  return answerLines((request) => {
    const figures = asked(request);
    return {
      ...figures,
      currency,
      categories: names.map((name, index) => ({ id: ids[index]!, name, parent: null, color: '#2f9e44', icon: 'tag' })),
      ranges: figures.ranges.map((range) => ({
        ...range,
        buckets: buckets
          .filter(({ start }) => start >= range.from && start <= range.to)
          .map(({ start, category, payee, expense = 0, income = 0, refund = 0 }) => ({
            start,
            category: category === undefined ? null : ids[category]!,
            ...(payee !== undefined && { payee }),
            cell: {
              expense,
              income,
              refund,
              expenseCount: Number(expense > 0),
              incomeCount: Number(income > 0),
              refundCount: Number(refund > 0),
            },
          })),
      })),
    };
  });
};
