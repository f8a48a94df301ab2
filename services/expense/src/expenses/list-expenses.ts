import { ExpensePage, ExpenseQuery } from '@outlay/contracts/expense.ts';
import { LedgerRef } from '@outlay/contracts/ledger.ts';
import { type Route, reply, route } from '@outlay/service-kit/route.ts';
import { z } from 'zod';
import type { Ledgers } from '../ledgers/open-ledger.ts';
import { LedgerNotFound } from '../problems.ts';
import type { ExpenseListing } from './expense-listing.ts';

export const listExpenses = ({ ledgers, listing }: { ledgers: Ledgers; listing: ExpenseListing }): Route =>
  route({
    method: 'get',
    path: '/api/v1/ledgers/{ledger}/expenses',
    summary: 'List expenses',
    description: 'Filtered, sorted, page by page: pass `next` as `cursor` with the same filters until it is null.',
    tag: 'Expenses',
    params: z.strictObject({ ledger: LedgerRef }),
    query: ExpenseQuery,
    success: { 200: ExpensePage },
    problems: [LedgerNotFound],
    handle: async ({ user, params, query }) =>
      reply(200, await listing.list(await ledgers.open(user, params.ledger), query)),
  });
