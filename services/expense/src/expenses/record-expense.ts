import { Expense, NewExpense } from '@outlay/contracts/expense.ts';
import { LedgerRef } from '@outlay/contracts/ledger.ts';
import { type Route, reply, route } from '@outlay/service-kit/route.ts';
import { z } from 'zod';
import type { ExpenseMetrics } from '../expense-metrics.ts';
import type { InLedger } from '../ledger-transactions.ts';
import type { Ledgers } from '../ledgers/open-ledger.ts';
import { IdempotencyKeyReused, LedgerNotFound } from '../problems.ts';
import type { Bookkeeping } from './bookkeeping.ts';
import { etag } from './etag.ts';
import { type Idempotency, idempotencyKey } from './idempotency.ts';

export interface RecordExpenseParts {
  ledgers: Ledgers;
  bookkeeping: Bookkeeping;
  idempotency: Idempotency;
  inLedger: InLedger;
  metrics: ExpenseMetrics;
}

export const recordExpense = ({ ledgers, bookkeeping, idempotency, inLedger, metrics }: RecordExpenseParts): Route =>
  route({
    method: 'post',
    path: '/api/v1/ledgers/{ledger}/expenses',
    summary: 'Record an expense',
    tag: 'Expenses',
    params: z.strictObject({ ledger: LedgerRef }),
    headers: { 'Idempotency-Key': 'Made up by you: for 24 hours the same key writes once and answers alike' },
    body: NewExpense,
    success: { 201: Expense },
    problems: [LedgerNotFound, IdempotencyKeyReused],
    async handle({ user, params, body, ctx }) {
      const ledger = await ledgers.open(user, params.ledger);
      const request = { user: user.id, ledger, route: 'record-expense', key: idempotencyKey(ctx), body };
      const { answer, isReplayed } = await inLedger(ledger, (session) =>
        idempotency.once(session, request, async () => {
          const expense = await bookkeeping.record(session, ledger, body);
          const location = `/api/v1/ledgers/${ledger}/expenses/${expense.id}`;
          return reply(201, expense, { etag: etag(expense.version), location });
        }),
      );
      metrics.written(body.kind, isReplayed ? 'replayed' : 'created');
      return answer;
    },
  });
