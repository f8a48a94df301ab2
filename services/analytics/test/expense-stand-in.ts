import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Figures } from '@outlay/contracts/internal.ts';

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

/** Figures for exactly the ranges that were asked for, with the spending that the test says. */
export const answerFigures =
  (timeZone: string, spentIn: (from: string) => number = () => 0): ExpenseStandIn['answer'] =>
  (request, response) => {
    const query = new URL(request.url!, 'http://expense').searchParams;
    const figures: Figures = {
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
    answerJson(200, figures)(request, response);
  };

/** The same figures whatever is asked, with the category names and the buckets that the test says, for the first range asked. */
export const answerBuckets =
  (
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
  ): ExpenseStandIn['answer'] =>
  (request, response) => {
    const ids = names.map((_, index) => String(index).padStart(24, '0'));
    const withBuckets = (figures: Figures): Figures => ({
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
    });
    const end = response.end.bind(response);
    response.end = ((text: string) => end(JSON.stringify(withBuckets(JSON.parse(text))))) as never;
    answerFigures('Europe/Berlin')(request, response);
  };
