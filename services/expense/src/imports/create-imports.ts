import type { Route } from '@outlay/service-kit/route.ts';
import type { Connection, Model } from 'mongoose';
import type { Registry } from 'prom-client';
import type { CategoryStore } from '../categories/category-store.ts';
import type { Bookkeeping } from '../expenses/bookkeeping.ts';
import type { ExpenseStore } from '../expenses/expense-store.ts';
import type { InLedger } from '../ledger-transactions.ts';
import type { LedgerStore } from '../ledgers/ledger-store.ts';
import type { Ledgers } from '../ledgers/open-ledger.ts';
import { LedgerNotFound } from '../problems.ts';
import { createExpenseBook } from './expense-book.ts';
import { createDuplicateFinder } from './find-duplicates.ts';
import { createImportMetrics } from './import-metrics.ts';
import { importRoutes } from './import-routes.ts';
import { createImportStore } from './import-store.ts';

export interface ImportsParts {
  connection: Connection;
  registry: Registry;
  ledgers: Ledgers;
  ledgerStore: LedgerStore;
  expenses: ExpenseStore;
  categories: CategoryStore;
  bookkeeping: Bookkeeping;
  inLedger: InLedger;
  now: () => Date;
}

/** The feature, put together: its routes, and its collections to be made before the first request. */
export function createImports(parts: ImportsParts): { routes: Route[]; models: readonly Model<never>[] } {
  const { connection, registry, ledgers, ledgerStore, inLedger, now } = parts;
  const store = createImportStore(connection);
  const book = createExpenseBook(parts);
  const routes = importRoutes({
    store,
    book,
    duplicates: createDuplicateFinder(store, book),
    inLedger,
    now,
    metrics: createImportMetrics(registry),
    async findLedger(user, ref) {
      const ledger = await ledgerStore.find(await ledgers.open(user, ref));
      if (!ledger) throw new LedgerNotFound();
      return ledger;
    },
  });
  return { routes, models: store.models };
}
