import { Id } from '@outlay/contracts/common.ts';
import { Expense } from '@outlay/contracts/expense.ts';
import { LedgerRef } from '@outlay/contracts/ledger.ts';
import { type Route, reply, route } from '@outlay/service-kit/route.ts';
import { z } from 'zod';
import { ExpenseNotFound, LedgerNotFound } from '../problems.ts';
import type { ChangeExpenseParts } from './change-expense.ts';
import { keptDays } from './deleted-expenses.ts';
import { etag } from './etag.ts';

export const restoreExpense = ({ ledgers, bookkeeping, inLedger, metrics }: ChangeExpenseParts): Route =>
  route({
    method: 'post',
    path: '/api/v1/ledgers/{ledger}/expenses/{id}/restore',
    summary: 'Undo the deletion of an expense',
    description: `Within ${keptDays} days. It has no category where its own is gone by now. May be repeated: what is there stays as it is.`,
    tag: 'Expenses',
    params: z.strictObject({ ledger: LedgerRef, id: Id }),
    success: { 200: Expense },
    problems: [LedgerNotFound, ExpenseNotFound],
    async handle({ user, params }) {
      const ledger = await ledgers.open(user, params.ledger);
      const { expense, isRestored } = await inLedger(ledger, (session) =>
        bookkeeping.restore(session, ledger, params.id),
      );
      if (isRestored) metrics.written(expense.kind, 'restored');
      return reply(200, expense, { etag: etag(expense.version) });
    },
  });
