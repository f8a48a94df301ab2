import { Id } from '@outlay/contracts/common.ts';
import { Expense } from '@outlay/contracts/expense.ts';
import { LedgerRef } from '@outlay/contracts/ledger.ts';
import { type Route, reply, route } from '@outlay/service-kit/route.ts';
import { z } from 'zod';
import type { Ledgers } from '../ledgers/open-ledger.ts';
import { ExpenseNotFound, LedgerNotFound } from '../problems.ts';
import { etag, isNotModified } from './etag.ts';
import { toExpense } from './expense-document.ts';
import type { ExpenseStore } from './expense-store.ts';

export const readExpense = ({ ledgers, expenses }: { ledgers: Ledgers; expenses: ExpenseStore }): Route =>
  route({
    method: 'get',
    path: '/api/v1/ledgers/{ledger}/expenses/{id}',
    summary: 'Read an expense and its version',
    tag: 'Expenses',
    params: z.strictObject({ ledger: LedgerRef, id: Id }),
    headers: { 'If-None-Match': 'The `ETag` of what you have: 304 where it is still that' },
    success: { 200: Expense, 304: null },
    problems: [LedgerNotFound, ExpenseNotFound],
    async handle({ user, params, ctx }) {
      const stored = await expenses.find(await ledgers.open(user, params.ledger), params.id);
      if (!stored) throw new ExpenseNotFound();
      const headers = { etag: etag(stored.version) };
      if (isNotModified(ctx, stored.version)) return reply(304, undefined, headers);
      return reply(200, toExpense(stored), headers);
    },
  });
