import { Id } from '@outlay/contracts/common.ts';
import { Expense, ExpensePatch } from '@outlay/contracts/expense.ts';
import { LedgerRef } from '@outlay/contracts/ledger.ts';
import { type Route, reply, route } from '@outlay/service-kit/route.ts';
import { z } from 'zod';
import type { ExpenseMetrics } from '../expense-metrics.ts';
import type { InLedger } from '../ledger-transactions.ts';
import type { Ledgers } from '../ledgers/open-ledger.ts';
import { ChangedMeanwhile, ExpenseNotFound, LedgerNotFound } from '../problems.ts';
import type { Bookkeeping } from './bookkeeping.ts';
import { etag, ifMatch } from './etag.ts';

export interface ChangeExpenseParts {
  ledgers: Ledgers;
  bookkeeping: Bookkeeping;
  inLedger: InLedger;
  metrics: ExpenseMetrics;
}

const path = '/api/v1/ledgers/{ledger}/expenses/{id}';
const params = z.strictObject({ ledger: LedgerRef, id: Id });
const headers = { 'If-Match': 'The `ETag` of what you read: 412 where it has changed since' };
const problems = [LedgerNotFound, ExpenseNotFound, ChangedMeanwhile];

export const changeExpense = ({ ledgers, bookkeeping, inLedger, metrics }: ChangeExpenseParts): Route =>
  route({
    method: 'patch',
    path,
    summary: 'Change what the body names of an expense',
    tag: 'Expenses',
    params,
    headers,
    body: ExpensePatch,
    success: { 200: Expense },
    problems,
    async handle({ user, params, body, ctx }) {
      const ledger = await ledgers.open(user, params.ledger);
      const fits = ifMatch(ctx);
      const expense = await inLedger(ledger, (session) => bookkeeping.change(session, ledger, params.id, body, fits));
      metrics.written(expense.kind, 'changed');
      return reply(200, expense, { etag: etag(expense.version) });
    },
  });

export const deleteExpense = ({ ledgers, bookkeeping, inLedger, metrics }: ChangeExpenseParts): Route =>
  route({
    method: 'delete',
    path,
    summary: 'Delete an expense',
    tag: 'Expenses',
    params,
    headers,
    success: { 204: null },
    problems,
    async handle({ user, params, ctx }) {
      const ledger = await ledgers.open(user, params.ledger);
      const fits = ifMatch(ctx);
      const { kind } = await inLedger(ledger, (session) => bookkeeping.remove(session, ledger, params.id, fits));
      metrics.written(kind, 'deleted');
      return reply(204);
    },
  });
