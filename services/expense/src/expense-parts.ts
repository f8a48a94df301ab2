import { ensureCollections } from '@outlay/service-kit/mongo.ts';
import type { Connection } from 'mongoose';
import type { Registry } from 'prom-client';
import { type CategoryStore, createCategoryStore } from './categories/category-store.ts';
import { createCategoryTrees } from './categories/category-trees.ts';
import { createManageCategories, type ManageCategories } from './categories/manage-categories.ts';
import { createRateStore, type RateStore } from './exchange-rates/rate-store.ts';
import { createExpenseMetrics, type ExpenseMetrics } from './expense-metrics.ts';
import { type Bookkeeping, createBookkeeping } from './expenses/bookkeeping.ts';
import { createDeletedExpenses } from './expenses/deleted-expenses.ts';
import { createExpenseListing, type ExpenseListing } from './expenses/expense-listing.ts';
import { createExpenseStore, type ExpenseStore } from './expenses/expense-store.ts';
import { createIdempotency, type Idempotency } from './expenses/idempotency.ts';
import { createVocabulary, type Vocabulary } from './expenses/vocabulary.ts';
import { createImports, type Imports } from './imports/create-imports.ts';
import { createFigureReader, type FigureReader } from './internal/read-figures.ts';
import { tellMsDefault } from './internal/tell-figure.ts';
import { createLedgerTransactions, type InLedger } from './ledger-transactions.ts';
import { createLedgerStore, type LedgerStore } from './ledgers/ledger-store.ts';
import { createLedgers, type Ledgers } from './ledgers/open-ledger.ts';
import { createReportStore, type ReportStore } from './reports/report-store.ts';
import { createRollupCheck, type RollupCheck } from './rollups/compare-rollups.ts';
import { createDriftRound, type DriftRound } from './rollups/drift-round.ts';
import { createRollupStore, type RollupStore } from './rollups/rollup-store.ts';

export interface ExpenseOptions {
  /** May be unconnected where only the routes are wanted. */
  connection: Connection;
  registry: Registry;
  now?: () => Date;
  /** For tests that want a writer cut off. */
  inLedger?: InLedger;
  /** For tests that do not want to wait for a client to be cut off. */
  tellMs?: number;
}

/** What the routes stand on. */
export interface ExpenseParts {
  ledgers: Ledgers;
  ledgerStore: LedgerStore;
  categories: ManageCategories;
  categoryStore: CategoryStore;
  expenses: ExpenseStore;
  listing: ExpenseListing;
  vocabulary: Vocabulary;
  bookkeeping: Bookkeeping;
  idempotency: Idempotency;
  inLedger: InLedger;
  rollups: RollupStore;
  rollupCheck: RollupCheck;
  driftRound: DriftRound;
  figures: FigureReader;
  /** How long a figure may take to be read by who asked for it. */
  tellMs: number;
  exchangeRates: RateStore;
  reports: ReportStore;
  metrics: ExpenseMetrics;
  imports: Imports;
  /** Creates what is missing of collections and indexes; before the first request. */
  prepare(): Promise<void>;
}

/** Puts the parts together; nothing is read or written before `prepare`. */
export function createExpenseParts({
  connection,
  registry,
  now = () => new Date(),
  inLedger = createLedgerTransactions(connection),
  tellMs = tellMsDefault,
}: ExpenseOptions): ExpenseParts {
  const metrics = createExpenseMetrics(registry);
  const ledgerStore = createLedgerStore(connection);
  const categoryStore = createCategoryStore(connection);
  const categoryTrees = createCategoryTrees(categoryStore);
  const expenses = createExpenseStore(connection);
  const deleted = createDeletedExpenses(connection);
  const rollups = createRollupStore(connection);
  const driftRound = createDriftRound(connection, now);
  const exchangeRates = createRateStore(connection);
  const reports = createReportStore(connection);
  const vocabulary = createVocabulary(connection);
  const idempotency = createIdempotency(connection, now);
  const bookkeeping = createBookkeeping({
    expenses,
    deleted,
    categories: categoryStore,
    categoryTrees,
    ledgers: ledgerStore,
    rollups,
    vocabulary,
    now,
  });
  const ledgers = createLedgers({ connection, ledgers: ledgerStore, categories: categoryStore, now });
  const imports = createImports({
    connection,
    registry,
    ledgers,
    ledgerStore,
    expenses,
    categories: categoryStore,
    bookkeeping,
    inLedger,
    now,
  });
  const stores = [
    ledgerStore,
    categoryStore,
    expenses,
    deleted,
    rollups,
    driftRound,
    vocabulary,
    idempotency,
    exchangeRates,
    reports,
  ];
  return {
    ledgers,
    ledgerStore,
    categories: createManageCategories({ ledgers: ledgerStore, categories: categoryStore, bookkeeping, inLedger }),
    categoryStore,
    expenses,
    listing: createExpenseListing({ expenses, ledgers: ledgerStore, categoryTrees, vocabulary }),
    vocabulary,
    bookkeeping,
    idempotency,
    inLedger,
    rollups,
    rollupCheck: createRollupCheck({ connection, expenses, rollups }),
    driftRound,
    figures: createFigureReader({ connection, ledgerStore, categoryTrees, exchangeRates, expenses, rollups }),
    tellMs,
    exchangeRates,
    reports,
    metrics,
    imports,
    prepare: () => ensureCollections([...stores.map(({ model }) => model), ...imports.models]),
  };
}
