import { PayeeList, PayeeQuery } from '@outlay/contracts/expense.ts';
import { LedgerRef } from '@outlay/contracts/ledger.ts';
import { type Route, reply, route } from '@outlay/service-kit/route.ts';
import { z } from 'zod';
import type { Ledgers } from '../ledgers/open-ledger.ts';
import { LedgerNotFound } from '../problems.ts';
import type { ExpenseListing } from './expense-listing.ts';
import { foldCase, searchWords } from './search-words.ts';

/** The latest expenses are what a person is likely to repeat, and they cost the same however many came before. */
const latest = 200;

export const suggestPayees = ({ ledgers, listing }: { ledgers: Ledgers; listing: ExpenseListing }): Route =>
  route({
    method: 'get',
    path: '/api/v1/ledgers/{ledger}/payees',
    summary: 'Payees of the latest expenses, most used first, with the category last given',
    tag: 'Expenses',
    params: z.strictObject({ ledger: LedgerRef }),
    query: PayeeQuery,
    success: { 200: PayeeList },
    problems: [LedgerNotFound],
    async handle({ user, params, query: { q, limit } }) {
      const ledger = await ledgers.open(user, params.ledger);
      const { items } = await listing.list(ledger, { sort: '-date', limit: latest, ...(q !== undefined && { q }) });
      const asked = searchWords(q ?? '');
      const payees = new Map<string, PayeeList['items'][number]>();
      for (const { payee, category } of items) {
        // The search looks into notes too; here a word of the payee is meant.
        const words = searchWords(payee);
        if (payee === '' || !asked.every((beginning) => words.some((word) => word.startsWith(beginning)))) continue;
        const key = foldCase(payee);
        const known = payees.get(key);
        if (!known) payees.set(key, { payee, category, count: 1 });
        else {
          known.count++;
          known.category ??= category;
        }
      }
      const byUse = [...payees.values()].sort((a, b) => b.count - a.count);
      return reply(200, { items: byUse.slice(0, limit) });
    },
  });
