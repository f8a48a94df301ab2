import type { Log } from '@outlay/service-kit/log.ts';
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
import { createChunkStore } from './chunk-store.ts';
import { commitImport } from './commit-import.ts';
import { createExpenseBook } from './expense-book.ts';
import { createDuplicateFinder } from './find-duplicates.ts';
import type { ImportRecord } from './import-documents.ts';
import { createEventStreams } from './import-events.ts';
import { createImportMetrics } from './import-metrics.ts';
import { createImportRequests } from './import-requests.ts';
import { importRoutes } from './import-routes.ts';
import { createImportStore } from './import-store.ts';
import { createImportWorker } from './import-worker.ts';
import { readImport } from './read-import.ts';
import { createRowMemory } from './row-memory.ts';
import { undoImport } from './undo-import.ts';
import { createUploadStore } from './upload-store.ts';
import { createImportWatch } from './watch-imports.ts';

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

export interface Imports {
  routes: Route[];
  /** To be made before the first request. */
  models: readonly Model<never>[];
  /** Begins to work on imports in the background. */
  start(log: Log): void;
  /** Lets go of those who wait or follow: the process is about to end. */
  drain(): void;
  /** Hands the work that is under way on to other processes. */
  stop(): Promise<void>;
}

/** The feature, put together. */
export function createImports(parts: ImportsParts): Imports {
  const { connection, registry, ledgers, ledgerStore, inLedger, now } = parts;
  const store = createImportStore(connection);
  const chunks = createChunkStore(connection);
  const uploads = createUploadStore(connection);
  const memory = createRowMemory(connection);
  const book = createExpenseBook(parts);
  const duplicates = createDuplicateFinder(memory, book);
  const metrics = createImportMetrics(registry);
  const watch = createImportWatch(store);

  const ledgerOf = async ({ ledger }: ImportRecord) => {
    const found = await ledgerStore.find(ledger);
    if (!found) throw new LedgerNotFound();
    return found;
  };
  const jobParts = { store, chunks, uploads, memory, book, duplicates, metrics, inLedger, now };
  const worker = createImportWorker({
    store,
    metrics,
    onNote: watch.changed,
    jobs: {
      read: async (record, lease) => readImport(jobParts, await ledgerOf(record), record, lease),
      commit: async (record, lease) => commitImport(jobParts, await ledgerOf(record), record, lease),
      undo: async (record, lease) => undoImport(jobParts, await ledgerOf(record), record, lease),
    },
    async onLost({ ledger, id }) {
      const now = await store.find(ledger, id);
      if (now && now.status !== 'cancelled') return;
      await uploads.delete(id);
      await chunks.delete(id);
    },
  });
  const requests = createImportRequests({
    store,
    chunks,
    uploads,
    book,
    metrics,
    now,
    wake: worker.wake,
    changed: watch.changed,
  });
  const routes = importRoutes({
    store,
    chunks,
    requests,
    watch,
    metrics,
    events: createEventStreams(watch),
    async findLedger(user, ref) {
      const ledger = await ledgerStore.find(await ledgers.open(user, ref));
      if (!ledger) throw new LedgerNotFound();
      return ledger;
    },
  });
  const models = [store.model, chunks.model, uploads.model] as unknown as readonly Model<never>[];
  return { routes, models: [...models, ...memory.models], start: worker.start, drain: watch.close, stop: worker.stop };
}
